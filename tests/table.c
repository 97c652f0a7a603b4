// The small libraries of the measurement line: tables, numbers, lists of processors,
// files that are whole, measurements. What ends the program with one line is tried in a child.
#include "bench/base/table.h"
#include "bench/base/cpus.h"
#include "bench/base/measurement.h"
#include "bench/base/number.h"
#include "bench/base/output.h"
#include "tests/core/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- tables ----

static void a_table_is_read(void **unused)
{
    (void)unused;
    static const char text[] = "name\tmicroseconds\tnote\nfork\t12.5\t\nepoll\t-\tall well\n";
    struct table t;
    table_read(&t, file_of("whole.tsv", text, strlen(text)));
    assert_int_equal(t.columns, 3);
    assert_int_equal(t.rows, 2);
    assert_int_equal(table_column(&t, "name"), 0);
    assert_int_equal(table_column(&t, "note"), 2);
    assert_string_equal(table_text(&t, 0, 0), "fork");
    assert_string_equal(table_text(&t, 0, 2), "");
    assert_string_equal(table_text(&t, 1, 2), "all well");
    assert_true(table_number(&t, 0, 1) == 12.5);
    assert_true(isnan(table_number(&t, 1, 1)));
    table_free(&t);
}

static void a_row_with_its_checksum_is_read(void **unused)
{
    (void)unused;
    static const char text[] = "a\tb\tcrc32\nfork\t1\t71a55add\n";
    struct table t;
    table_read(&t, file_of("sealed.tsv", text, strlen(text)));
    assert_int_equal(t.rows, 1);
    assert_true(table_number(&t, 0, 1) == 1);
    table_free(&t);
}

static void a_header_alone_is_a_table(void **unused)
{
    (void)unused;
    struct table t;
    table_read(&t, file_of("header.tsv", "only\n", 5));
    assert_int_equal(t.columns, 1);
    assert_int_equal(t.rows, 0);
    assert_int_equal(table_column(&t, "only"), 0);
    table_free(&t);
}

static void read_table(const char *path)
{
    struct table t;
    table_read(&t, path);
}

static void read_number(const char *path)
{
    struct table t;
    table_read(&t, path);
    table_number(&t, 1, 1);
}

static void read_column(const char *path)
{
    struct table t;
    table_read(&t, path);
    table_column(&t, "c");
}

static void a_damaged_table_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        size_t bytes;
        void (*call)(const char *);
        const char *words;
    } rows[] = {
        {"", 0, read_table, "bad.tsv: empty"},
        {"a\tb", 3, read_table, "bad.tsv: truncated"},
        {"a\tb\n1\t2\n3\t4", 11, read_table, "bad.tsv: truncated"},
        {"a\tb\n1\t2\n3\n", 10, read_table, "bad.tsv:3: truncated row: 1 of 2"},
        {"a\tb\n1\t2\t3\n", 10, read_table, "bad.tsv:2: truncated row: 3 of 2"},
        {"a\tb\n\n1\t2\n", 9, read_table, "bad.tsv:2: truncated row: 1 of 2"},
        {"a\tb\n1\t\0\n3\t4\n", 13, read_table, "bad.tsv: truncated"},
        {"a\tb\n1\t2\n3\t4x\n", 13, read_number, "bad.tsv:3: '4x' is not a number"},
        {"a\tb\n1\t2\n3\t\n", 11, read_number, "bad.tsv:3: '' is not a number"},
        {"a\tb\n1\t2\n3\t--\n", 13, read_number, "bad.tsv:3: '--' is not a number"},
        {"a\tb\n1\t2\n", 8, read_column, "bad.tsv: no column 'c'"},
        {"a\tcrc32\n1\t83dcefb7\n2\t83dcefb7\n", 30, read_table, "bad.tsv:3: damaged row"},
        {"a\tcrc32\n1\t83DCEFB7\n", 19, read_table, "bad.tsv:2: damaged row"},
        {"a\tcrc32\n1\t\n", 11, read_table, "bad.tsv:2: damaged row"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_refusal(rows[i].call, file_of("bad.tsv", rows[i].text, rows[i].bytes), 1,
                       rows[i].words);
    expect_refusal(read_table, "/nowhere/bad.tsv", 1, "/nowhere/bad.tsv: No such file");
    expect_refusal(read_table, files_folder, 1, "Is a directory");
}

// ---- numbers ----

static void real_from(const char *text)
{
    number_real(text, "the dose", -1, 2.5);
}

static void whole_from(const char *text)
{
    number_whole(text, "the count", 1, 10);
}

static void numbers_are_checked(void **unused)
{
    (void)unused;
    static const char *const no_real[] = {"", "x", "1x", "1 ", "2.6", "-1.1", "nan", "inf"};
    static const char *const no_whole[] = {"",   "x",  "1.5", " 1",  "1 ",  "0",
                                           "11", "+1", "-1",  "0x1", "1e1", "18446744073709551617"};
    assert_true(number_real("2.5", "it", -1, 2.5) == 2.5);
    assert_true(number_real("-1e0", "it", -1, 2.5) == -1);
    assert_int_equal(number_whole("1", "it", 1, 10), 1);
    assert_int_equal(number_whole("010", "it", 1, 10), 10);
    for (size_t i = 0; i < sizeof no_real / sizeof *no_real; i++)
        expect_refusal(real_from, no_real[i], 2, "the dose must be a number from -1 to 2.5, not '");
    for (size_t i = 0; i < sizeof no_whole / sizeof *no_whole; i++)
        expect_refusal(whole_from, no_whole[i], 2,
                       "the count must be a number from 1 to 10, not '");
}

// ---- lists of processors ----

static void lists_of_processors(void **unused)
{
    (void)unused;
    static const struct {
        const char *list;
        const char *printed; // NULL: it is no list
    } rows[] = {
        {"0", "0"},
        {"0\n", "0"}, // as the kernel ends it
        {"0,2-3", "0,2,3"},
        {"3,1,1-2", "1,2,3"},
        {"5-5", "5"},
        {"1023", "1023"},
        {"", NULL},
        {",", NULL},
        {"0,", NULL},
        {",0", NULL},
        {"-1", NULL},
        {"1-", NULL},
        {"1--2", NULL},
        {"3-1", NULL},
        {"1 2", NULL},
        {"0x1", NULL},
        {"abc", NULL},
        {"1024", NULL},
        {"0-1024", NULL},
        {"18446744073709551616", NULL},
        {"-18446744073709551615", NULL}, // strtoul() makes 1 of it
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cpu_set_t set;
        char list[64];
        assert_int_equal(cpus_parse(rows[i].list, &set), rows[i].printed ? 0 : -1);
        if (!rows[i].printed)
            continue;
        cpus_print(&set, list, sizeof list);
        assert_string_equal(list, rows[i].printed);
    }
}

static void sets_come_back_from_their_lists(void **unused)
{
    (void)unused;
    unsigned short state[3] = {1, 2, 3};
    for (int round = 0; round < 100; round++) {
        cpu_set_t set, back;
        char list[5 * CPU_SETSIZE];
        CPU_ZERO(&set);
        CPU_SET((size_t)nrand48(state) % CPU_SETSIZE, &set);
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
            if (erand48(state) * 99 < round)
                CPU_SET((size_t)cpu, &set);
        cpus_print(&set, list, sizeof list);
        assert_int_equal(cpus_parse(list, &back), 0);
        assert_true(CPU_EQUAL(&set, &back));
    }
}

static void chosen_processors_are_disjoint(void **unused)
{
    (void)unused;
    cpu_set_t allowed, server, client, both;
    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    cpus_choose(1, &server, &client);
    assert_int_equal(CPU_COUNT(&server), 1);
    assert_int_equal(CPU_COUNT(&client), 1);
    CPU_AND(&both, &server, &allowed);
    assert_true(CPU_EQUAL(&both, &server));
    CPU_AND(&both, &client, &allowed);
    assert_true(CPU_EQUAL(&both, &client));
    // With one processor there is no choice. (Two may be threads of one core.)
    CPU_ZERO(&allowed);
    CPU_OR(&allowed, &allowed, &client);
    cpu_set_t before;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    assert_int_equal(sched_setaffinity(0, sizeof allowed, &allowed), 0);
    cpus_choose(1, &server, &client);
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
    assert_true(CPU_EQUAL(&server, &allowed) && CPU_EQUAL(&client, &allowed));
}

// ---- files that are whole ----

static void a_file_appears_when_it_is_complete(void **unused)
{
    (void)unused;
    const char *path = file_of("out.tsv", "old\n", 4);
    char text[16] = "";
    struct output o = output_begin(files_folder, "out.tsv");
    assert_string_equal(o.path, path);
    fputs("new and longer\n", o.file);
    fflush(o.file);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "old\n");
    fclose(file);
    output_complete(&o);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "new and longer\n");
    fclose(file);
    assert_int_equal(access(o.new_path, F_OK), -1);
}

static void write_output(const char *where)
{
    struct output o = output_begin(where, "full.tsv");
    fputs("a\tb\n", o.file);
    output_complete(&o);
}

static void a_file_that_is_not_complete_does_not_appear(void **unused)
{
    (void)unused;
    char path[256], new_path[264];
    snprintf(path, sizeof path, "%s/full.tsv", files_folder);
    snprintf(new_path, sizeof new_path, "%s.new", path);
    assert_int_equal(symlink("/dev/full", new_path), 0);
    expect_refusal(write_output, files_folder, 1, "full.tsv: No space left on device");
    assert_int_equal(access(path, F_OK), -1);
    expect_refusal(write_output, "/nowhere", 1, "/nowhere/full.tsv.new: No such file");
}

// ---- measurements ----

static void the_first_fault_stays(void **unused)
{
    (void)unused;
    struct measurement m;
    char longest[400];
    memset(&m, 0, sizeof m);
    measurement_reset(&m);
    assert_string_equal(m.status, "ok");
    for (int figure = 0; figure < METRIC_COUNT; figure++)
        assert_true(isnan(m.values[figure]));
    measurement_fault(&m, "%d failures\tin\n%s", 3, "it");
    measurement_fault(&m, "server did not stop");
    assert_string_equal(m.status, "3 failures in it");
    measurement_reset(&m);
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    measurement_fault(&m, "%s", longest);
    assert_int_equal(strlen(m.status), sizeof m.status - 1);
}

static void a_fault_is_explained(void **unused)
{
    (void)unused;
    struct measurement m;
    char longest[400];
    measurement_reset(&m);
    measurement_explain(&m, "fork: all is well");
    assert_string_equal(m.status, "ok");
    measurement_fault(&m, "server did not stop");
    measurement_explain(&m, "");
    assert_string_equal(m.status, "server did not stop");
    measurement_explain(&m, "fork:\tno more");
    assert_string_equal(m.status, "server did not stop; fork: no more");
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    measurement_explain(&m, longest);
    assert_int_equal(strlen(m.status), sizeof m.status - 1);
}

static void metrics_have_their_names(void **unused)
{
    (void)unused;
    assert_string_equal(metrics[0].name, "window_s");
    assert_string_equal(metrics[METRIC_echoes].name, "echoes");
    assert_string_equal(metrics[METRIC_system_us_per_operation].name, "system_us_per_operation");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read),
        cmocka_unit_test(a_row_with_its_checksum_is_read),
        cmocka_unit_test(a_header_alone_is_a_table),
        cmocka_unit_test(a_damaged_table_is_refused),
        cmocka_unit_test(numbers_are_checked),
        cmocka_unit_test(lists_of_processors),
        cmocka_unit_test(sets_come_back_from_their_lists),
        cmocka_unit_test(chosen_processors_are_disjoint),
        cmocka_unit_test(a_file_appears_when_it_is_complete),
        cmocka_unit_test(a_file_that_is_not_complete_does_not_appear),
        cmocka_unit_test(the_first_fault_stays),
        cmocka_unit_test(a_fault_is_explained),
        cmocka_unit_test(metrics_have_their_names),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
