// A trial in which one handler comes to a sudden end: what it says of servers of which that is
// known.
#include "bench/base/cpus.h"
#include "bench/base/measurement.h"
#include "bench/measure/trial/trial_type.h"
#include "tests/core/followed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CLIENTS = 6 };

static struct setting setting;

static struct measurement trial(const char *server, const char *arguments, const char *end)
{
    struct measurement m;
    char program[64];
    snprintf(program, sizeof program, BUILD_FOLDER "/servers/%s", server);
    measurement_reset(&m);
    const struct trial t = {.setting = &setting,
                            .program = program,
                            .arguments = arguments,
                            .load = {.connections = CLIENTS, .end = end}};
    trial_type_named("isolate")->measure(&t, &m);
    return m;
}

static void who_goes_down(void **unused)
{
    static const struct {
        const char *server, *arguments;
        double lost, back;
    } cases[] = {
        {"fork", "--poison deadly", 0, 1},
        {"fork_exec", "--poison deadly", 0, 1},
        {"clone_vm", "--poison deadly", 0, 1},
        {"prefork", "-w 6 --poison deadly", 0, 1},
        {"prefork_fdpass", "-w 7 --poison deadly", 0, 1},
        {"epoll_workers", "-w 1 --poison deadly", CLIENTS - 1, 1},
        {"thread", "--poison deadly", CLIENTS - 1, 0},
        {"prethread", "-w 6 --poison deadly", CLIENTS - 1, 0},
        {"epoll", "--poison deadly", CLIENTS - 1, 0},
        {"epoll_threads", "-w 4 --poison deadly", CLIENTS - 1, 0},
        {"reactor", "--poison deadly", CLIENTS - 1, 0},
        {"poll", "--poison deadly --work spin:10", CLIENTS - 1, 0},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int killed = 0; killed <= 1; killed++) {
            char path[64];
            snprintf(path, sizeof path, BUILD_FOLDER "/servers/%s", cases[i].server);
            if (!can_be_followed(path))
                continue;
            struct measurement m =
                trial(cases[i].server, cases[i].arguments, killed ? "kill" : "crash");
            const double *f = m.values;
            bool never = f[METRIC_service_back_us] == INFINITY;
            if (strcmp(m.status, "ok") != 0 || f[METRIC_connections_lost] != cases[i].lost ||
                never == cases[i].back || isnan(f[METRIC_service_back_us]))
                fail_msg("%s, %s: %g lost, service back after %g us; %s", cases[i].server,
                         killed ? "killed" : "crashed", f[METRIC_connections_lost],
                         f[METRIC_service_back_us], m.status);
            assert_int_equal(isfinite(f[METRIC_others_latency_max_us]), cases[i].lost == 0);
            assert_true(f[METRIC_connections_lost_share] == cases[i].lost / (CLIENTS - 1));
        }
}

static void what_cannot_be_measured(void **unused)
{
    (void)unused;
    struct measurement m = trial("fork", "--work hard --poison deadly", "crash");
    assert_non_null(strstr(m.status, "server did not start; fork: --work must be spin:US"));
    assert_true(isnan(m.values[METRIC_connections_lost]));

    m = trial("iterative", "--poison deadly", "crash"); // has one connection, the others wait
    assert_non_null(strstr(m.status, "5 of 6 connections are not served beforehand"));
    assert_true(isnan(m.values[METRIC_connections_lost]));
}

// As in a run with client hosts.
static void a_server_at_another_address(void **state)
{
    (void)state;
    if (!can_be_followed(BUILD_FOLDER "/servers/fork"))
        skip();
    snprintf(setting.server_address, sizeof setting.server_address, "127.0.0.2");
    struct measurement m = trial("fork", "--poison deadly", "kill");
    *setting.server_address = '\0';
    assert_string_equal(m.status, "ok");
    assert_true(m.values[METRIC_connections_lost] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_goes_down),
        cmocka_unit_test(what_cannot_be_measured),
        cmocka_unit_test(a_server_at_another_address),
    };
    // LeakSanitizer makes a process of its own at the end of each, which is left if that is killed.
    if (setenv("ASAN_OPTIONS", "detect_leaks=0", 1) < 0)
        return 1;
    cpus_choose(1, &setting.server_cpus, &setting.client_cpus);
    setting.log_fd = memfd_create("messages.log", MFD_CLOEXEC);
    return setting.log_fd < 0 ? 1 : cmocka_run_group_tests_name("isolate", tests, NULL, NULL);
}
