// Positions on the strips of the claims, and the shades of the grid, against numbers computed by
// hand.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "bench/report/model/position.h"

static struct strip strip_for(double value, double low, double high, double bound)
{
    struct strip strip = {0};
    assert_true(strip_of(value, low, high, bound, &strip));
    return strip;
}

// 50 + 50 * log(1.5) / log(5) = 62.6.
static void places_an_interval(void **unused)
{
    (void)unused;
    struct strip s = strip_for(1.5, 1, 2, 1);
    assert_float_equal(s.at, 62.6, 1e-9);
    assert_float_equal(s.left, 50, 1e-9);
    assert_float_equal(s.right, 71.5, 1e-9);
    assert_null(s.off);
}

static void ends_are_five_times_the_bound_away(void **unused)
{
    (void)unused;
    struct strip s = strip_for(0.25, 0.05, 1.25, 0.25);
    assert_float_equal(s.at, 50, 1e-9);
    assert_float_equal(s.left, 0, 1e-9);
    assert_float_equal(s.right, 100, 1e-9);
}

static void cuts_at_the_ends_and_says_so(void **unused)
{
    (void)unused;
    struct strip s = strip_for(45, 44, 46, 2);
    assert_string_equal(s.off, "right");
    assert_float_equal(s.left, 100, 1e-9);
    s = strip_for(0, 0, 0, 50);
    assert_string_equal(s.off, "left");
    assert_float_equal(s.right, 0, 1e-9);
    s = strip_for(4, 2, 6, 1);
    assert_null(s.off);
    assert_float_equal(s.right, 100, 1e-9);
}

static void without_an_interval_it_is_a_point(void **unused)
{
    (void)unused;
    struct strip s = strip_for(1, NAN, NAN, 1);
    assert_float_equal(s.left, 50, 1e-9);
    assert_float_equal(s.right, 50, 1e-9);
}

static void needs_a_bound_above_nothing(void **unused)
{
    (void)unused;
    struct strip s;
    assert_false(strip_of(15, 15, 15, 0, &s));
    assert_false(strip_of(NAN, NAN, NAN, 1, &s));
}

static void shades_rise_by_their_limits(void **unused)
{
    (void)unused;
    static const double ratios[] = {1.25, 2, 5, 20}, losses[] = {0.01, 0.2, 0.5, 0.99};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(shade_of_ratio(ratios[i]), i);
        assert_int_equal(shade_of_ratio(1.001 * ratios[i]), i + 1);
        assert_int_equal(shade_of_loss(losses[i]), i);
        assert_int_equal(shade_of_loss(1.001 * losses[i]), i + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_an_interval),
        cmocka_unit_test(ends_are_five_times_the_bound_away),
        cmocka_unit_test(cuts_at_the_ends_and_says_so),
        cmocka_unit_test(without_an_interval_it_is_a_point),
        cmocka_unit_test(needs_a_bound_above_nothing),
        cmocka_unit_test(shades_rise_by_their_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
