// Numbers as a reader sees them, against the rules of the page.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "bench/report/model/format.h"

// No-break spaces are written as '~', the en dash as '-', the minus sign as '_'.
static void is_text(const char *text, const char *wanted)
{
    static const struct {
        const char *sign, plain;
    } signs[] = {{"\u00a0", '~'}, {"\u2013", '-'}, {"\u2212", '_'}};
    char plain[FORMAT_BYTES];
    size_t length = 0;
    for (const char *at = text; *at;) {
        const char *from = at;
        for (size_t i = 0; i < 3; i++)
            if (strncmp(at, signs[i].sign, strlen(signs[i].sign)) == 0) {
                plain[length++] = signs[i].plain;
                at += strlen(signs[i].sign);
            }
        if (at == from)
            plain[length++] = *at++;
    }
    plain[length] = '\0';
    assert_string_equal(plain, wanted);
}

static void ratio_is(double ratio, const char *wanted)
{
    char text[FORMAT_BYTES];
    format_ratio(ratio, text);
    is_text(text, wanted);
}

static void ratio_interval_is(double ratio, double low, double high, const char *wanted)
{
    char text[FORMAT_BYTES];
    format_ratio_interval(ratio, low, high, text);
    is_text(text, wanted);
}

static void value_is(double value, const char *unit, const char *wanted)
{
    char text[FORMAT_BYTES];
    format_value(value, unit, text);
    is_text(text, wanted);
}

static void interval_is(double value, double low, double high, const char *unit, const char *wanted)
{
    char text[FORMAT_BYTES];
    format_interval(value, low, high, unit, text);
    is_text(text, wanted);
}

static void ratios_have_two_or_three_digits(void **unused)
{
    (void)unused;
    ratio_is(0.0423, "0.042×");
    ratio_is(0.0994, "0.099×");
    ratio_is(0.0996, "0.10×");
    ratio_is(1, "1.00×");
    ratio_is(1.1649, "1.16×");
    ratio_is(1.994, "1.99×");
    ratio_is(1.996, "2.0×");
    ratio_is(6.58, "6.6×");
    ratio_is(19.94, "19.9×");
    ratio_is(19.96, "20×");
    ratio_is(1234.5, "1,234×");
    ratio_is(0, "0×");
    ratio_is(NAN, "");
    ratio_is(INFINITY, "");
}

static void ratio_intervals_have_the_decimals_of_the_ratio(void **unused)
{
    (void)unused;
    ratio_interval_is(6.58, 6.27, 6.92, "6.3-6.9");
    ratio_interval_is(31, 26.4, 36.2, "26-36");
    ratio_interval_is(0.97, 0.844, 1.149, "0.84-1.15");
    ratio_interval_is(0.97, NAN, NAN, "");
    ratio_interval_is(1, 1, 1, "");
}

static void values_have_three_digits_and_a_unit_by_size(void **unused)
{
    (void)unused;
    value_is(22.46, "µs", "22.5~µs");
    value_is(153.4, "µs", "153~µs");
    value_is(999.4, "µs", "999~µs");
    value_is(999.6, "µs", "1.00~ms");
    value_is(1234, "µs", "1.23~ms");
    value_is(2500000, "µs", "2.50~s");
    value_is(0.0844, "µs", "0.084~µs");
    value_is(35173.2, "/s", "35,173/s");
    value_is(0.54, "share", "54~%");
    value_is(0.0543, "share", "5.43~%");
    value_is(99.7, "%", "99.7~%");
    value_is(100, "%", "100~%");
    value_is(0, "%", "0~%");
    value_is(7.64, "KiB", "7.64~KiB");
    value_is(2048, "KiB", "2.00~MiB");
    value_is(40721, "bytes", "39.8~KiB");
    value_is(512, "bytes", "512~bytes");
    value_is(-1.5, "µs", "_1.50~µs");
    value_is(612, "requests", "612~requests");
}

static void counts_are_whole(void **unused)
{
    (void)unused;
    value_is(15, "", "15");
    value_is(0, "", "0");
    value_is(7, "-", "7");
    value_is(11562, "", "11,562");
    value_is(3.5, "", "3.5");
    value_is(4.932, "", "4.93");
    interval_is(15, 15, 15, "", "");
    interval_is(15, 14, 15, "", "14-15");
    interval_is(15, NAN, NAN, "", "");
}

static void what_never_comes_says_so(void **unused)
{
    (void)unused;
    value_is(INFINITY, "µs", "never");
    value_is(NAN, "µs", "");
    interval_is(INFINITY, INFINITY, INFINITY, "µs", "");
    interval_is(5000, 4000, INFINITY, "µs", "4.00-never");
}

static void intervals_have_the_unit_of_the_value(void **unused)
{
    (void)unused;
    interval_is(22.46, 20.01, 23.14, "µs", "20.0-23.1");
    interval_is(1234, 900, 1300, "µs", "0.90-1.30");
    interval_is(0.5, -0.25, 1.5, "µs", "_0.250 to 1.500");
}

static void needs_and_dates_are_words(void **unused)
{
    (void)unused;
    char text[FORMAT_BYTES];
    format_need(88, 3.2, text);
    is_text(text, "about 88 blocks, 3 minutes");
    format_need(1234, 1.2, text);
    is_text(text, "about 1,234 blocks, a minute");
    format_need(11, 0.02, text);
    is_text(text, "about 11 blocks, less than a minute");
    format_need(26, NAN, text);
    is_text(text, "about 26 blocks");
    format_need(NAN, 1, text);
    is_text(text, "");
    format_date("2026-11-29T01:05:30Z", text);
    is_text(text, "29~November 2026");
    format_date(NULL, text);
    is_text(text, "");
    format_date("2026-13-01", text);
    is_text(text, "");
}

static void measured_objects_hold_the_number_and_its_text(void **unused)
{
    (void)unused;
    json_t *m = json_measured(6.58, 6.27, 6.92, "ratio", "valid", 38);
    assert_true(json_real_value(json_object_get(m, "value")) == 6.58);
    assert_true(json_real_value(json_object_get(m, "lower_value")) == 6.27);
    assert_int_equal(json_integer_value(json_object_get(m, "blocks")), 38);
    assert_string_equal(json_string_value(json_object_get(m, "text")), "6.6×");
    is_text(json_string_value(json_object_get(m, "interval")), "6.3-6.9");
    assert_null(json_object_get(m, "never"));
    json_decref(m);
    m = json_measured(INFINITY, INFINITY, INFINITY, "µs", "valid", 8);
    assert_true(json_is_null(json_object_get(m, "value")));
    assert_true(json_is_true(json_object_get(m, "never")));
    assert_string_equal(json_string_value(json_object_get(m, "text")), "never");
    json_decref(m);
    m = json_measured(NAN, NAN, NAN, "µs", "invalid", 0);
    assert_true(json_is_null(m));
    json_decref(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratios_have_two_or_three_digits),
        cmocka_unit_test(ratio_intervals_have_the_decimals_of_the_ratio),
        cmocka_unit_test(values_have_three_digits_and_a_unit_by_size),
        cmocka_unit_test(counts_are_whole),
        cmocka_unit_test(what_never_comes_says_so),
        cmocka_unit_test(intervals_have_the_unit_of_the_value),
        cmocka_unit_test(needs_and_dates_are_words),
        cmocka_unit_test(measured_objects_hold_the_number_and_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
