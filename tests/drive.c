// The driver as a program, against servers that do what they should: an honest one that counts, the
// project's epoll server, a foreign one. Every figure that can be known beforehand is as it must
// be.
#include "tests/core/driver.h"
#include "tests/core/planted.h"
#include "tests/core/server_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clients/core/clock.h"

static const char epoll_server[] = BUILD_FOLDER "/servers/epoll";

// ---- honest servers ----

static void counts_are_exact(void **state)
{
    use_io(state);
    static const unsigned sizes[] = {1, 64, 4096, 1 << 20};
    for (int i = 0; i < 2 * 4 * 3; i++) {
        unsigned bytes = sizes[i / 3 % 4], k = i % 3 * 3 / 2, total = bytes > 4096 ? 10 : 200;
        unsigned port = i < 12 ? plant(HONEST) : start_server(epoll_server, "-p 0");
        drive(port, "-c 4 -k %u -s %u -n %u", k, bytes, total);
        expect_success();
        expect_figure("connections", 4);
        expect_figure("requests_per_connection", k);
        expect_figure("bytes", bytes);
        expect_figure("echoes", total);
        expect_figure("echoes_total", total);
        // Connections that end have made as many requests as they may, but for the last.
        expect_figure("connections_total", k ? (total + k - 1) / k : 4);
        expect_figure("connections_served", figure("connections_total"));
        expect_figure("connections_made", k ? figure("connections_total") : 0);
        expect_figure_between("cpu_us_per_echo", 0.1, 1e6);
        if (i < 12) {
            expect_figure("echoes", (double)tally->messages);
            expect_figure("connections_total", (double)tally->accepted);
            assert_int_equal(tally->bytes, (uint64_t)total * bytes);
        }
        end_programs(NULL);
    }
    plant(HONEST);
}

static void one_client_fills_its_connections(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-k 3 -n 100");
    expect_success();
    expect_figure("connections_total", 34);
    expect_figure("connections_made", 34);
    assert_int_equal(tally->accepted, 34);
}

static void window_is_as_long_as_asked(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-c 4 -d 0.3 --warmup 0.1");
    expect_success();
    expect_figure_between("window_s", 0.3, 0.31);
    expect_figure("echoes_total", (double)tally->messages);
    assert_true(figure("echoes_total") > figure("echoes"));
    expect_figure_between("echoes", 100, 1e6);
    expect_figure_between("echoes_per_s", (figure("echoes") - 4) / 0.31, figure("echoes") / 0.3);
    expect_figure_between("cpu_load", 0.0001, 1.05);
    assert_true(declined("offered_per_s"));
}

// The number of arrivals is Poisson's: within five standard deviations. Before and after the window
// too.
static void offered_rate_is_kept(void **state)
{
    use_io(state);
    double echoes[3];
    for (unsigned seed = 0; seed < 3; seed++) {
        drive(plant(HONEST), "-c 32 -r 4000 -d 0.25 --warmup 0.05 --seed %u", seed / 2);
        expect_success();
        expect_figure("offered_per_s", 4000);
        expect_figure_between("window_s", 0.25, 0.26);
        expect_figure_between("echoes", 1000 - 5 * sqrt(1000), 1000 + 5 * sqrt(1000));
        double warm_up = figure("echoes_total") - figure("echoes");
        assert_true(fabs(warm_up - 200) <= 5 * sqrt(200));
        echoes[seed] = figure("echoes");
    }
    assert_true(echoes[0] == echoes[1]); // of the same seed
    assert_true(echoes[0] != echoes[2]);
}

static void totals_are_exact_in_open_loop(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-c 64 -r 5000 -n 1000");
    expect_success();
    expect_figure("echoes", 1000);
    expect_figure_between("window_s", 0.2 - 5 * sqrt(1000) / 5000, 5);
    drive(plant(HONEST), "-c 64 -r 1000000 -n 100"); // many are due at the same time
    expect_success();
    expect_figure("echoes", 100);
    assert_int_equal(tally->messages, 100);
}

// The driver looks for time-outs every 20 ms. It ends with the last answer, and sends when a
// connection becomes free, not only then. The shortest of many runs was not disturbed.
static void nothing_waits_for_the_next_look(void **state)
{
    use_io(state);
    static const struct {
        const char *options;
        double most_s;
    } rows[] = {{"-n 20", 0.015}, {"-r 10000 -n 100", 0.2}};
    for (size_t i = 0; i < 2; i++) {
        double shortest_s = 60;
        for (int again = 0; again < 50 && shortest_s >= rows[i].most_s; again++) {
            drive(plant(HONEST), "%s", rows[i].options);
            expect_success();
            shortest_s = fmin(shortest_s, figure("window_s"));
        }
        assert_true(shortest_s < rows[i].most_s);
    }
}

// They do not fit into the sockets' buffers, and both servers answer before they have read all: a
// client that sends everything before it receives would wait for ever.
static void large_messages_are_sent_while_receiving(void **state)
{
    use_io(state);
    static const char *const loops[] = {"", "-k 1", "-r 1000"};
    for (size_t i = 0; i < 6; i++) {
        unsigned port = i < 3 ? plant(HONEST) : start_server(epoll_server, "-p 0");
        drive(port, "-c 3 -s 8388608 -n 3 --timeout 20 %s", loops[i % 3]);
        expect_success();
        expect_figure("echoes", 3);
        end_programs(NULL);
    }
}

// Threads also wait for each other, so how long they waited would not show that another program
// disturbed them.
static void threads_have_no_run_queue_delay(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-c 4 -n 100");
    expect_success();
    assert_true(declined("cpu_wait") == (io == threads));
}

static void too_few_threads(void **unused)
{
    (void)unused;
    char line[256] = "";
    if (SANITIZED)
        skip(); // they reserve more memory than there is
    FILE *driver = popen("ulimit -v 100000 && exec " BUILD_FOLDER
                         "/clients/drive --io threads -w 1 -c 4000 127.0.0.1:1 2>&1",
                         "re");
    assert_non_null(driver);
    assert_non_null(fgets(line, sizeof line, driver));
    assert_non_null(strstr(line, "drive: threads: cannot start thread "));
    assert_non_null(strstr(line, " of 4000: Resource temporarily unavailable (use fewer "));
    assert_null(fgets(line, sizeof line, driver));
    int status = pclose(driver);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 77);
}

// The report names the backend; without --io it is epoll, also where io_uring would work.
static void backend_is_named(void **state)
{
    char arguments[64], line[32];
    use_io(state);
    snprintf(line, sizeof line, "\nio\t%s\n", io);
    drive(plant(HONEST), "-n 1");
    expect_success();
    assert_non_null(strstr(run.text, line));
    snprintf(arguments, sizeof arguments, "--io %s --describe", io);
    drive_start(arguments, 0);
    drive_end();
    assert_int_equal(run.status, 0);
    snprintf(line, sizeof line, "%s\n", io);
    assert_string_equal(run.text, line);
}

static void backend_is_epoll_by_default(void **state)
{
    char arguments[64];
    use_io(state);
    snprintf(arguments, sizeof arguments, "127.0.0.1:%u -n 1", plant(HONEST));
    drive_start(arguments, 0);
    drive_end();
    expect_success();
    assert_non_null(strstr(run.text, "\nio\tepoll\n"));
    drive_start("--describe", 0);
    drive_end();
    assert_string_equal(run.text, "epoll\n");
}

static void percentiles_need_samples(void **state)
{
    use_io(state);
    // Ten values beyond it.
    static const struct {
        const char *name;
        unsigned enough;
    } percentiles[] = {{"p50", 20}, {"p90", 100}, {"p99", 1000}, {"p99_9", 10000}};
    static const char *const kinds[] = {"latency", "service", "send_lag"};
    for (size_t i = 0; i < 8; i++) {
        unsigned samples = percentiles[i / 2].enough - (i % 2 == 0);
        drive(plant(HONEST), "-c 4 -n %u", samples);
        expect_success();
        for (size_t j = 0; j < 12; j++) {
            char name[64];
            snprintf(name, sizeof name, "%s_%s_us", kinds[j / 4], percentiles[j % 4].name);
            if (declined(name) != (samples < percentiles[j % 4].enough))
                fail_msg("%s of %u samples is %srefused", name, samples,
                         declined(name) ? "" : "not ");
        }
    }
}

// The JSON of a run, read by jq, against the text of another: the same names in the same order, the
// same values where they do not depend on time.
static void json_says_the_same(void **state)
{
    use_io(state);
    static const char options[] = "-k 3 -n 100";
    static const char *const measured[] = {"window_s", "_per_s",   "cpu_",  "latency",
                                           "service",  "send_lag", "silent"};
    char command[256], line[256], *text, *end;
    unsigned port = plant(HONEST);
    drive(port, "%s --json", options);
    assert_int_equal(run.status, 0);
    int json = memfd_create("json", 0);
    size_t bytes = strlen(run.text);
    assert_true(json >= 0 && write(json, run.text, bytes) == (ssize_t)bytes);
    drive(port, "%s", options);
    snprintf(command, sizeof command,
             "jq -r 'to_entries[] | [.key, (.value | type), .value // \"-\"] | @tsv' /dev/fd/%d",
             json);
    FILE *jq = popen(command, "re");
    assert_non_null(jq);
    size_t lines = 0;
    char *rest = run.text;
    while ((text = strsep(&rest, "\n")) && *text && fgets(line, sizeof line, jq)) {
        char *after = line;
        const char *name = strsep(&after, "\t"), *type = strsep(&after, "\t");
        const char *value = strsep(&after, "\n"), *text_name = strsep(&text, "\t");
        assert_string_equal(name, text_name);
        double figure = strtod(text, &end);
        bool number = !*end, none = strcmp(text, "-") == 0, varies = false;
        assert_string_equal(type, none ? "null" : number ? "number" : "string");
        for (size_t i = 0; i < sizeof measured / sizeof *measured; i++)
            varies |= strstr(name, measured[i]) != NULL;
        if (number && !varies)
            assert_true(strtod(value, NULL) == figure);
        else if (!varies)
            assert_string_equal(value, text);
        lines++;
    }
    assert_true(lines > 30);
    assert_null(fgets(line, sizeof line, jq));
    assert_null(rest);
    assert_int_equal(pclose(jq), 0);
    close(json);
}

static void hgrm_is_the_distribution(void **state)
{
    use_io(state);
    char path[64], line[256];
    snprintf(path, sizeof path, "%s/hgrm", folder);
    drive(plant(HONEST), "-c 2 -r 5000 -n 3000 --hgrm %s", path);
    FILE *file = fopen(path, "re");
    assert_int_equal(unlink(path), 0);
    assert_non_null(file);
    expect_success();
    double value, percentile, last_value = 0, last_percentile = -1, max = -1, at_p90 = -1;
    unsigned long count, last_count = 0, total = 0;
    while (fgets(line, sizeof line, file)) {
        sscanf(line, "#[Max = %lf, Total count = %lu", &max, &total);
        if (sscanf(line, "%lf %lf %lu", &value, &percentile, &count) != 3)
            continue;
        assert_true(value >= last_value && percentile > last_percentile && count >= last_count);
        if (at_p90 < 0 && percentile >= 0.9)
            at_p90 = value;
        last_value = value;
        last_percentile = percentile;
        last_count = count;
    }
    fclose(file);
    expect_figure("echoes", (double)last_count);
    assert_int_equal(total, last_count);
    assert_true(last_percentile == 1 && last_value == max);
    expect_figure("latency_max_us", max);
    expect_figure_between("latency_p90_us", at_p90 / 1.002, at_p90 * 1.002);
}

static void raw_holds_every_latency(void **state)
{
    use_io(state);
    const struct histogram *h = drive_histogram(plant(HONEST), "-c 2 -r 5000 -n 3000");
    expect_success();
    expect_figure("echoes", (double)histogram_count(h));
    expect_figure("latency_max_us", (double)histogram_max(h) / 1e3);
    expect_figure("latency_p99_us", (double)histogram_percentile(h, 99) / 1e3);
}

// More connections than one source address has ports; a second such run must find some, too.
static void churn_does_not_run_out_of_ports(void **state)
{
    use_io(state);
    drive(start_server(epoll_server, "-p 0"), "-c 64 -k 1 -n 30000");
    expect_success();
    expect_figure("echoes", 30000);
    expect_figure("connections_total", 30000);

    drive(plant(HONEST), "-c 16 -k 1 -n 3000");
    expect_success();
    unsigned sources = 0;
    for (size_t i = 0; i < 256; i++)
        sources += tally->from[i] > 0;
    assert_in_range(sources, 3, 100);
    assert_true(tally->from[1] > 0);
    assert_int_equal(tally->from_elsewhere, 0);
    assert_int_equal(tally->accepted, 3000);
}

static void foreign_server(void **state)
{
    use_io(state);
    if (system("command -v socat > /dev/null") != 0) {
        print_message("skipped: foreign_server: there is no socat\n");
        skip();
    }
    unsigned port = start_server("socat", "-d -d TCP-LISTEN:0,bind=127.0.0.1,fork,reuseaddr PIPE");
    drive(port, "-c 4 -n 400");
    expect_success();
    expect_figure("echoes", 400);
    drive(port, "-c 4 -k 1 -n 40");
    expect_success();
    expect_figure("connections_total", 40);
}

// ---- around the run ----

// Waits for the driver to say this, sees that nothing happens while it waits for the answer, and
// lets it go on. open: how many connections there are meanwhile. Returns how many messages the
// server has read.
static uint64_t pass_gate(int fd, const char *moment, unsigned open)
{
    char line[16] = "";
    struct pollfd says = {.fd = fd, .events = POLLIN};
    if (poll(&says, 1, LIMIT_MS) != 1 || read(fd, line, sizeof line - 1) < 0)
        fail_msg("the driver does not say '%s'", moment);
    assert_string_equal(line, moment);
    uint64_t messages = tally->messages, connections = tally->accepted;
    poll(NULL, 0, 100);
    assert_int_equal(tally->messages, messages);
    assert_int_equal(tally->accepted, connections);
    assert_int_equal(tally->open, open);
    assert_int_equal(write(fd, "\n", 1), 1);
    return messages;
}

static int start_gated(const char *options, unsigned port)
{
    int ends[2];
    char arguments[128];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    snprintf(arguments, sizeof arguments, "--io %s -w 1 %s --gate %d 127.0.0.1:%u", io, options,
             ends[1], port);
    drive_start(arguments, 0);
    close(ends[1]);
    return ends[0];
}

static void gate_holds_the_window(void **state)
{
    use_io(state);
    static const struct {
        const char *options;
        unsigned open;
    } rows[] = {{"-c 8 -d 0.1 --warmup 0.05", 8},
                {"-c 8 -d 0.1 --warmup 0.05 -r 1000", 8},
                {"-c 8 -d 0.1 --warmup 0.05 -k 1", 0},
                {"-c 8 -d 0.1 --warmup 0.05 -w 3", 8}};
    for (size_t i = 0; i < 4; i++) {
        int fd = start_gated(rows[i].options, plant(HONEST));
        uint64_t before = pass_gate(fd, "start\n", rows[i].open);
        uint64_t after = pass_gate(fd, "end\n", rows[i].open);
        close(fd);
        drive_end();
        expect_success();
        assert_true(before > 0);
        expect_figure("echoes", (double)(after - before));
        expect_figure("echoes_total", (double)after);
        expect_figure_between("window_s", 0.1, 0.15);
    }
}

static void gate_that_nobody_answers(void **state)
{
    use_io(state);
    unsigned port = plant(HONEST);
    for (int answers = 0; answers < 2; answers++) { // gone at once, and after the start
        int fd = start_gated("-d 0.1 --warmup 0.1", port);
        if (answers)
            pass_gate(fd, "start\n", 1);
        close(fd);
        drive_end();
        expect_failure(1, "gate");
    }
    drive(port, "--gate 77"); // not open
    expect_failure(1, "gate");
}

static void bad_input(void **state)
{
    use_io(state);
    static const struct {
        const char *options;
        int status;
        const char *words;
    } rows[] = {
        {"--foo", 2, "--foo"},
        {"-c", 2, "'c'"},
        {"-c 0", 2, "'0'"},
        {"-c 99999999", 2, "'99999999'"},
        {"-c many", 2, "'many'"},
        {"-c 1.5", 2, "'1.5'"},
        {"-k -1", 2, "'-1'"},
        {"-s 0", 2, "'0'"},
        {"-d -1", 2, "'-1'"},
        {"-d 0", 2, "'0'"},
        {"-d abc", 2, "'abc'"},
        {"-d nan", 2, "'nan'"},
        {"-n 0", 2, "'0'"},
        {"-n 10 -d 1", 2, "-n"},
        {"-r -5", 2, "'-5'"},
        {"-r 1e300", 2, "'1e300'"},
        {"--timeout 0", 2, "'0'"},
        {"--warmup -1", 2, "'-1'"},
        {"-w 0", 2, "'0'"},
        {"-c 2 -w 3", 2, "WORKERS"},
        {"-c 8 -n 2 -w 3", 2, "WORKERS"},
        {"--io foo", 2, "--io must be epoll, io_uring or threads, not 'foo'"},
        {"127.0.0.1:1", 2, "127.0.0.1:"},
        {"--hgrm /nowhere/hgrm -n 1", 1, "/nowhere/hgrm"},
        {"--raw /nowhere/raw -n 1", 1, "/nowhere/raw"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned port = plant(HONEST);
        char arguments[128];
        snprintf(arguments, sizeof arguments, "127.0.0.1:%u %s", port, rows[i].options);
        drive_start(arguments, 0);
        drive_end();
        expect_failure(rows[i].status, rows[i].words);
        if (rows[i].status == 2 && (tally->accepted || *run.text))
            fail_msg("%s: it runs nevertheless", rows[i].options);
    }
    static const char *const targets[] = {
        "-n 1",         "127.0.0.1",   "127.0.0.1:",       "127.0.0.1:0",   ":7", "127.0.0.1:70000",
        "127.0.0.1:-1", "127.0.0.1:x", "127.0.0.1:7 -c 0", "127.0.0.1:1e3x"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        char arguments[64];
        snprintf(arguments, sizeof arguments, "%s", targets[i]);
        drive_start(arguments, 0);
        drive_end();
        expect_failure(2, "");
    }
}

static void too_few_descriptors(void **state)
{
    use_io(state);
    char arguments[64];
    snprintf(arguments, sizeof arguments, "--io %s -c 100 127.0.0.1:%u", io, plant(HONEST));
    drive_start(arguments, 100);
    drive_end();
    expect_failure(1, "descriptors");
    assert_int_equal(tally->accepted, 0);
}

static void answered_in_time(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-c 4 -n 200");
    expect_figure_between("in_time_percent", 90, 100); // others use the processors, too
    drive(plant(SLOW), "-n 4 --in-time 0.02");
    expect_figure("in_time_percent", 0);
    drive(plant(SLOW), "-n 4 --in-time 1");
    expect_figure("in_time_percent", 100);
    drive(plant(NEVER_ANSWERS), "-n 4 --timeout 0.2");
    expect_figure("in_time_percent", 0);
    drive(plant(HONEST), "-n 4 --timeout 0.05"); // unknown
    assert_true(declined("in_time_percent"));
}

static void interrupted(void **state)
{
    use_io(state);
    static const char *const options[] = {"-c 16 -d 30", "-c 16 -k 1 -d 30", "-c 16 -r 500 -d 30"};
    for (size_t i = 0; i < 3; i++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments, "--io %s -w 1 %s 127.0.0.1:%u", io, options[i],
                 plant(HONEST));
        drive_start(arguments, 0);
        for (int ms = 0; ms < LIMIT_MS && tally->messages < 50; ms++)
            poll(NULL, 0, 1);
        assert_int_equal(kill(run.pid, SIGINT), 0);
        uint64_t interrupted_ns = now_ns();
        drive_end();
        assert_true(now_ns() - interrupted_ns < 2000000000);
        assert_int_not_equal(run.status, 0);
        for (int ms = 0; ms < 2000 && tally->open; ms++)
            poll(NULL, 0, 1);
        assert_int_equal(tally->open, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BY_EACH_IO(counts_are_exact),
        BY_EACH_IO(one_client_fills_its_connections),
        BY_EACH_IO(window_is_as_long_as_asked),
        BY_EACH_IO(offered_rate_is_kept),
        BY_EACH_IO(totals_are_exact_in_open_loop),
        BY_EACH_IO(nothing_waits_for_the_next_look),
        BY_EACH_IO(large_messages_are_sent_while_receiving),
        BY_EACH_IO(threads_have_no_run_queue_delay),
        ONCE(too_few_threads),
        BY_EACH_IO(backend_is_named),
        ONCE(backend_is_epoll_by_default),
        ONCE(percentiles_need_samples),
        ONCE(json_says_the_same),
        ONCE(hgrm_is_the_distribution),
        ONCE(raw_holds_every_latency),
        BY_EACH_IO(churn_does_not_run_out_of_ports),
        BY_EACH_IO(foreign_server),
        BY_EACH_IO(gate_holds_the_window),
        ONCE(gate_that_nobody_answers),
        ONCE(bad_input),
        BY_EACH_IO(too_few_descriptors),
        BY_EACH_IO(answered_in_time),
        BY_EACH_IO(interrupted),
    };
    return cmocka_run_group_tests_name("drive", tests, begin_tests, end_tests);
}
