// What keeps the rows of a run: checksums, files that grow by whole lines, locks that name their
// holder; and what is counted around a trial.
#include "bench/base/record.h"
#include "bench/base/checksum.h"
#include "bench/base/lock.h"
#include "bench/base/table.h"
#include "bench/measure/trial/counters.h"
#include "bench/measure/trial/trials.h"
#include "clients/core/kernel_count.h"
#include "tests/core/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- checksums ----

static void checksums_are_those_of_gzip(void **unused)
{
    (void)unused;
    assert_int_equal(crc32("", 0), 0);
    assert_int_equal(crc32("123456789", 9), 0xCBF43926); // the catalogue's check value
    char command[64];
    unsigned stored;
    unsigned char bytes[997];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * i >> 3);
    const char *path = file_of("bytes", (char *)bytes, sizeof bytes);
    snprintf(command, sizeof command, "gzip -c %s | tail -c 8", path);
    FILE *gzip = popen(command, "re");
    assert_non_null(gzip);
    assert_int_equal(fread(&stored, sizeof stored, 1, gzip), 1); // little endian, as we are
    assert_int_equal(pclose(gzip), 0);
    assert_int_equal(crc32(bytes, sizeof bytes), stored);
}

static void a_changed_row_is_known(void **unused)
{
    (void)unused;
    char row[64];
    int length = sprintf(row, "12\tfork\t3.5");
    length += sprintf(row + length, "\t%08x", crc32(row, (size_t)length));
    assert_true(has_its_checksum(row, (size_t)length));
    for (int i = 0; i < length; i++)
        for (int bit = 0; bit < 8; bit++) {
            row[i] ^= (char)(1 << bit);
            assert_false(has_its_checksum(row, (size_t)length));
            row[i] ^= (char)(1 << bit);
        }
    for (int cut = 0; cut < length; cut++)
        assert_false(has_its_checksum(row, (size_t)cut));
}

// ---- files that grow ----

static void expect_text(const struct record *r, const char *text)
{
    char is[256] = "";
    assert_int_equal(pread(r->fd, is, sizeof is - 1, 0), strlen(text));
    assert_string_equal(is, text);
}

static char *sealed(const char *row)
{
    static char text[4][64];
    static int turn;
    char *to = text[turn++ % 4];
    snprintf(to, 64, "%s\t%08x\n", row, crc32(row, strlen(row)));
    return to;
}

// What is at the end and is no whole row goes; what is damaged further up stays for whoever reads
// it.
static void damaged_rows_at_the_end_go(void **unused)
{
    (void)unused;
    static const char header[] = "n\tname\tcrc32\n";
    const char *one = sealed("1\tone"), *two = sealed("2\ttwo");
    char text[256], kept[512];
    for (size_t cut = 0; cut <= strlen(one); cut++) {
        snprintf(text, sizeof text, "%s%s%.*s", header, two, (int)cut, one);
        snprintf(kept, sizeof kept, "%s%s%s", header, two, cut == strlen(one) ? one : "");
        file_of("grown", text, strlen(text));
        struct record r = record_open(files_folder, "grown");
        assert_int_equal(record_begin(&r, "n\tname"), cut > 0 && cut < strlen(one) ? 1 : 0);
        expect_text(&r, kept);
        close(r.fd);
    }
    snprintf(text, sizeof text, "%s%s%s%s", header, "2\ttow\t00000000\n", two,
             "2\ttow\t00000000\n");
    file_of("grown", text, strlen(text));
    struct record r = record_open(files_folder, "grown");
    assert_int_equal(record_begin(&r, "n\tname"), 1);
    snprintf(kept, sizeof kept, "%s%s%s", header, "2\ttow\t00000000\n", two);
    expect_text(&r, kept);
    close(r.fd);
}

static void a_new_table_gets_its_header(void **unused)
{
    (void)unused;
    char text[256];
    static const char *const begun[] = {"", "n\tna"};
    for (size_t i = 0; i < 2; i++) {
        file_of("grown", begun[i], strlen(begun[i]));
        struct record r = record_open(files_folder, "grown");
        assert_int_equal(record_begin(&r, "n\tname"), i);
        record_append(&r, "1\tone");
        snprintf(text, sizeof text, "n\tname\tcrc32\n%s", sealed("1\tone"));
        expect_text(&r, text);
        close(r.fd);
    }
}

static bool is_no_two(const char *row, const void *unused)
{
    (void)unused;
    return *row != '2';
}

static void rows_that_nobody_keeps_go(void **unused)
{
    (void)unused;
    char text[256];
    file_of("grown", "", 0);
    struct record r = record_open(files_folder, "grown");
    record_begin(&r, "n\tname");
    record_append(&r, "2\ttwo");
    record_append(&r, "1\tone");
    record_append(&r, "2\ttwo");
    record_append(&r, "2\ttwo");
    assert_int_equal(record_trim(&r, is_no_two, NULL), 2);
    snprintf(text, sizeof text, "n\tname\tcrc32\n%s%s", sealed("2\ttwo"), sealed("1\tone"));
    expect_text(&r, text);
    close(r.fd);
}

static struct record full;

static void append_too_much(const char *text)
{
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){10, 10});
    record_append(&full, text);
}

static void what_has_no_room_is_not_there_at_all(void **unused)
{
    (void)unused;
    file_of("full", "rows\n", 5);
    full = record_open(files_folder, "full");
    expect_refusal(append_too_much, "a row with too many bytes", 1,
                   "full: the rows so far are kept: No space left on device");
    expect_text(&full, "rows\n");
    close(full.fd);
}

// ---- trials ----

static void append_trial(const struct record *trials, const char *number)
{
    struct trial_name name = {number, "1", "churn", "fork", "-"};
    struct measurement m;
    measurement_reset(&m);
    m.values[METRIC_client_load] = 0.9;
    m.values[METRIC_service_back_us] = INFINITY; // never
    strcpy(m.client_io, "epoll");
    trials_append(trials, &name, 0, 0.25, &m);
}

static size_t rows_of_trials(void)
{
    static char path[256];
    struct table t;
    snprintf(path, sizeof path, "%s/trials.tsv", files_folder);
    table_read(&t, path);
    for (size_t row = 0; row < t.rows; row++) {
        assert_true(table_number(&t, row, table_column(&t, "client_load")) == 0.9);
        assert_true(isinf(table_number(&t, row, table_column(&t, "service_back_us"))));
        assert_false(table_has(&t, "validity") || table_has(&t, "reasons")); // raw means raw
        assert_string_equal(table_text(&t, row, table_column(&t, "status")), "ok");
        assert_string_equal(table_text(&t, row, table_column(&t, "client_io")), "epoll");
    }
    size_t rows = t.rows;
    table_free(&t);
    return rows;
}

static void a_damaged_last_trial_is_to_be_repeated(void **unused)
{
    (void)unused;
    file_of("trials.tsv", "", 0);
    struct record trials = trials_open(files_folder);
    append_trial(&trials, "1");
    append_trial(&trials, "2");
    assert_int_equal(rows_of_trials(), 2);
    off_t end = lseek(trials.fd, 0, SEEK_END);
    close(trials.fd);
    int fd = open(trials.path, O_WRONLY | O_CLOEXEC); // a block that never got to the disk
    assert_int_equal(pwrite(fd, "\0\0\0\0", 4, end - 20), 4);
    close(fd);
    trials = trials_open(files_folder);
    assert_int_equal(rows_of_trials(), 1);
    append_trial(&trials, "2");
    assert_int_equal(rows_of_trials(), 2);
    assert_int_equal(lseek(trials.fd, 0, SEEK_END), end);
    close(trials.fd);
}

static void open_trials(const char *folder)
{
    trials_open(folder);
}

static void a_table_with_other_columns_is_not_continued(void **unused)
{
    (void)unused;
    static const char old[] = "trial\tblock\tstatus\tcrc32\n";
    const char *path = file_of("trials.tsv", old, strlen(old));
    expect_refusal(open_trials, files_folder, 1,
                   "trials.tsv: another version wrote it, with other columns: start a new run");
    struct record r = record_open(files_folder, "trials.tsv");
    expect_text(&r, old);
    close(r.fd);
    remove(path);
}

// ---- locks ----

static void lock_again(const char *unused)
{
    (void)unused;
    struct record r = record_open(files_folder, "trials.tsv");
    record_lock(&r);
}

static void who_holds_a_lock_is_named(void **unused)
{
    (void)unused;
    char words[128], holder[HOLDER_BYTES];
    struct record r = record_open(files_folder, "trials.tsv");
    record_lock(&r);
    snprintf(words, sizeof words, "another run is in progress: process %d (", (int)getpid());
    expect_refusal(lock_again, "", 1, words);
    expect_refusal(lock_again, "", 1, "), since 20");
    expect_refusal(lock_again, "", 1, r.path);
    int second = open(r.path, O_RDONLY | O_CLOEXEC);
    assert_false(lock_take(second, holder));
    close(r.fd);
    assert_true(lock_take(second, holder));
    close(second);
}

// ---- what is counted around a trial ----

// As the kernel writes them, with an extension whose names and numbers are other ones.
static void counters_are_found_by_name(void **unused)
{
    (void)unused;
    static const char netstat[] = "TcpExt: SyncookiesSent ListenOverflows ListenDrops\n"
                                  "TcpExt: 3 12 14\n"
                                  "MPTcpExt: MPCapable ListenOverflowsOfAll More Others\n"
                                  "MPTcpExt: 7 8 9 10\n";
    static const char conntrack[] = "entries  clashres found insert_failed drop early_drop\n"
                                    "000007d0  00000000 00000001 00000000 0000001f 00000002\n"
                                    "000007d0  00000000 00000001 00000000 00000001 00000003\n";
    const char *path = file_of("netstat", netstat, strlen(netstat));
    assert_true(kernel_count(path, "TcpExt:", "ListenOverflows", 10) == 12);
    assert_true(kernel_count(path, "MPTcpExt:", "Others", 10) == 10);
    assert_true(isnan(kernel_count(path, "TcpExt:", "Others", 10)));
    path = file_of("nf_conntrack", conntrack, strlen(conntrack));
    assert_true(kernel_count(path, "", "drop", 16) == 32); // of two processors
    assert_true(isnan(kernel_count("/nowhere", "", "drop", 16)));
}

// A queue of one connection, and three clients: two find it full, and ask again after a second.
static void a_full_accept_queue_is_counted(void **unused)
{
    (void)unused;
    struct setting setting = {.log_fd = -1};
    struct counters before;
    struct measurement m;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int clients[3], listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CPU_ZERO(&setting.server_cpus);
    CPU_ZERO(&setting.client_cpus);
    CPU_SET(0, &setting.server_cpus);
    assert_int_equal(bind(listener, (void *)&address, length), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (void *)&address, &length), 0);
    measurement_reset(&m);
    counters_read(&setting, &before);
    if (isnan(before.listen_overflows) || isnan(before.retransmits))
        skip();
    for (int i = 0; i < 3; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(clients[i], (void *)&address, length);
    }
    usleep(1200000);
    counters_since(&setting, &before, &m);
    assert_true(m.values[METRIC_listen_overflows] >= 2);
    assert_true(m.values[METRIC_listen_drops] >= m.values[METRIC_listen_overflows]);
    assert_true(m.values[METRIC_retransmits] >= 2);
    assert_true(m.values[METRIC_stolen_share] >= 0 && m.values[METRIC_stolen_share] <= 1.01);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_are_those_of_gzip),
        cmocka_unit_test(a_changed_row_is_known),
        cmocka_unit_test(damaged_rows_at_the_end_go),
        cmocka_unit_test(a_new_table_gets_its_header),
        cmocka_unit_test(rows_that_nobody_keeps_go),
        cmocka_unit_test(what_has_no_room_is_not_there_at_all),
        cmocka_unit_test(a_damaged_last_trial_is_to_be_repeated),
        cmocka_unit_test(a_table_with_other_columns_is_not_continued),
        cmocka_unit_test(who_holds_a_lock_is_named),
        cmocka_unit_test(counters_are_found_by_name),
        cmocka_unit_test(a_full_accept_queue_is_counted),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
