// The conditions of claims (bench/analyse/claim.h): how they are read, and what an interval
// says of them.
#include "bench/analyse/claim.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct condition parsed(const char *text)
{
    struct condition c;
    condition_parse(&c, text, "here");
    return c;
}

static void reads_a_ratio(void **state)
{
    (void)state;
    struct condition c = parsed("churn:fork / churn:prefork_mutex > 1.25");
    assert_string_equal(c.of.experiment, "churn");
    assert_string_equal(c.of.model, "fork");
    assert_string_equal(c.of.x, "-");
    assert_string_equal(c.of.metric, "");
    assert_string_equal(c.to.model, "prefork_mutex");
    assert_int_equal(c.comparison, '>');
    assert_true(c.bound == 1.25);
}

static void reads_a_value(void **state)
{
    (void)state;
    struct condition c = parsed("mistakes:fork+no-reap@300:server_zombies = 0");
    assert_string_equal(c.of.model, "fork+no-reap");
    assert_string_equal(c.of.x, "300");
    assert_string_equal(c.of.metric, "server_zombies");
    assert_string_equal(c.to.model, "");
    assert_int_equal(c.comparison, '=');
}

static void reads_an_x_with_a_colon(void **state)
{
    (void)state;
    struct condition c = parsed("work:fork@spin:1000 / work:epoll@spin:1000:echoes_per_s < 1.1");
    assert_string_equal(c.of.x, "spin:1000");
    assert_string_equal(c.of.metric, "");
    assert_string_equal(c.to.x, "spin:1000");
    assert_string_equal(c.to.metric, "echoes_per_s");
}

// In a child: what is wrong ends the program.
static int status_of_parsing(const char *text)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        fclose(stderr);
        parsed(text);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void refuses_what_is_no_condition(void **state)
{
    (void)state;
    const char *const wrong[] = {"",
                                 "churn:fork",
                                 "churn:fork > ",
                                 "churn:fork > much",
                                 "churn:fork > nan",
                                 "churn > 1",
                                 "churn: > 1",
                                 ":fork > 1",
                                 "churn:@1 > 1",
                                 "churn:fork@ > 1",
                                 "churn:fork / > 1",
                                 "churn:fork / thread > 1",
                                 "churn:fork / peers:epoll > 1",
                                 "churn:fork > 1 or so",
                                 "churn:fork ! 1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (status_of_parsing(wrong[i]) != 1)
            fail_msg("'%s' was not refused", wrong[i]);
    assert_int_equal(status_of_parsing("churn:fork > 1"), 0);
}

static void judges(const char *condition, double low, double high, enum verdict wanted)
{
    struct condition c = parsed(condition);
    struct estimate e = {.value = (low + high) / 2, .low = low, .high = high, .n = 9};
    enum verdict is = condition_judge(&c, &e);
    if (is != wanted)
        fail_msg("%s with %g to %g: %s", condition, low, high, verdict_words[is]);
}

static void a_verdict_needs_the_whole_interval(void **state)
{
    (void)state;
    judges("q:a / q:b > 1", 1.01, 1.2, HOLDS);
    judges("q:a / q:b > 1", 1, 1.2, UNDECIDED);
    judges("q:a / q:b > 1", 0.8, 1.2, UNDECIDED);
    judges("q:a / q:b > 1", 0.8, 1, DOES_NOT_HOLD);
    judges("q:a / q:b < 1.1", 0.9, 1.09, HOLDS);
    judges("q:a / q:b < 1.1", 0.9, 1.1, UNDECIDED);
    judges("q:a / q:b < 1.1", 1.1, 1.2, DOES_NOT_HOLD);
    judges("q:a = 0", 0, 0, HOLDS);
    judges("q:a = 0", 0, 1, UNDECIDED);
    judges("q:a = 0", 1, 2, DOES_NOT_HOLD);
    judges("q:a > 1", NAN, NAN, UNDECIDED);
    judges("q:a = 0", NAN, NAN, UNDECIDED);
}

static void compares(const char *condition, double low_90, double high_90, bool wanted)
{
    struct condition c = parsed(condition);
    struct estimate e = {.low_90 = low_90, .high_90 = high_90, .n = 9};
    if (condition_compares_the_same(&c, &e) != wanted)
        fail_msg("%s with %g to %g", condition, low_90, high_90);
}

static void only_ratios_beside_one_may_be_of_the_same(void **state)
{
    (void)state;
    compares("q:a / q:b > 1", 0.92, 1.09, true);
    compares("q:a / q:b < 1", 0.92, 1.09, true);
    compares("q:a / q:b > 1", 0.90, 1.09, false);
    compares("q:a / q:b > 1", 0.92, 1.11, false);
    compares("q:a / q:b > 1", NAN, NAN, false);
    compares("q:a / q:b = 1", 0.92, 1.09, false);
    compares("q:a / q:b < 1.1", 0.92, 1.09, false);
    compares("q:a > 1", 0.92, 1.09, false);
}

static void one_refuted_condition_refutes_the_claim(void **state)
{
    (void)state;
    assert_int_equal(verdict_both(HOLDS, HOLDS), HOLDS);
    assert_int_equal(verdict_both(HOLDS, UNDECIDED), UNDECIDED);
    assert_int_equal(verdict_both(NOT_MEASURED, UNDECIDED), NOT_MEASURED);
    assert_int_equal(verdict_both(NOT_MEASURED, DOES_NOT_HOLD), DOES_NOT_HOLD);
    assert_int_equal(verdict_both(DOES_NOT_HOLD, UNDECIDED), DOES_NOT_HOLD);
    assert_int_equal(verdict_both(SAME, HOLDS), SAME);
    assert_int_equal(verdict_both(UNDECIDED, SAME), SAME);
    assert_int_equal(verdict_both(SAME, NOT_MEASURED), SAME);
    assert_int_equal(verdict_both(SAME, DOES_NOT_HOLD), DOES_NOT_HOLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_ratio),
        cmocka_unit_test(reads_a_value),
        cmocka_unit_test(reads_an_x_with_a_colon),
        cmocka_unit_test(refuses_what_is_no_condition),
        cmocka_unit_test(a_verdict_needs_the_whole_interval),
        cmocka_unit_test(only_ratios_beside_one_may_be_of_the_same),
        cmocka_unit_test(one_refuted_condition_refutes_the_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
