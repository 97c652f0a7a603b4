// Serving trials: of a server that makes a mistake, what is seen of it, at which connection the
// service stops, and what the server says about it; beside background; and what connections hold.
#include "bench/base/cpus.h"
#include "bench/base/measurement.h"
#include "bench/measure/trial/trial_type.h"
#include "tests/core/followed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static struct setting setting;
static FILE *nowhere; // takes the latencies of open loops

// The server's values and status after so many connections, one after the other.
static struct measurement trial(const char *program, const char *arguments, unsigned connections)
{
    struct measurement m;
    assert_int_equal(ftruncate(setting.log_fd, 0), 0);
    assert_int_equal(lseek(setting.log_fd, 0, SEEK_SET), 0);
    measurement_reset(&m);
    const struct trial t = {
        .setting = &setting,
        .program = program,
        .arguments = arguments,
        .load = {.connections = 1, .requests = 1, .total = connections, .timeout_s = 0.3}};
    trial_type_named("serve")->measure(&t, &m);
    return m;
}

static const char *logged(void)
{
    static char text[4096];
    ssize_t n = pread(setting.log_fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void expect(const struct measurement *m, enum metric_id figure, double value)
{
    if (m->values[figure] != value)
        fail_msg("%s is %g instead of %g: %s", metrics[figure].name, m->values[figure], value,
                 m->status);
}

static void what_is_seen_of_a_server(void **unused)
{
    (void)unused;
    enum { FEW = 5, MORE = 20 };
    struct measurement correct = trial(BUILD_FOLDER "/servers/fork", "-", FEW), m;
    assert_string_equal(correct.status, "ok");
    assert_string_equal(correct.client_io, "epoll"); // everywhere, unless the load says otherwise
    expect(&correct, METRIC_server_zombies, 0);
    expect(&correct, METRIC_served, FEW);
    assert_true(correct.values[METRIC_server_descriptors] >= 4); // the listener, too
    assert_true(correct.values[METRIC_server_memory_kib] > 0);
    assert_string_equal(logged(), "");

    m = trial(BUILD_FOLDER "/servers/fork", "-", MORE);
    assert_string_equal(m.status, "ok");
    expect(&m, METRIC_server_zombies, 0);
    expect(&m, METRIC_server_descriptors, correct.values[METRIC_server_descriptors]);

    m = trial(BUILD_FOLDER "/servers/fork", "--mistake keep-connfd", MORE);
    assert_string_equal(m.status, "ok");
    expect(&m, METRIC_server_zombies, 0);
    expect(&m, METRIC_server_descriptors, correct.values[METRIC_server_descriptors] + MORE);

    m = trial(BUILD_FOLDER "/servers/fork", "--mistake no-reap", MORE);
    assert_string_equal(m.status, "ok");
    expect(&m, METRIC_server_zombies, MORE);
    expect(&m, METRIC_server_descriptors, correct.values[METRIC_server_descriptors]);
}

// Each start counts its own CPU time until it listens: the other start shows only what stopping
// costs, so a slow start makes no number doubtful.
static void a_slow_start(void **unused)
{
    (void)unused;
    struct measurement m =
        trial("tests/fixture/slow_start.sh " BUILD_FOLDER "/servers/epoll", "-", 5);
    assert_string_equal(m.status, "ok");
    assert_true(m.values[METRIC_server_idle_cpu_us] > 5000);
    assert_true(m.values[METRIC_idle_share] < 0.5);
}

static void where_the_service_stops(void **unused)
{
    (void)unused;
    enum { FILES = 40, CHILDREN = 15 };
    static const char all_dead[] = "fork: child limit reached: clients wait for one to end",
                      no_files[] = "fork: clients wait to be accepted: Too many open files";
    struct measurement correct = trial(BUILD_FOLDER "/servers/fork", "-", 1),
                       m = trial(BUILD_FOLDER "/servers/fork",
                                 "--mistake no-reap --max-children 15", 1000);
    expect(&m, METRIC_served, CHILDREN);
    expect(&m, METRIC_server_zombies, CHILDREN);
    assert_string_equal(m.status, "2 failures: errors_timeout 2 (15 connections served); "
                                  "fork: child limit reached: clients wait for one to end");
    assert_non_null(strstr(logged(), all_dead));

    // LeakSanitizer fails where no descriptor is left.
    assert_int_equal(setenv("ASAN_OPTIONS", "detect_leaks=0", 1), 0);

    m = trial("prlimit --nofile=40 " BUILD_FOLDER "/servers/fork", "--mistake keep-connfd", 1000);
    assert_in_range(m.values[METRIC_served], FILES / 2, FILES - 4); // the rest was there before
    expect(&m, METRIC_server_descriptors,
           correct.values[METRIC_server_descriptors] + m.values[METRIC_served]);
    assert_non_null(strstr(m.status, "2 failures: errors_timeout 2 ("));
    assert_string_equal(strstr(m.status, "; ") + 2, no_files);
    assert_non_null(strstr(logged(), no_files));
}

// ---- background ----

static struct measurement beside(const char *program, const char *arguments, struct load load)
{
    struct measurement m;
    const struct trial t = {.setting = &setting,
                            .program = program,
                            .arguments = arguments,
                            .load = load,
                            .latencies = nowhere};
    measurement_reset(&m);
    trial_type_named("serve")->measure(&t, &m);
    return m;
}

static void the_client_does_its_io_as_the_load_says(void **unused)
{
    (void)unused;
    static const char *const ios[] = {"threads", "io_uring"};
    for (size_t i = 0; i < 2; i++) {
        char command[128];
        snprintf(command, sizeof command,
                 BUILD_FOLDER "/clients/drive --io %s --describe > /dev/null", ios[i]);
        if (system(command) != 0)
            skip(); // it has said why
        struct load load = {.connections = 2, .total = 100, .io = ios[i]};
        struct measurement m = beside(BUILD_FOLDER "/servers/epoll", "-", load);
        assert_string_equal(m.status, "ok");
        assert_string_equal(m.client_io, ios[i]);
    }
}

// Another program has ended its service at this port, but not yet a connection.
static void who_had_the_port_before_takes_no_part(void **unused)
{
    (void)unused;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    char arguments[32];
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
        client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(connect(client, (struct sockaddr *)&address, length), 0);
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(connection >= 0);
    close(listener);
    snprintf(arguments, sizeof arguments, "-p %u", ntohs(address.sin_port));
    struct measurement m = beside(BUILD_FOLDER "/servers/epoll", arguments,
                                  (struct load){.connections = 2, .total = 100});
    assert_string_equal(m.status, "ok");
    expect(&m, METRIC_foreign, 0);
    close(client);
    close(connection);
}

static void company_is_there_while_it_is_measured(void **unused)
{
    (void)unused;
    struct load load = {.connections = 2, .total = 100};
    struct measurement m = beside(BUILD_FOLDER "/servers/epoll", "-", load), beside_20;
    load.background = 20;
    beside_20 = beside(BUILD_FOLDER "/servers/epoll", "-", load);
    assert_string_equal(m.status, "ok");
    assert_string_equal(beside_20.status, "ok");
    expect(&beside_20, METRIC_background_ready, 20);
    expect(&beside_20, METRIC_background_waiting, 0);
    expect(&beside_20, METRIC_echoes, 100);
    expect(&beside_20, METRIC_server_descriptors, m.values[METRIC_server_descriptors]); // it left
    assert_true(beside_20.values[METRIC_server_cpu_us_per_echo] > 0);

    m = beside(BUILD_FOLDER "/servers/epoll", "-",
               (struct load){.connections = 2,
                             .requests = 1,
                             .total = 100,
                             .background = 2,
                             .behaviour = "stalled"});
    assert_string_equal(m.status, "ok");
    assert_true(isnan(m.values[METRIC_server_cpu_us])); // their connections would be in it
    assert_true(m.values[METRIC_in_time_percent] > 50); // all, if nothing else is busy

    m = beside(BUILD_FOLDER "/servers/select", "-",
               (struct load){.connections = 1, .total = 10, .background = 1030});
    assert_non_null(strstr(m.status, "1030 background connections: 0 waiting, "));
}

// Bytes of busy clients are right, and stalled clients hold up nobody, however the ring is set up.
static void a_ring_in_every_variant(void **unused)
{
    (void)unused;
    static const char *const variants[] = {"deferred",    "cooperative", "interrupting",
                                           "descriptors", "sqpoll",      "zero_copy"};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        static const char program[] = BUILD_FOLDER "/servers/io_uring";
        char arguments[64], command[160];
        snprintf(arguments, sizeof arguments, "--ring %s", variants[i]);
        snprintf(command, sizeof command, "%s %s --describe > /dev/null", program, arguments);
        if (system(command) != 0)
            continue; // it has said why
        struct load load = {.connections = 16,
                            .requests = 5,
                            .bytes = 1000000, // more than a socket takes: zero-copy sends last
                            .total = 80,
                            .background = 4,
                            .behaviour = "stalled"};
        struct measurement m = beside(program, arguments, load);
        if (strcmp(m.status, "ok") != 0)
            fail_msg("%s: %s", variants[i], m.status);
    }
}

static void failures_can_be_the_answer(void **unused)
{
    (void)unused;
    static const struct {
        unsigned long background;
        bool failures_counted;
    } cases[] = {{2, false}, {2, true}, {1, true}, {0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool serves = i >= 2;
        struct measurement m = beside(BUILD_FOLDER "/servers/prefork", "-w 2",
                                      (struct load){.connections = 8,
                                                    .requests = 1,
                                                    .rate = 100,
                                                    .window_s = 0.1,
                                                    .timeout_s = 0.2,
                                                    .background = cases[i].background,
                                                    .behaviour = "stalled",
                                                    .failures_counted = cases[i].failures_counted});
        if (i == 0)
            assert_string_not_equal(m.status, "ok");
        else
            assert_string_equal(m.status, "ok");
        assert_true((m.values[METRIC_in_time_percent] > 0) == serves);
        assert_true((m.values[METRIC_failures] > 0) == !serves);
    }
}

static void what_idle_connections_hold(void **unused)
{
    (void)unused;
    enum { HELD = 60, KERNEL_STACK_KIB = 16 };
    static const struct {
        const char *program;
        double least_kib, most_kib; // of the processes' own, which nothing else disturbs
    } cases[] = {
        {BUILD_FOLDER "/servers/epoll", 0, 4},
        {BUILD_FOLDER "/servers/coroutine", 4, 12},
        {BUILD_FOLDER "/servers/thread", 8, 40},
        {BUILD_FOLDER "/servers/clone_vm", 8, 40}, // one memory, though there are as many processes
        {BUILD_FOLDER "/servers/fork", 16, 400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct measurement m;
        const struct trial t = {.setting = &setting,
                                .program = cases[i].program,
                                .arguments = "-",
                                .load = {.connections = HELD}};
        measurement_reset(&m);
        trial_type_named("hold")->measure(&t, &m);
        const double *f = m.values;
        assert_string_equal(m.status, "ok");
        expect(&m, METRIC_held, HELD);
        double kib = f[METRIC_pss_kib_per_connection];
        if (!getenv("ASAN_OPTIONS") && !(kib >= cases[i].least_kib && kib <= cases[i].most_kib))
            fail_msg("%s: %g KiB per connection", cases[i].program, kib);
        assert_true(isfinite(f[METRIC_kernel_kib_per_connection]));
        assert_true(fabs(f[METRIC_memory_kib_per_connection] - kib -
                         f[METRIC_kernel_kib_per_connection]) < 1e-6);
        if (strstr(cases[i].program, "fork")) // others may come and go meanwhile
            assert_in_range(f[METRIC_kernel_stack_kib_per_connection] * HELD,
                            KERNEL_STACK_KIB * HELD / 3, KERNEL_STACK_KIB * HELD * 3);
    }
}

static void a_server_that_does_not_start(void **unused)
{
    (void)unused;
    struct measurement m = trial(BUILD_FOLDER "/servers/fork", "--mistake none", 1);
    assert_non_null(strstr(m.status, "server did not start; fork: MISTAKE must be"));
    assert_non_null(strstr(logged(), "not 'none'\n"));
}

// The driver is replaced by one whose report lacks a line.
static void a_report_that_is_not_whole(void **unused)
{
    (void)unused;
    char folder[] = "/tmp/serving-test-XXXXXX", root[200], program[300], command[1024];
    assert_non_null(mkdtemp(folder));
    assert_non_null(getcwd(root, sizeof root));
    snprintf(command, sizeof command,
             "cd %s && mkdir -p " BUILD_FOLDER "/clients && cd " BUILD_FOLDER "/clients && "
             "echo \"'%s/" BUILD_FOLDER "/clients/drive' \\\"\\$@\\\" | grep -v ^echoes_total\" > "
             "drive && sed -i '1i #!/bin/sh' drive && chmod +x drive",
             folder, root);
    assert_int_equal(system(command), 0);
    snprintf(program, sizeof program, "%s/" BUILD_FOLDER "/servers/epoll", root);
    assert_int_equal(chdir(folder), 0);
    struct measurement m = trial(program, "-", 5);
    assert_int_equal(chdir(root), 0);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    assert_string_equal(m.status, "the driver's report has no echoes_total");
    assert_true(isnan(m.values[METRIC_window_s]) && isnan(m.values[METRIC_echoes_per_s]));
    assert_string_equal(m.client_io, "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_seen_of_a_server),
        cmocka_unit_test(who_had_the_port_before_takes_no_part),
        cmocka_unit_test(a_slow_start),
        cmocka_unit_test(where_the_service_stops),
        cmocka_unit_test(the_client_does_its_io_as_the_load_says),
        cmocka_unit_test(company_is_there_while_it_is_measured),
        cmocka_unit_test(a_ring_in_every_variant),
        cmocka_unit_test(failures_can_be_the_answer),
        cmocka_unit_test(what_idle_connections_hold),
        cmocka_unit_test(a_server_that_does_not_start),
        cmocka_unit_test(a_report_that_is_not_whole),
    };
    if (!can_be_followed(BUILD_FOLDER "/servers/fork")) {
        printf("[  SKIPPED ] %zu test(s).\n", sizeof tests / sizeof *tests);
        return 0;
    }
    cpus_choose(1, &setting.server_cpus, &setting.client_cpus);
    setting.log_fd = memfd_create("messages.log", MFD_CLOEXEC);
    nowhere = fopen("/dev/null", "we");
    return setting.log_fd < 0 || !nowhere ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
