// The driver's report: what is written is read back as it was, and what is not whole is refused
// with its name.
#include "clients/core/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Each number another one, with as many decimals as any has.
static struct report example(void)
{
    struct report r = {.target = "[::1]:7777", .io = "epoll", .loop = "open"};
    size_t first = offsetof(struct report, connections);
    for (size_t at = first; at < sizeof r; at += sizeof(double)) {
        double number = 1000 + (double)((at - first) / sizeof number);
        memcpy((char *)&r + at, &number, sizeof number);
    }
    r.window_s = 0.123456789;
    r.cpu_load = 0.9876;
    r.latency.p99_us = 12345678.125;
    r.latency.p99_9_us = r.offered_per_s = NAN;
    r.errors[RESET] = 0;
    return r;
}

// Not inlined: gcc -O3 would take what is returned for the variable that ends here, and warn.
__attribute__((noinline)) static char *text_of(const struct report *r, bool as_json)
{
    char *text;
    size_t bytes;
    FILE *file = open_memstream(&text, &bytes);
    assert_non_null(file);
    report_write(r, file, as_json);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void comes_back_as_it_was(void **unused)
{
    (void)unused;
    struct report r = example(), back;
    char problem[REPORT_PROBLEM_BYTES], *text = text_of(&r, false);
    if (!report_read(&back, text, problem))
        fail_msg("it %s", problem);
    char *again = text_of(&back, false);
    assert_string_equal(again, text);
    assert_string_equal(back.target, "[::1]:7777");
    assert_string_equal(back.io, "epoll");
    assert_true(back.window_s == 0.123456789);
    assert_true(back.latency.p99_us == 12345678.125);
    assert_true(isnan(back.offered_per_s) && isnan(back.latency.p99_9_us));
    assert_true(back.errors[RESET] == 0 && back.errors[TIMEOUT] == r.errors[TIMEOUT]);
    assert_true(back.send_lag.mean_us == r.send_lag.mean_us);
    free(again);
    free(text);
}

static void as_text_and_as_json(void **unused)
{
    (void)unused;
    struct report r = example();
    char *text = text_of(&r, false), *json = text_of(&r, true);
    assert_non_null(strstr(text, "\nloop\topen\nconnections\t1000\n"));
    assert_non_null(strstr(text, "\noffered_per_s\t-\nwindow_s\t0.123456789\n"));
    assert_non_null(strstr(text, "\nerrors_reset\t0\n"));
    assert_non_null(strstr(text, "\nlatency_p99_us\t12345678.125\n"));
    assert_true(strncmp(json, "{\n  \"target\": \"[::1]:7777\",\n", 27) == 0);
    assert_non_null(strstr(json, "\n  \"offered_per_s\": null,\n  \"window_s\": 0.123456789,\n"));
    free(text);
    free(json);
}

static void errors_have_names(void **unused)
{
    (void)unused;
    assert_string_equal(report_error_name(CONNECT_FAILED), "errors_connect");
    assert_string_equal(report_error_name(RESET), "errors_reset");
    assert_string_equal(report_error_name(SHORT), "errors_short");
    assert_string_equal(report_error_name(MISMATCH), "errors_mismatch");
    assert_string_equal(report_error_name(TIMEOUT), "errors_timeout");
}

// The text with its first `from` replaced.
static char *changed(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *result;
    assert_non_null(at);
    assert_true(asprintf(&result, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) >= 0);
    return result;
}

static void what_is_not_whole_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *from, *to, *problem;
    } cases[] = {
        {"window_s\t0.123456789\n", "", "has no window_s"},
        {"io\tepoll\n", "", "has no io"},
        {"window_s\t", "window_size\t", "has an unknown line 'window_size'"},
        {"window_s\t", "window\t", "has an unknown line 'window'"},
        {"window_s\t0.123456789\n", "window_s\n", "has an unknown line 'window_s'"},
        {"window_s\t", "\nwindow_s\t", "has an unknown line ''"},
        {"window_s\t", "cpu_load\t1\nwindow_s\t", "has cpu_load twice"},
        {"\t0.123456789", "\tabc", "has no number for window_s: 'abc'"},
        {"\t0.123456789", "\t0.1 s", "has no number for window_s: '0.1 s'"},
        {"\t0.123456789", "\t 0.1", "has no number for window_s: ' 0.1'"},
        {"\t0.123456789", "\tinf", "has no number for window_s: 'inf'"},
        {"\t0.123456789", "\tnan", "has no number for window_s: 'nan'"},
        {"\t0.123456789", "\t--", "has no number for window_s: '--'"},
        {"\t0.123456789", "\t", "has no number for window_s: ''"},
        {"\t0.123456789", "\t\n0.1", "has no number for window_s: ''"},
    };
    struct report r = example(), back;
    char problem[REPORT_PROBLEM_BYTES], *text = text_of(&r, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *other = changed(text, cases[i].from, cases[i].to);
        assert_false(report_read(&back, other, problem));
        assert_string_equal(problem, cases[i].problem);
        assert_true(isnan(back.echoes) && isnan(back.errors[MISMATCH]));
        free(other);
    }
    assert_false(report_read(&back, "", problem));
    assert_string_equal(problem, "is empty");
    text[strlen(text) - 1] = '\0';
    assert_false(report_read(&back, text, problem));
    assert_non_null(strstr(problem, "is cut off after 'send_lag_mean_us\t"));
    assert_true(isnan(back.echoes));
    free(text);

    memset(r.target, 'a', sizeof r.target - 1);
    text = text_of(&r, false);
    assert_true(report_read(&back, text, problem)); // just fits
    char *longer = changed(text, "target\t", "target\ta");
    assert_false(report_read(&back, longer, problem));
    free(longer);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was),
        cmocka_unit_test(as_text_and_as_json),
        cmocka_unit_test(errors_have_names),
        cmocka_unit_test(what_is_not_whole_is_refused),
    };
    return cmocka_run_group_tests_name("drive_report", tests, NULL, NULL);
}
