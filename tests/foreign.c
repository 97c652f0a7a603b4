// Foreign servers in trials: that their CPU time is whole, and what is said of those that do not
// serve, or do not stop. Nothing of them stays.
#include "bench/measure/foreign.h"
#include "bench/base/cpus.h"
#include "bench/base/measurement.h"
#include "bench/measure/trial/control_group.h"
#include "bench/measure/trial/footing.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/process_group.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/trial_type.h"
#include "tests/core/files.h"
#include "tests/core/followed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct setting setting;

// The conf file of a server that is started so.
static const char *conf_of(const char *run)
{
    char text[1024];
    int length = snprintf(text, sizeof text, "run %s\n", run);
    return file_of("mine.conf", text, (size_t)length);
}

static void see_if_child(const struct process_ids *ids, void *found)
{
    *(bool *)found = *(bool *)found || ids->parent == getpid();
}

static void expect_nothing_left(const char *run)
{
    bool found = false;
    process_visit(see_if_child, &found);
    if (found)
        fail_msg("processes left by: %s", run);
}

static struct measurement trial(const char *program, const char *arguments, struct load load)
{
    struct measurement m;
    measurement_reset(&m);
    const struct trial t = {
        .setting = &setting, .program = program, .arguments = arguments, .load = load};
    trial_type_named("serve")->measure(&t, &m);
    return m;
}

static struct measurement foreign_trial(const char *run, struct load load)
{
    struct measurement m = trial(FOREIGN_LAUNCHER, conf_of(run), load);
    expect_nothing_left(run);
    return m;
}

static const struct load short_ones = {
    .connections = 1, .requests = 1, .total = 20, .timeout_s = 2};

// ---- good servers -----------------------------------------------------------------------------

static void expect_ok(const char *run)
{
    struct measurement m = foreign_trial(run, short_ones);
    if (strcmp(m.status, "ok") != 0)
        fail_msg("%s: %s", run, m.status);
    if (m.values[METRIC_foreign] > 0 || m.values[METRIC_served] != 20)
        fail_msg("%s: %g foreign sockets and processes, %g connections served", run,
                 m.values[METRIC_foreign], m.values[METRIC_served]);
}

static void servers_that_serve(void **unused)
{
    (void)unused;
    static const char *const runs[] = {
        "{build}/servers/epoll -p {port}", "{build}/servers/fork -p {port}",
        "{build}/servers/prefork -p {port} -w 4",
        // A script that stays, one that says much before, and one that ends with another status.
        "sh -c '{build}/servers/epoll -p $0 & wait' {port}",
        "sh -c 'yes | head -c 20000000; exec {build}/servers/epoll -p $0' {port}",
        "sh -c 'yes & exec {build}/servers/epoll -p $0' {port}",
        "sh -c 'trap \"exit 3\" TERM; {build}/servers/epoll -p $0 & wait' {port}"};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        expect_ok(runs[i]);
    if (access("/proc/net/if_inet6", F_OK) == 0)
        expect_ok("{build}/servers/epoll -a :: -p {port}"); // for IPv4, too
}

// As in a run with client hosts. Only there the server listens, and its sockets are found there.
static void one_at_another_address(void **unused)
{
    (void)unused;
    static const char run[] = "{build}/servers/epoll -p {port} -a {address}";
    expect_ok(run);
    snprintf(setting.server_address, sizeof setting.server_address, "127.0.0.2");
    struct measurement there = foreign_trial(run, short_ones),
                       elsewhere =
                           foreign_trial("{build}/servers/epoll -p {port} # {address}", short_ones),
                       nowhere = foreign_trial("{build}/servers/epoll -p {port}", short_ones);
    *setting.server_address = '\0';
    assert_string_equal(there.status, "ok");
    assert_true(there.values[METRIC_served] == 20);
    assert_false(there.values[METRIC_foreign] > 0);
    if (!isnan(trial(BUILD_FOLDER "/servers/epoll", "-", short_ones).values[METRIC_backlog]))
        assert_true(there.values[METRIC_backlog] > 5);
    assert_string_not_equal(elsewhere.status, "ok");
    assert_non_null(strstr(nowhere.status, "its command has no {address}"));
}

// Each request computes for a millisecond, so it is known what must be counted at least (on a busy
// slow machine, starting its process takes several more): by a loop that persists, by children that
// the server reaps, and by those that it leaves. No control group is needed for that.
static void the_cpu_time_is_whole(void **unused)
{
    (void)unused;
    setenv("CONTROL_GROUP", "none", 1);
    static const char *const runs[] = {
        "{build}/servers/epoll -p {port} --work spin:1000",
        "{build}/servers/fork -p {port} --work spin:1000",
        "sh -c '{build}/servers/fork -p $0 --work spin:1000 & wait' {port}"};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        for (unsigned long requests = 0; requests < 2; requests++) {
            struct load load = {.connections = 4, .requests = requests, .total = 200};
            load.timeout_s = 5;
            struct measurement m = foreign_trial(runs[i], load);
            double us = m.values[METRIC_server_cpu_us_per_echo];
            assert_string_equal(m.status, "ok");
            if (!(us >= 950 && us < 10000))
                fail_msg("%s: %g us per echo of 1000", runs[i], us);
        }
    unsetenv("CONTROL_GROUP");
}

static void the_same_as_a_server_of_the_suite(void **unused)
{
    (void)unused;
    struct load load = {.connections = 4, .requests = 1, .total = 2000, .timeout_s = 5};
    struct measurement own = trial(BUILD_FOLDER "/servers/fork", "-", load),
                       foreign = foreign_trial("{build}/servers/fork -p {port}", load);
    assert_string_equal(own.status, "ok");
    assert_string_equal(foreign.status, "ok");
    double ratio = foreign.values[METRIC_server_cpu_us] / own.values[METRIC_server_cpu_us];
    if (!(ratio > 0.6 && ratio < 1.7)) // one trial each: this shows parts that are not counted
        fail_msg("as a foreign server fork takes %g times its CPU time", ratio);
}

// ---- others -----------------------------------------------------------------------------------

// The children execute nothing, so that it is quick on a slow machine, too.
#define FORKS_WITHOUT_END "sleep 100 | { exec 3<&0; while :; do read x <&3 & done; }"

static void servers_that_do_not_serve(void **unused)
{
    (void)unused;
    static const struct {
        const char *run, *status;
    } cases[] = {
        {"sh -c 'echo no luck; exit 3' {port}", "server ended by itself; no luck"},
        {"nosuchprogram {port}", "server ended by itself; "},
        {"sh -c '{build}/servers/epoll -p $0 & exit 0' {port}",
         "server does not stay in the foreground"},
        {"sh -c 'setsid {build}/servers/epoll -p $0 & exit 0' {port}",
         "server does not stay in the foreground"},
        {"sh -c '" FORKS_WITHOUT_END "' {port}", "server forks without end"},
        {"{build}/servers/epoll # {port}", "server does not listen on {port}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct measurement m = foreign_trial(cases[i].run, short_ones);
        // On a busy machine its listener can be there before what started it has ended.
        bool is_told_later = strstr(cases[i].run, "setsid") &&
                             strstr(m.status, "sockets of its address are not the server's");
        if (!is_told_later && strncmp(m.status, cases[i].status, strlen(cases[i].status)) != 0)
            fail_msg("%s: %s", cases[i].run, m.status);
    }
}

// It ends in the middle, or starts to fork without end.
static void servers_that_fail_later(void **unused)
{
    (void)unused;
    struct measurement m = foreign_trial(
        "sh -c '{build}/servers/epoll -p $0 & sleep 0.3; kill -KILL $!; exit 1' {port}",
        (struct load){.connections = 1, .window_s = 1, .warmup_s = 0.05, .timeout_s = 0.2});
    assert_string_not_equal(m.status, "ok");
    m = foreign_trial(
        "sh -c '{build}/servers/epoll -p $0 & sleep 0.2; " FORKS_WITHOUT_END "' {port}",
        (struct load){.connections = 1, .window_s = 10, .warmup_s = 0.05, .timeout_s = 0.5});
    assert_string_not_equal(m.status, "ok");
}

static void one_that_ignores_sigterm_is_killed(void **unused)
{
    (void)unused;
    struct server server = {0};
    struct measurement m;
    const char *run = "sh -c 'trap \"\" TERM; {build}/servers/epoll -p $0; sleep 100' {port}";
    measurement_reset(&m);
    assert_true(server_start(&setting, FOREIGN_LAUNCHER, conf_of(run), &server, &m));
    server_stop(&setting, &server, &m);
    assert_true(server.ignores_sigterm);
    assert_string_equal(m.status, "ok");
    expect_nothing_left(run);
}

// ---- equal footing ----------------------------------------------------------------------------

static void the_sockets_show_the_footing(void **state)
{
    (void)state;
    struct load load = {.connections = 4, .total = 200, .timeout_s = 5};
    struct measurement own = trial(BUILD_FOLDER "/servers/fork", "-", load);
    assert_string_equal(own.status, "ok");
    if (isnan(own.values[METRIC_nodelay])) {
        print_message("skipped: %s: no socket of another process can be seen here\n", __func__);
        skip();
    }
    assert_true(own.values[METRIC_nodelay] == 1 && own.values[METRIC_backlog] > 5);
    if (system("command -v socat > /dev/null") != 0) {
        print_message("skipped: %s: there is no socat\n", __func__);
        skip();
    }
    struct measurement foreign =
        foreign_trial("socat TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,backlog=5 PIPE", load);
    assert_string_equal(foreign.status, "ok"); // it may differ
    assert_true(foreign.values[METRIC_nodelay] == 0 && foreign.values[METRIC_backlog] == 5);
}

static void servers_of_the_suite_must_be_equal(void **unused)
{
    (void)unused;
    static const struct footing uneven[] = {{.backlog = 5, .looked = 4, .nodelay = 4},
                                            {.backlog = 4096, .looked = 4, .nodelay = 3}};
    struct measurement m;
    for (size_t i = 0; i < 2; i++) {
        measurement_reset(&m);
        footing_tell(&uneven[i], false, &m);
        assert_string_equal(m.status, "ok");
        footing_tell(&uneven[i], true, &m);
        assert_string_not_equal(m.status, "ok");
    }
    struct footing unknown = footing_unknown();
    measurement_reset(&m);
    footing_tell(&unknown, true, &m);
    assert_string_equal(m.status, "ok");
    assert_true(isnan(m.values[METRIC_backlog]) && isnan(m.values[METRIC_nodelay]));
}

// ---- control groups ---------------------------------------------------------------------------

static const char ignores_sigchld[] =
    "bash -c 'trap \"\" CHLD; exec {build}/servers/epoll -p $0' {port}",
                  daemon_server[] =
                      "sh -c '(setsid {build}/servers/fork -p $0 --work spin:1000 &); sleep 100' "
                      "{port}";

// Whether one can be made here; else says that a test is skipped.
static bool has_control_groups(const char *test)
{
    bool has = control_group_make(1000);
    control_group_remove(0);
    control_group_forget();
    if (!has)
        print_message("skipped: %s: no control group can be made here\n", test);
    return has;
}

// CPU time that only a control group counts is missing, and is said to be.
static void without_a_control_group(void **unused)
{
    (void)unused;
    setenv("CONTROL_GROUP", "none", 1);
    struct measurement daemon = foreign_trial(daemon_server, short_ones),
                       ignorant = foreign_trial(ignores_sigchld, short_ones);
    unsetenv("CONTROL_GROUP");
    assert_true(daemon.values[METRIC_foreign] > 0);
    assert_true(daemon.values[METRIC_control_group] == 0);
    assert_non_null(strstr(ignorant.status, "server ignores SIGCHLD"));
}

static void a_control_group_counts_what_leaves_the_process_group(void **state)
{
    (void)state;
    if (!has_control_groups(__func__))
        skip();
    for (unsigned long requests = 0; requests < 2; requests++) {
        struct load load = {.connections = 4, .requests = requests, .total = 200};
        load.timeout_s = 5;
        struct measurement m = foreign_trial(daemon_server, load);
        double us = m.values[METRIC_server_cpu_us_per_echo];
        assert_string_equal(m.status, "ok");
        assert_true(m.values[METRIC_control_group] == 1 && !(m.values[METRIC_foreign] > 0));
        if (!(us >= 950 && us < 10000))
            fail_msg("%g us per echo of 1000", us);
    }
    assert_string_equal(foreign_trial(ignores_sigchld, short_ones).status, "ok");
}

// In an ordinary folder there is no hierarchy.
static void a_folder_that_is_no_hierarchy(void **unused)
{
    (void)unused;
    char folder[] = "/tmp/forklore_XXXXXX";
    assert_non_null(mkdtemp(folder));
    setenv("CONTROL_GROUP", folder, 1);
    bool is_made = control_group_make(1000);
    unsetenv("CONTROL_GROUP");
    assert_false(is_made);
    assert_int_equal(rmdir(folder), 0); // nothing is in it
}

// What a killed bench started, also what has left the process group, and its control group.
static void no_control_group_outlives_the_bench(void **state)
{
    (void)state;
    int ends[2];
    char folder[4096] = "";
    if (!has_control_groups(__func__))
        skip();
    const char *path = conf_of(daemon_server);
    assert_int_equal(pipe(ends), 0);
    pid_t bench = fork();
    assert_true(bench >= 0);
    if (bench == 0) {
        struct server server = {0};
        struct measurement m;
        measurement_reset(&m);
        if (server_start(&setting, FOREIGN_LAUNCHER, path, &server, &m) &&
            write(ends[1], control_group_folder(), strlen(control_group_folder())) > 0)
            pause();
        _exit(1);
    }
    close(ends[1]);
    assert_true(read(ends[0], folder, sizeof folder - 1) > 0);
    close(ends[0]);
    int was_there = access(folder, F_OK);
    kill(bench, SIGKILL);
    waitpid(bench, NULL, 0);
    assert_int_equal(was_there, 0);
    uint64_t until_ns = now_ns() + 10000000000;
    while (access(folder, F_OK) == 0 && now_ns() < until_ns) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        usleep(1000);
    }
    assert_int_not_equal(access(folder, F_OK), 0); // only an empty one can be removed
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

// ---- the end of the bench -----------------------------------------------------------------------

// A bench that is killed leaves no server, nor what the server started.
static void nothing_outlives_the_bench(void **unused)
{
    (void)unused;
    int ends[2];
    pid_t group = 0;
    const char *path = conf_of("sh -c '{build}/servers/epoll -p $0 & sleep 100' {port}");
    assert_int_equal(pipe(ends), 0);
    pid_t bench = fork();
    assert_true(bench >= 0);
    if (bench == 0) {
        struct server server = {0};
        struct measurement m;
        measurement_reset(&m);
        if (server_start(&setting, FOREIGN_LAUNCHER, path, &server, &m) &&
            write(ends[1], &server.pid, sizeof server.pid) == sizeof server.pid)
            pause();
        _exit(1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &group, sizeof group), sizeof group);
    close(ends[0]);
    unsigned count = 0; // its last process may be started when the first one listens
    for (uint64_t until_ns = now_ns() + 10000000000; count != 3 && now_ns() < until_ns;
         usleep(1000))
        count = process_group_count(group);
    kill(bench, SIGKILL);
    waitpid(bench, NULL, 0);
    assert_int_equal(count, 3);
    for (uint64_t until_ns = now_ns() + 10000000000; now_ns() < until_ns; usleep(1000)) {
        while (waitpid(-1, NULL, WNOHANG) > 0) // they have come to this process
            ;
        if (process_group_count(group) == 0)
            return;
    }
    fail_msg("%u processes are left", process_group_count(group));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_that_serve),
        cmocka_unit_test(one_at_another_address),
        cmocka_unit_test(the_cpu_time_is_whole),
        cmocka_unit_test(the_same_as_a_server_of_the_suite),
        cmocka_unit_test(servers_that_do_not_serve),
        cmocka_unit_test(servers_that_fail_later),
        cmocka_unit_test(one_that_ignores_sigterm_is_killed),
        cmocka_unit_test(the_sockets_show_the_footing),
        cmocka_unit_test(servers_of_the_suite_must_be_equal),
        cmocka_unit_test(without_a_control_group),
        cmocka_unit_test(a_control_group_counts_what_leaves_the_process_group),
        cmocka_unit_test(a_folder_that_is_no_hierarchy),
        cmocka_unit_test(no_control_group_outlives_the_bench),
        cmocka_unit_test(nothing_outlives_the_bench),
    };
    if (!can_be_followed(BUILD_FOLDER "/servers/fork")) {
        printf("[  SKIPPED ] %zu test(s).\n", sizeof tests / sizeof *tests);
        return 0;
    }
    cpus_choose(1, &setting.server_cpus, &setting.client_cpus);
    setting.log_fd = memfd_create("messages.log", MFD_CLOEXEC);
    return setting.log_fd < 0 ? 1 : cmocka_run_group_tests(tests, make_folder, remove_folder);
}
