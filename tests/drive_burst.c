// The driver with a burst: what is due then, and how long the server takes to recover. And with a
// server that stalls once.
//
// Runs alone: what another task delays would be late, too.
#include "tests/core/driver.h"
#include "tests/core/planted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "clients/core/schedule.h"

// ---- the schedule ----

static void expect_count(double count, double expected)
{
    if (fabs(count - expected) > 5 * sqrt(expected))
        fail_msg("%g arrivals instead of about %g", count, expected);
}

static void the_rate_changes(void **unused)
{
    (void)unused;
    enum { SECOND_NS = 1000000000 };
    struct schedule s;
    double before = 0, after = 0;
    uint64_t last_ns = 0;
    schedule_start(&s, 5000, SECOND_NS, 1);
    schedule_change(&s, 3ULL * SECOND_NS, 1000);
    for (; schedule_next_ns(&s) < 8ULL * SECOND_NS; schedule_advance(&s)) {
        assert_true(schedule_next_ns(&s) >= last_ns);
        last_ns = schedule_next_ns(&s);
        *(last_ns < 3ULL * SECOND_NS ? &before : &after) += 1;
    }
    expect_count(before, 2 * 5000);
    expect_count(after, 5 * 1000);
}

static void a_change_before_the_first_arrival(void **unused)
{
    (void)unused;
    struct schedule s;
    schedule_start(&s, 0.001, 1000, 1);
    schedule_change(&s, 2000, 1e6);
    assert_true(schedule_next_ns(&s) >= 2000 && schedule_next_ns(&s) < 2000 + 100000);
}

// ---- recovery ----

static void no_burst_no_recovery(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-c 4 -r 1000 -d 0.2");
    expect_success();
    assert_true(declined("recovered") && declined("recovery_s"));
}

static void an_idle_server_has_nothing_to_recover_from(void **state)
{
    use_io(state);
    for (unsigned workers = 1; workers <= 2; workers++) {
        drive(plant(HONEST), "-w %u -c 16 -r 1000 -d 0.6 --burst 2000:0.3", workers);
        expect_success();
        expect_count(figure("echoes"), 0.3 * 2000 + 0.3 * 1000);
        expect_figure("offered_per_s", (0.3 * 2000 + 0.3 * 1000) / 0.6);
        expect_figure("recovered", 1);
        expect_figure("recovery_s", 0);
    }
}

// Known answer: 200 requests in the burst, so the STALL_AT-th comes at about 0.25 s, and nothing
// comes back until STALL_MS later. What was due in the first half of that was late: until 0.35 s,
// in the slice that ends 0.3 s after the burst, or one of 0.1 s beside it.
static void a_stall_after_the_burst(void **state)
{
    use_io(state);
    drive(plant(STALLS), "-c 256 -r 2000 -d 1 --burst 2000:0.1 --in-time 0.1");
    expect_success();
    expect_figure("recovered", 1);
    expect_figure_between("recovery_s", 0.15, 0.41);
}

static void a_server_that_does_not_recover(void **state)
{
    use_io(state);
    drive(plant(SLOW), "-c 8 -r 400 -d 1 --burst 800:0.3 --timeout 0.2");
    expect_failure(1, "failures");
    expect_figure("recovered", 0);
    assert_true(declined("recovery_s"));
}

// ---- a stall ----

// Known answer: of a window of 1 s, the requests due within the stall (a fifth) waited between 0
// and 200 ms, evenly: a tenth more than 100 ms, a hundredth more than 190 ms, 20 ms on average.
static void stall_is_seen_in_open_loop(void **state)
{
    use_io(state);
    drive(plant(STALLS), "-c 64 -r 1250 -d 1");
    expect_success();
    assert_int_equal(tally->lies, 1);
    expect_figure_between("latency_max_us", 190e3, 400e3);
    expect_figure_between("latency_p99_us", 170e3, 350e3);
    expect_figure_between("latency_p90_us", 70e3, 180e3);
    expect_figure_between("latency_p50_us", 0, 40e3);
    expect_figure_between("latency_mean_us", 12e3, 50e3);
    // From their start, only as many waited as there are connections.
    expect_figure_between("service_max_us", 190e3, 400e3);
    expect_figure_between("service_p90_us", 0, 50e3);

    drive(plant(STALLS), "-c 64 -d 0.6"); // closed loop: the same
    expect_success();
    assert_int_equal(tally->lies, 1);
    expect_figure_between("latency_max_us", 190e3, 400e3);
    expect_figure_between("latency_p90_us", 0, 50e3);
}

static void bad_input(void **state)
{
    use_io(state);
    static const char *const rows[] = {"--burst 100", "--burst 100:x -r 10", "--burst 0:0.1 -r 10",
                                       "--burst 100:0.1", "--burst 100:1 -r 10 -d 1"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        drive(plant(HONEST), "%s", rows[i]);
        expect_failure(2, "");
        assert_int_equal(tally->accepted, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONCE(the_rate_changes),
        ONCE(a_change_before_the_first_arrival),
        ONCE(no_burst_no_recovery),
        ONCE(an_idle_server_has_nothing_to_recover_from),
        ONCE(a_stall_after_the_burst),
        ONCE(a_server_that_does_not_recover),
        BY_EACH_IO(stall_is_seen_in_open_loop),
        ONCE(bad_input),
    };
    return cmocka_run_group_tests_name("drive_burst", tests, begin_tests, end_tests);
}
