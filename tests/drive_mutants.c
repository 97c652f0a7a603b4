// The driver as a program, against servers planted to do one thing wrong each, or to be slow:
// whatever they do, it counts exactly, by its kind.
//
// Others run beside it. So only what is meant to time out has a short time-out, and no bound is one
// that another task's turn on the processor could break.
#include "tests/core/driver.h"
#include "tests/core/planted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void every_lie_is_counted(void **state)
{
    use_io(state);
    static const struct {
        enum lie lie;
        const char *error;
        bool churn; // is it seen on connections that are closed after the answer?
    } lies[] = {
        {DROPS_A_BYTE, "errors_mismatch", true},   {FLIPS_A_BIT, "errors_mismatch", true},
        {ANSWERS_STALE, "errors_mismatch", true},  {ADDS_A_BYTE, "errors_mismatch", true},
        {ADDS_IT_LATER, "errors_mismatch", false}, {CLOSES_HALFWAY, "errors_short", true},
        {RESETS_HALFWAY, "errors_reset", true},    {FORGETS, "errors_timeout", true},
    };
    static const char *const loops[] = {"", "-r 3000", "-k 1"};
    enum { TOTAL = 10 * LIE_EVERY };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        for (size_t loop = 0; loop < (lies[i].churn ? 3 : 1); loop++) {
            double timeout_s = lies[i].lie == FORGETS ? 0.5 : 5;
            drive(plant(lies[i].lie), "-c 4 -n %d --timeout %g %s", TOTAL, timeout_s, loops[loop]);
            double told = (double)tally->lies;
            assert_true(told == TOTAL / LIE_EVERY);
            expect_errors(lies[i].error, told, told);
            // What failed is in the distribution, as having taken at least the time-out.
            expect_figure("echoes", TOTAL - told);
            expect_figure("connections_served", figure("connections_total") - told);
            expect_figure_between("latency_max_us", timeout_s * 1e6, timeout_s * 1e6 + 10e6);
            expect_failure(1, "10 failures");
            if (lies[i].lie == RESETS_HALFWAY)
                expect_failure(1, "(Connection reset by peer; the server closed connections ");
        }
    }
}

// What comes to a connection without a request, too. If a request came in between, it failed.
static void idle_connections_are_watched(void **state)
{
    use_io(state);
    drive(plant(CLOSES_WHEN_IDLE), "-c 4 -r 400 -n 150");
    expect_figure_between("errors_short", 1, (double)tally->lies);
    expect_figure("errors_reset", (double)tally->lies - figure("errors_short"));
    expect_failure(1, "failures");

    drive(plant(ADDS_IT_LATER), "-c 4 -r 400 -n 150");
    expect_errors("errors_mismatch", (double)tally->lies, (double)tally->lies);
    assert_true(tally->lies > 0 && figure("echoes") > 150 - (double)tally->lies);
    expect_failure(1, "failures");
}

static void servers_that_never_answer_right(void **state)
{
    use_io(state);
    drive(plant(GUESSES), "-c 4 -n 1000");
    expect_errors("errors_mismatch", 4, 1000);
    expect_failure(1, "no echo came back");

    static const char *const loops[] = {"", "-k 1", "-r 500", "-r 500 -k 1"};
    for (size_t i = 0; i < 8; i++) {
        drive(plant(i < 4 ? NEVER_ANSWERS : NEVER_ACCEPTS), "-c 8 -d 0.1 --timeout 0.1 %s",
              loops[i % 4]);
        expect_errors("errors_timeout", 8, 16);
        expect_figure("echoes", 0);
        expect_figure("connections_served", 0);
        expect_figure_between("unsent", i % 4 < 2 ? 0 : 1, i % 4 < 2 ? 0 : 100);
        expect_failure(1, i < 4 ? "no answer in time"
                                : "no answer in time; an accept queue overflowed: ");
        assert_true(run.seconds < 0.1 + 2 * 0.1 + 5);
    }
}

// It serves as many as it may have children, for it reaps none of them.
static void a_service_that_stops(void **state)
{
    use_io(state);
    enum { SERVED = 20 };
    unsigned port =
        start_server(BUILD_FOLDER "/servers/fork", "-p 0 --mistake no-reap --max-children 20");
    drive(port, "-c 4 -k 1 -n 10000 --timeout 0.25");
    expect_figure("connections_served", SERVED);
    expect_figure("echoes", SERVED);
    expect_errors("errors_timeout", 2 * 4, 3 * 4);
    expect_failure(
        1, "failures and 20 echoes (no answer in time"); // another's accept queue may overflow
    assert_true(run.seconds < 2 * 0.25 + 5);
}

static void closed_port(void **state)
{
    use_io(state);
    static const char *const options[] = {"-c 4 -d 5", "-c 4 -d 5 -k 1", "-n 10", "-r 100 -d 5"};
    for (size_t i = 0; i < 4; i++) {
        drive(plant(NOT_THERE), "%s", options[i]);
        expect_failure(1, "(Connection refused; nothing listens there, or no longer)");
        expect_errors("errors_connect", 1, 1000);
        expect_figure_between("window_s", 0, 4);
        assert_true(run.seconds < 5);
    }
}

// ---- servers that are slow ----

static void slow_server(void **state)
{
    use_io(state);
    drive(plant(SLOW), "-n 20");
    expect_success();
    expect_figure_between("service_p50_us", 25e3, 100e3);
    expect_figure_between("latency_p50_us", 25e3, 100e3);

    drive(plant(SLOW), "-n 25 -r 36"); // of 40 that it could answer: they queue up
    expect_success();
    expect_figure_between("service_p50_us", 25e3, 100e3);
    expect_figure_between("latency_p50_us", figure("service_p50_us"), 5e6);
    expect_figure_between("latency_max_us", figure("service_max_us"), 5e6);
    assert_true(figure("latency_mean_us") > figure("service_mean_us"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BY_EACH_IO(every_lie_is_counted),
        BY_EACH_IO(idle_connections_are_watched),
        BY_EACH_IO(servers_that_never_answer_right),
        BY_EACH_IO(a_service_that_stops),
        BY_EACH_IO(closed_port),
        BY_EACH_IO(slow_server),
    };
    return cmocka_run_group_tests_name("drive_mutants", tests, begin_tests, end_tests);
}
