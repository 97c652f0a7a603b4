// The driver with several workers: together they do exactly what one would, and none is lost
// without a word.
#include "tests/core/census.h"
#include "tests/core/driver.h"
#include "tests/core/planted.h"
#include "tests/core/server_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clients/core/workers.h"

enum { MOST_WORKERS = 5 };

// ---- parts ----

static void expect_parts(const struct load *whole, unsigned count)
{
    uint64_t connections = 0, requests = 0;
    double rate_per_s = 0;
    struct load last = {0};
    for (unsigned i = 0; i < count; i++) {
        struct load part = workers_part(whole, i, count);
        assert_int_equal(part.worker, i);
        assert_true(part.connections > 0);
        assert_true(i == 0 || part.connections <= last.connections);
        assert_true(!whole->total_requests == !part.total_requests);
        if (whole->requests_per_connection && i + 1 < count)
            assert_int_equal(part.total_requests % whole->requests_per_connection, 0);
        connections += part.connections;
        requests += part.total_requests;
        rate_per_s += part.rate_per_s;
        last = part;
    }
    assert_int_equal(connections, whole->connections);
    assert_int_equal(requests, whole->total_requests);
    assert_true(fabs(rate_per_s - whole->rate_per_s) <= 1e-9 * whole->rate_per_s);
}

static void parts_add_up(void **unused)
{
    (void)unused;
    for (unsigned count = 1; count <= MOST_WORKERS; count++)
        for (unsigned connections = count; connections < 20; connections++) {
            struct load whole = {.connections = connections, .rate_per_s = 1000.0 / 3};
            expect_parts(&whole, count);
            whole = (struct load){.connections = connections, .total_requests = 100 + connections};
            expect_parts(&whole, count);
            whole.requests_per_connection = 3;
            expect_parts(&whole, count);
        }
}

// ---- together ----

static void counts_are_exact(void **state)
{
    use_io(state);
    for (unsigned workers = 2; workers <= MOST_WORKERS; workers++)
        for (unsigned k = 0; k <= 3; k += 3) {
            drive(plant(HONEST), "-w %u -c 7 -k %u -n 200", workers, k);
            expect_success();
            expect_figure("workers", workers);
            expect_figure("connections", 7);
            expect_figure("echoes", 200);
            expect_figure("echoes", (double)tally->messages);
            expect_figure("connections_total", k ? 67 : 7);
            expect_figure("connections_total", (double)tally->accepted);
            expect_figure("connections_served", figure("connections_total"));
        }
}

static void the_rate_is_that_of_all(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-w 3 -c 32 -r 3000 -d 0.5");
    expect_success();
    expect_figure("offered_per_s", 3000);
    expect_figure_between("echoes", 1500 - 5 * sqrt(1500), 1500 + 5 * sqrt(1500));
    expect_figure("echoes", (double)tally->messages);
    expect_figure_between("start_skew_us", 0, 1e6);
    expect_figure_between("worker_p50_least_us", 1, figure("latency_p50_us") * 1.001);
    expect_figure_between("worker_p50_most_us", figure("latency_p50_us") * 0.999, 1e6);
    expect_figure_between("worker_load_least", 0, figure("cpu_load"));
}

static void one_is_not_compared(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-w 1 -c 4 -n 100");
    expect_success();
    expect_figure("workers", 1);
    assert_true(declined("start_skew_us"));
    assert_true(declined("worker_p50_least_us"));
}

static void latencies_are_merged(void **state)
{
    use_io(state);
    const struct histogram *h = drive_histogram(plant(HONEST), "-w 3 -c 6 -n 3000");
    expect_success();
    assert_int_equal(histogram_count(h), 3000);
    expect_figure("latency_p99_us", (double)histogram_percentile(h, 99) / 1e3);
}

static void errors_add_up(void **state)
{
    use_io(state);
    drive(plant(FLIPS_A_BIT), "-w 3 -c 6 -n 300");
    expect_errors("errors_mismatch", (double)tally->lies, (double)tally->lies);
    expect_figure("echoes", 300 - (double)tally->lies);
    expect_failure(1, "failures");

    drive(plant(NOT_THERE), "-w 3 -c 6 -d 5");
    expect_failure(1, "Connection refused");
}

// ---- one that is lost ----

// Starts the driver, and waits until its workers are at work. Returns how many they are.
static size_t start_workers(pid_t workers[MOST_WORKERS])
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "--io %s -w 3 -c 6 -d 30 127.0.0.1:%u", io,
             plant(HONEST));
    drive_start(arguments, 0);
    for (int ms = 0; ms < LIMIT_MS && tally->messages < 50; ms++)
        poll(NULL, 0, 1);
    return children_of(run.pid, workers, MOST_WORKERS);
}

static void expect_nobody(void)
{
    for (int ms = 0; ms < 2000 && tally->open; ms++)
        poll(NULL, 0, 1);
    assert_int_equal(tally->open, 0);
}

static void a_worker_is_killed(void **state)
{
    use_io(state);
    pid_t workers[MOST_WORKERS];
    assert_int_equal(start_workers(workers), 3);
    assert_int_equal(kill(workers[0], SIGKILL), 0);
    drive_end();
    assert_true(run.seconds < 10);
    expect_failure(1, "a worker was ended by signal 9");
    assert_int_equal(*run.text, '\0');
    expect_nobody();
}

static void the_driver_is_killed(void **state)
{
    use_io(state);
    pid_t workers[MOST_WORKERS];
    size_t count = start_workers(workers);
    assert_int_equal(count, 3);
    assert_int_equal(kill(run.pid, SIGKILL), 0);
    drive_end();
    for (size_t i = 0; i < count; i++) // the test inherits them
        assert_int_equal(waitpid(workers[i], NULL, 0), workers[i]);
    expect_nobody();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONCE(parts_add_up),
        BY_EACH_IO(counts_are_exact),
        BY_EACH_IO(the_rate_is_that_of_all),
        ONCE(one_is_not_compared),
        BY_EACH_IO(latencies_are_merged),
        BY_EACH_IO(errors_add_up),
        ONCE(a_worker_is_killed),
        ONCE(the_driver_is_killed),
    };
    return cmocka_run_group_tests_name("drive_workers", tests, begin_tests, end_tests);
}
