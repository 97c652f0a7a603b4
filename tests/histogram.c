// The histogram against the exact answer: sorted values, hand-made boundaries, its output read
// back.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/core/histogram.h"

enum { N = 20000 };

static struct histogram histogram;
static uint64_t values[N];
static unsigned short state[3];

static uint64_t uniform_over_decades(void)
{
    return (uint64_t)pow(10, erand48(state) * log10((double)HISTOGRAM_MAX_NS));
}

static uint64_t exponential(void)
{
    return (uint64_t)(-log1p(-erand48(state)) * 50e3);
}

static uint64_t constant(void)
{
    return 123456789;
}

static uint64_t bimodal(void)
{
    return (uint64_t)((erand48(state) < 0.97 ? 20e3 : 40e6) * (1 + 0.1 * erand48(state)));
}

static uint64_t some_above_the_range(void)
{
    return (uint64_t)(erand48(state) * 1.05 * (double)HISTOGRAM_MAX_NS);
}

static uint64_t (*const distributions[])(void) = {uniform_over_decades, exponential, constant,
                                                  bimodal, some_above_the_range};
enum { DISTRIBUTIONS = sizeof distributions / sizeof *distributions };

static int compare(const void *left, const void *right)
{
    const uint64_t *a = left;
    const uint64_t *b = right;
    return (*a > *b) - (*a < *b);
}

// Records N values of the distribution and leaves them sorted in `values`.
static void record_all(uint64_t (*distribution)(void))
{
    memset(state, 7, sizeof state);
    histogram_reset(&histogram);
    for (size_t i = 0; i < N; i++) {
        values[i] = distribution();
        histogram_record(&histogram, values[i]);
    }
    qsort(values, N, sizeof *values, compare);
}

static void percentiles_match_sorted_values(void **unused)
{
    (void)unused;
    for (size_t d = 0; d < DISTRIBUTIONS; d++) {
        record_all(distributions[d]);
        // In thousandths of a percent, so that the exact rank is integer arithmetic.
        for (uint64_t milli = 0; milli <= 100000; milli += 50) {
            uint64_t rank = (milli * N + 99999) / 100000;
            uint64_t exact = values[rank == 0 ? 0 : rank - 1];
            uint64_t answer = histogram_percentile(&histogram, (double)milli / 1000);
            if (exact <= HISTOGRAM_MAX_NS)
                assert_in_range(answer, exact, exact + exact / 1000);
            else
                assert_int_equal(answer, values[N - 1]);
        }
        assert_int_equal(histogram_percentile(&histogram, 100), values[N - 1]);
        assert_int_equal(histogram_min(&histogram), values[0]);
        assert_int_equal(histogram_max(&histogram), values[N - 1]);
        assert_int_equal(histogram_count(&histogram), N);
    }
}

static void ranks_are_not_rounded_up(void **unused)
{
    (void)unused;
    histogram_reset(&histogram);
    for (uint64_t i = 1; i <= 1000; i++)
        histogram_record(&histogram, i);
    for (unsigned i = 1; i <= 1000; i++)
        assert_int_equal(histogram_percentile(&histogram, i / 10.0), i);
}

static void counts_within_match_values(void **unused)
{
    (void)unused;
    struct histogram *h = test_calloc(1, sizeof *h);
    histogram_reset(h);
    assert_int_equal(histogram_count_within(h, HISTOGRAM_MAX_NS), 0);
    for (uint64_t ns = 1; ns <= 2000; ns++)
        histogram_record(h, ns);
    histogram_record(h, 100000000);
    histogram_record(h, HISTOGRAM_MAX_NS + 1);
    assert_int_equal(histogram_count_within(h, 0), 0);
    assert_int_equal(histogram_count_within(h, 1), 1);
    assert_int_equal(histogram_count_within(h, 1234), 1234);
    assert_int_equal(histogram_count_within(h, 99800000), 2000);
    assert_int_equal(histogram_count_within(h, 100000000), 2001);
    assert_int_equal(histogram_count_within(h, HISTOGRAM_MAX_NS), 2001);
    assert_int_equal(histogram_count_within(h, HISTOGRAM_MAX_NS + 1), 2002);
    test_free(h);
}

static void mean_matches_values(void **unused)
{
    (void)unused;
    for (size_t d = 0; distributions[d] != some_above_the_range; d++) {
        record_all(distributions[d]);
        double sum = 0;
        for (size_t i = 0; i < N; i++)
            sum += (double)values[i];
        // Equal values err all in one direction; others nearly cancel.
        double tolerance = distributions[d] == constant ? 1.0 / 2000 : 1.0 / 20000;
        assert_true(fabs(histogram_mean(&histogram) / (sum / N) - 1) < tolerance);
    }
}

static void overflow_is_counted_and_ranks_last(void **unused)
{
    (void)unused;
    record_all(some_above_the_range);
    size_t above = 0;
    while (values[N - 1 - above] > HISTOGRAM_MAX_NS)
        above++;
    assert_in_range(above, N / 50, N / 10);
    assert_int_equal(histogram_overflow(&histogram), above);

    double last_inside = 100.0 * (double)(N - above) / N;
    assert_in_range(histogram_percentile(&histogram, last_inside), values[N - above - 1],
                    HISTOGRAM_MAX_NS + HISTOGRAM_MAX_NS / 1000);
    assert_int_equal(histogram_percentile(&histogram, last_inside + 0.01), values[N - 1]);
}

static void merged_parts_equal_the_whole(void **unused)
{
    (void)unused;
    static struct histogram parts[3], merged;
    for (size_t d = 0; d < DISTRIBUTIONS; d++) {
        record_all(distributions[d]);
        for (size_t p = 0; p < 3; p++)
            histogram_reset(&parts[p]);
        // Of very different size, and the second stays empty.
        for (size_t i = 0; i < N; i++)
            histogram_record(&parts[i % 17 == 0 ? 0 : 2], values[i]);
        histogram_reset(&merged);
        for (size_t p = 0; p < 3; p++)
            histogram_merge(&merged, &parts[p]);
        assert_memory_equal(merged.counts, histogram.counts, sizeof merged.counts);
        assert_int_equal(merged.count, histogram.count);
        assert_int_equal(merged.min_ns, histogram.min_ns);
        assert_int_equal(merged.max_ns, histogram.max_ns);
    }
}

// Once alone, then with a larger companion, so that the maximum does not make the answer exact.
static void assert_recorded(uint64_t ns)
{
    histogram_reset(&histogram);
    histogram_record(&histogram, ns);
    assert_int_equal(histogram_min(&histogram), ns);
    assert_int_equal(histogram_max(&histogram), ns);
    assert_int_equal(histogram_percentile(&histogram, 50), ns);
    assert_int_equal(histogram_overflow(&histogram), ns > HISTOGRAM_MAX_NS);

    histogram_record(&histogram, UINT64_MAX);
    uint64_t low = histogram_percentile(&histogram, 50);
    if (ns < 2048)
        assert_int_equal(low, ns);
    else if (ns <= HISTOGRAM_MAX_NS)
        assert_in_range(low, ns, ns + ns / 1000);
    else
        assert_int_equal(low, UINT64_MAX);
    assert_int_equal(histogram_percentile(&histogram, 51), UINT64_MAX);
    assert_int_equal(histogram_count(&histogram), 2);
}

static void boundaries(void **unused)
{
    (void)unused;
    for (uint64_t ns = 0; ns <= 5000; ns++)
        assert_recorded(ns);
    for (unsigned bit = 12; bit < 64; bit++) {
        uint64_t power = UINT64_C(1) << bit;
        assert_recorded(power - 1);
        assert_recorded(power);
        assert_recorded(power + 1);
    }
    assert_recorded(HISTOGRAM_MAX_NS - 1);
    assert_recorded(HISTOGRAM_MAX_NS);
    assert_recorded(HISTOGRAM_MAX_NS + 1);
    assert_recorded(UINT64_MAX);
}

// Walks the whole range from slot to slot: no gap, no slot twice, none that is wider than 1/1000.
static void slots_tile_the_range(void **unused)
{
    (void)unused;
    static struct histogram expected;
    histogram_reset(&histogram);
    histogram_record(&histogram, UINT64_MAX);
    uint64_t next = 0;
    size_t slots = 0;
    while (next <= HISTOGRAM_MAX_NS) {
        histogram.counts[slots == 0 ? 0 : slots - 1] = 0;
        histogram.count = 2;
        histogram.counts[slots] = 1;
        uint64_t highest = histogram_percentile(&histogram, 50);
        assert_in_range(highest, next, next + next / 1000);

        histogram_reset(&expected);
        histogram_record(&expected, next);
        assert_int_equal(expected.counts[slots], 1);
        if (highest <= HISTOGRAM_MAX_NS) {
            histogram_record(&expected, highest);
            assert_int_equal(expected.counts[slots], 2);
        }
        next = highest + 1;
        slots++;
    }
    assert_int_equal(slots, HISTOGRAM_OVERFLOW_SLOT);
}

static void empty_histogram(void **unused)
{
    (void)unused;
    histogram_reset(&histogram);
    assert_int_equal(histogram_count(&histogram), 0);
    assert_int_equal(histogram_overflow(&histogram), 0);
    assert_int_equal(histogram_min(&histogram), 0);
    assert_int_equal(histogram_max(&histogram), 0);
    assert_int_equal(histogram_percentile(&histogram, 0), 0);
    assert_int_equal(histogram_percentile(&histogram, 100), 0);
    assert_true(histogram_mean(&histogram) == 0);
}

// The text that the histogram writes with this unit; the caller frees it.
static char *written(double unit_ns)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(histogram_write_hgrm(&histogram, stream, unit_ns), 0);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static bool fits(const char *line, const char *pattern)
{
    regex_t compiled;
    assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool does = regexec(&compiled, line, 0, NULL, 0) == 0;
    regfree(&compiled);
    return does;
}

// The grammar of those who draw it: hdr-plot takes lines that begin with blanks and have four
// numbers, HdrHistogram's plotFiles.html all lines of four words that do not begin with "#". The
// last line must be neither: its fourth number is infinite.
static void is_drawn(const char *line, bool is_last)
{
    static const char hdr_plot[] =
        "^[[:space:]]+([0-9.]+)[[:space:]]+([0-9.]+)[[:space:]]+([0-9]+)[[:space:]]+([0-9.]+)$";
    assert_int_equal(fits(line, hdr_plot), !is_last);
    assert_int_equal(fits(line, "^ *[^ #]+ +[^ ]+ +[^ ]+ +[^ ]+ *$"), !is_last);
}

static void hgrm_reads_back(void **unused)
{
    (void)unused;
    for (size_t d = 0; d < DISTRIBUTIONS; d++) {
        record_all(distributions[d]);
        char *text = written(1000);
        char *rest = text;
        assert_string_equal(strsep(&rest, "\n"),
                            "       Value     Percentile TotalCount 1/(1-Percentile)");
        assert_string_equal(strsep(&rest, "\n"), "");

        double value, percentile, inverse;
        double last_value = 0, last_percentile = -1;
        uint64_t count, last_count = 0;
        size_t lines = 0;
        char *line;
        while ((line = strsep(&rest, "\n")) != NULL && line[0] != '#') {
            int numbers =
                sscanf(line, "%lf %lf %" SCNu64 " %lf", &value, &percentile, &count, &inverse);
            assert_int_equal(numbers, percentile == 1 ? 3 : 4);
            is_drawn(line, percentile == 1);
            assert_true(value >= last_value);
            assert_true(percentile > last_percentile);
            assert_true(count >= last_count && count > 0);
            // The value is what the histogram says of the percentile (printed to six digits), and
            // the count is how many values do not exceed it.
            uint64_t ns = histogram_percentile(&histogram, 100.0 * (double)count / N);
            assert_true(fabs(value * 1000 - (double)ns) < 1);
            assert_true((double)count / N >= percentile - 1e-6);
            assert_true(percentile == 1 || fabs(inverse * (1 - percentile) - 1) < 0.1);
            last_value = value;
            last_percentile = percentile;
            last_count = count;
            lines++;
        }
        assert_true(lines >= 2);
        assert_true(last_percentile == 1);
        assert_int_equal(last_count, N);
        assert_true(fabs(last_value * 1000 - (double)values[N - 1]) < 1);

        double mean, deviation, max;
        int buckets, sub_buckets;
        assert_non_null(line);
        assert_int_equal(sscanf(line, "#[Mean = %lf, StdDeviation = %lf]", &mean, &deviation), 2);
        assert_true(fabs(mean * 1000 - histogram_mean(&histogram)) < 1);
        if (distributions[d] == constant)
            assert_true(deviation == 0);
        if (distributions[d] == exponential)
            assert_true(fabs(deviation / mean - 1) < 0.05);
        line = strsep(&rest, "\n");
        assert_int_equal(sscanf(line, "#[Max = %lf, Total count = %" SCNu64 "]", &max, &count), 2);
        assert_true(max == last_value);
        assert_int_equal(count, N);
        line = strsep(&rest, "\n");
        assert_int_equal(sscanf(line, "#[Buckets = %d, SubBuckets = %d]", &buckets, &sub_buckets),
                         2);
        assert_int_equal(sub_buckets, 2048);
        line = strsep(&rest, "\n");
        if (distributions[d] == some_above_the_range) {
            assert_int_equal(sscanf(line, "#[Overflow = %" SCNu64 " values", &count), 1);
            assert_int_equal(count, histogram_overflow(&histogram));
            line = strsep(&rest, "\n");
        }
        assert_string_equal(line, "");
        assert_null(rest);
        free(text);
    }
}

// Ten values: the lines of HdrHistogram_c's algorithm, followed by hand.
static void hgrm_of_ten_values(void **unused)
{
    (void)unused;
    histogram_reset(&histogram);
    for (uint64_t i = 1; i <= 10; i++)
        histogram_record(&histogram, i);
    char *text = written(1);
    assert_string_equal(text, "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
                              "       1.000 0.000000000000          1           1.00\n"
                              "       1.000 0.100000000000          1           1.11\n"
                              "       2.000 0.200000000000          2           1.25\n"
                              "       3.000 0.300000000000          3           1.43\n"
                              "       4.000 0.400000000000          4           1.67\n"
                              "       5.000 0.500000000000          5           2.00\n"
                              "       6.000 0.550000000000          6           2.22\n"
                              "       6.000 0.600000000000          6           2.50\n"
                              "       7.000 0.650000000000          7           2.86\n"
                              "       7.000 0.700000000000          7           3.33\n"
                              "       8.000 0.750000000000          8           4.00\n"
                              "       8.000 0.775000000000          8           4.44\n"
                              "       8.000 0.800000000000          8           5.00\n"
                              "       9.000 0.825000000000          9           5.71\n"
                              "       9.000 0.850000000000          9           6.67\n"
                              "       9.000 0.875000000000          9           8.00\n"
                              "       9.000 0.887500000000          9           8.89\n"
                              "       9.000 0.900000000000          9          10.00\n"
                              "      10.000 0.912500000000         10          11.43\n"
                              "      10.000 1.000000000000         10\n"
                              "#[Mean    =        5.500, StdDeviation   =        2.872]\n"
                              "#[Max     =       10.000, Total count    =           10]\n"
                              "#[Buckets =           26, SubBuckets     =         2048]\n");
    free(text);
}

// In nanoseconds, so that the numbers are wider than their columns.
static void hgrm_of_an_overload(void **unused)
{
    (void)unused;
    histogram_reset(&histogram);
    for (uint64_t i = 1; i <= 10; i++)
        histogram_record(&histogram, i * 6000000000);
    char *text = written(1), *rest = text, *line;
    strsep(&rest, "\n");
    strsep(&rest, "\n");
    while ((line = strsep(&rest, "\n")) && *line != '#')
        is_drawn(line, *rest == '#');
    free(text);
}

static void hgrm_of_nothing(void **unused)
{
    (void)unused;
    histogram_reset(&histogram);
    char *text = written(1000);
    assert_string_equal(text, "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
                              "       0.000 1.000000000000          0\n"
                              "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
                              "#[Max     =        0.000, Total count    =            0]\n"
                              "#[Buckets =           26, SubBuckets     =         2048]\n");
    free(text);
}

static char *written_raw(const struct histogram *h)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(histogram_write_raw(h, stream), 0);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static void raw_reads_back(void **unused)
{
    (void)unused;
    static struct histogram back;
    for (size_t d = 0; d <= DISTRIBUTIONS; d++) {
        if (d < DISTRIBUTIONS)
            record_all(distributions[d]);
        else
            histogram_reset(&histogram);
        char *text = written_raw(&histogram);
        assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
        assert_int_equal(histogram_read_raw(&back, text), 0);
        assert_memory_equal(&back, &histogram, sizeof back);
        free(text);
    }
}

// What is written apart and read back is merged as if it had been recorded in one.
static void raw_parts_merge_exactly(void **unused)
{
    (void)unused;
    static struct histogram parts[2], back, merged;
    for (size_t d = 0; d < DISTRIBUTIONS; d++) {
        record_all(distributions[d]);
        histogram_reset(&merged);
        for (size_t p = 0; p < 2; p++)
            histogram_reset(&parts[p]);
        for (size_t i = 0; i < N; i++)
            histogram_record(&parts[i % 5 == 0], values[i]);
        for (size_t p = 0; p < 2; p++) {
            char *text = written_raw(&parts[p]);
            assert_int_equal(histogram_read_raw(&back, text), 0);
            histogram_merge(&merged, &back);
            free(text);
        }
        assert_memory_equal(&merged, &histogram, sizeof merged);
    }
}

static void raw_of_ten_values(void **unused)
{
    (void)unused;
    histogram_reset(&histogram);
    for (uint64_t i = 1; i <= 10; i++)
        histogram_record(&histogram, i * i / 10); // 0 0 0 1 2 3 4 6 8 10
    char *text = written_raw(&histogram);
    assert_string_equal(text, "h1 10 0 10 0:3 1 1 1 1 2 2 2\n");
    free(text);
}

// Cut anywhere, or anything else.
static void raw_that_is_none(void **unused)
{
    (void)unused;
    static struct histogram back;
    static const char *const none[] = {
        "",           "h1",          "h2 1 5 5 5",       "h1 1 5",
        "h1 -1 5",    "h1 1 5 5 -5", "h1 1 5 5 5:",      "h1 1 5 5 5 x",
        "h1 2 5 5 5", "h1 1 5 6 5",  "h1 1 5 5 99999999"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (histogram_read_raw(&back, none[i]) == 0)
            fail_msg("'%s' is read", none[i]);
    record_all(bimodal);
    char *text = written_raw(&histogram);
    for (size_t length = strlen(text) - 2; length > 0; length--) {
        text[length] = '\0';
        if (histogram_read_raw(&back, text) == 0)
            fail_msg("the first %zu bytes are read", length);
    }
    free(text);
}

static void full_disk_is_reported(void **unused)
{
    (void)unused;
    histogram_reset(&histogram);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    errno = 0;
    assert_int_equal(histogram_write_hgrm(&histogram, full, 1000), -1);
    assert_int_equal(errno, ENOSPC);
    clearerr(full);
    errno = 0;
    assert_int_equal(histogram_write_raw(&histogram, full), -1);
    assert_int_equal(errno, ENOSPC);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_match_sorted_values),
        cmocka_unit_test(ranks_are_not_rounded_up),
        cmocka_unit_test(counts_within_match_values),
        cmocka_unit_test(mean_matches_values),
        cmocka_unit_test(overflow_is_counted_and_ranks_last),
        cmocka_unit_test(merged_parts_equal_the_whole),
        cmocka_unit_test(boundaries),
        cmocka_unit_test(slots_tile_the_range),
        cmocka_unit_test(empty_histogram),
        cmocka_unit_test(hgrm_reads_back),
        cmocka_unit_test(hgrm_of_ten_values),
        cmocka_unit_test(hgrm_of_an_overload),
        cmocka_unit_test(hgrm_of_nothing),
        cmocka_unit_test(raw_reads_back),
        cmocka_unit_test(raw_parts_merge_exactly),
        cmocka_unit_test(raw_of_ten_values),
        cmocka_unit_test(raw_that_is_none),
        cmocka_unit_test(full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
