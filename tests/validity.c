// Which trials can be used and for what: each reason by the figure it looks at, what a share of
// doubtful trials does to a cell, and that nothing of an invalid one gets into a number.
#include "bench/analyse/validity.h"
#include "bench/analyse/statistics.h"
#include "tests/core/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_trial_without_figures_is_valid(void **unused)
{
    (void)unused;
    struct measurement m;
    char codes[CODES_BYTES];
    measurement_reset(&m);
    assert_int_equal(trial_validity(&m, codes), VALID);
    assert_string_equal(codes, "-");
}

// Every reason that looks at a figure: at its threshold there is none, beyond it there is.
static void a_figure_beyond_its_threshold_is_a_reason(void **unused)
{
    (void)unused;
    size_t tried = 0;
    for (const struct reason *r = reasons; r < reasons + reason_count; r++) {
        for (int side = 0; r->looks_at != FIGURE_COUNT && side < 2; side++) {
            double bound = side ? r->high : r->low;
            struct measurement m;
            char codes[CODES_BYTES];
            if (isnan(bound))
                continue;
            measurement_reset(&m);
            m.figures[r->looks_at] = bound;
            assert_int_equal(trial_validity(&m, codes), VALID);
            m.figures[r->looks_at] = nextafter(bound, side ? INFINITY : -INFINITY);
            assert_int_equal(trial_validity(&m, codes), r->validity);
            assert_string_equal(codes, r->code);
            tried++;
        }
    }
    assert_true(tried >= 10);
}

static void reasons_are_told_together(void **unused)
{
    (void)unused;
    struct measurement m;
    char codes[CODES_BYTES];
    measurement_reset(&m);
    m.figures[FIGURE_client_load] = 0.99;
    m.figures[FIGURE_stolen_share] = 0.5;
    assert_int_equal(trial_validity(&m, codes), SUSPECT);
    assert_string_equal(codes, "client-bound;steal");
    m.figures[FIGURE_errors] = 1;
    measurement_fault(&m, "1 failure");
    assert_int_equal(trial_validity(&m, codes), INVALID);
    assert_string_equal(codes, "errors;client-bound;steal");
}

static void another_fault_is_invalid_too(void **unused)
{
    (void)unused;
    struct measurement m;
    char codes[CODES_BYTES];
    measurement_reset(&m);
    m.figures[FIGURE_client_load] = 0.99;
    measurement_fault(&m, "server did not stop");
    assert_int_equal(trial_validity(&m, codes), INVALID);
    assert_string_equal(codes, "client-bound;fault");
    // A reason that leaves the counts as they are does not stand for one that does not.
    m.figures[FIGURE_server_zombies] = 100;
    assert_int_equal(trial_validity(&m, codes), INVALID);
    assert_string_equal(codes, "client-bound;not-reaped;fault");
}

static void each_reason_has_words_and_a_code_of_its_own(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < reason_count; i++) {
        assert_true(strlen(reasons[i].says) > 10 && strlen(reasons[i].why) > 10);
        assert_true(reasons[i].concerns && !(reasons[i].concerns & ~(unsigned)EVERYTHING));
        assert_true(reasons[i].validity == SUSPECT || (reasons[i].concerns | COUNTS) == EVERYTHING);
        assert_null(strpbrk(reasons[i].code, "; \t"));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(reasons[i].code, reasons[j].code);
    }
}

static void metrics_are_known_by_their_names(void **unused)
{
    (void)unused;
    static const struct {
        const char *metric;
        unsigned measure;
    } rows[] = {
        {"connections_per_s", RATES},
        {"echoes_per_s", RATES},
        {"latency_p50_us", LATENCIES},
        {"latency_p99_us", LATENCIES},
        {"wall_us_per_operation", DURATIONS},
        {"server_cpu_us_per_connection", CPU_TIMES},
        {"cpu_us_per_operation", CPU_TIMES},
        {"user_us_per_operation", CPU_TIMES},
        {"system_us_per_operation", CPU_TIMES},
        {"server_memory_kib", COUNTS},
        {"server_faults_per_connection", COUNTS},
        {"client_load", COUNTS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(measure_of(rows[i].metric), rows[i].measure);
}

static void codes_are_added_once(void **unused)
{
    (void)unused;
    char codes[CODES_BYTES] = "-";
    codes_add(codes, "-");
    assert_string_equal(codes, "-");
    codes_add(codes, "steal");
    codes_add(codes, "unsteady;steal");
    codes_add(codes, "stea");
    assert_string_equal(codes, "steal;unsteady;stea");
}

// ---- cells ----

enum { BLOCKS = 20 };

// A run of one cell: in its first blocks the trials bear these codes.
static void make_run(struct run *run, size_t marked, const char *validity, const char *codes)
{
    static char text[65536];
    int used = sprintf(text, "block\texperiment\tmodel\tx\n");
    for (int block = 1; block <= BLOCKS; block++)
        used += sprintf(text + used, "%d\tchurn\tfork\t-\n", block);
    file_of("plan.tsv", text, (size_t)used);
    used = sprintf(text, "experiment\tname\tfamily\tstatus\nchurn\tfork\tprocess\tok\n");
    file_of("models.tsv", text, (size_t)used);
    used = sprintf(text, "block\texperiment\tmodel\tx\tconnections_per_s\tlatency_p99_us\tstatus\t"
                         "validity\treasons\n");
    for (size_t block = 1; block <= BLOCKS; block++)
        used += sprintf(text + used, "%zu\tchurn\tfork\t-\t%zu\t-\t%s\t%s\t%s\n", block, block,
                        block <= marked && strcmp(validity, "invalid") == 0 ? "refused" : "ok",
                        block <= marked ? validity : "valid", block <= marked ? codes : "-");
    file_of("trials.tsv", text, (size_t)used);
    run_read(run, files_folder);
}

static const struct cell cell = {"churn", "fork", "-"};

static void expect_cell(size_t marked, const char *mark, const char *metric, const char *codes)
{
    struct run run;
    char got[CODES_BYTES];
    make_run(&run, marked, "suspect", mark);
    assert_int_equal(cell_validity(&run, &cell, metric, BLOCKS, got),
                     strcmp(codes, "-") == 0 ? VALID : SUSPECT);
    assert_string_equal(got, codes);
    run_free(&run);
}

static void a_fifth_of_the_trials_does_not_make_a_cell_suspect(void **unused)
{
    (void)unused;
    const size_t fifth = BLOCKS * SUSPECT_PERCENT / 100;
    expect_cell(0, "-", "connections_per_s", "-");
    expect_cell(fifth, "client-bound", "connections_per_s", "-");
    expect_cell(fifth + 1, "client-bound", "connections_per_s", "client-bound");
    expect_cell(BLOCKS, "client-bound;steal", "connections_per_s", "client-bound;steal");
}

static void a_reason_is_told_of_what_it_concerns(void **unused)
{
    (void)unused;
    expect_cell(BLOCKS, "client-bound", "server_cpu_us_per_connection", "-");
    expect_cell(BLOCKS, "client-bound;steal", "server_cpu_us_per_connection", "steal");
    expect_cell(BLOCKS, "send-lag", "connections_per_s", "-");
    expect_cell(BLOCKS, "send-lag", "latency_p50_us", "send-lag");
    expect_cell(BLOCKS, "steal;unsteady", "server_memory_kib", "-");
}

static void few_blocks_are_suspect(void **unused)
{
    (void)unused;
    struct run run;
    char codes[CODES_BYTES];
    make_run(&run, 0, "valid", "-");
    assert_int_equal(cell_validity(&run, &cell, "server_memory_kib", ESTIMATE_MIN_N, codes), VALID);
    assert_int_equal(cell_validity(&run, &cell, "server_memory_kib", ESTIMATE_MIN_N - 1, codes),
                     SUSPECT);
    assert_string_equal(codes, "too-few-samples");
    // A percentile that only some trials have is that of those with many requests.
    assert_int_equal(cell_validity(&run, &cell, "latency_p99_us", 16, codes), VALID);
    assert_int_equal(cell_validity(&run, &cell, "latency_p99_us", 15, codes), SUSPECT);
    assert_int_equal(cell_validity(&run, &cell, "connections_per_s", 15, codes), VALID);
    run_free(&run);
}

static void an_invalid_trial_is_in_no_number(void **unused)
{
    (void)unused;
    struct run run;
    char fault[FAULT_BYTES], codes[CODES_BYTES];
    make_run(&run, 6, "invalid", "errors;steal");
    double *values = values_of(&run, &cell, "connections_per_s", fault);
    for (size_t block = 1; block <= BLOCKS; block++)
        assert_true(block <= 6 ? isnan(values[block - 1]) : values[block - 1] == (double)block);
    assert_string_equal(fault, "errors: refused");
    // Of those that remain none is suspect.
    assert_int_equal(cell_validity(&run, &cell, "connections_per_s", 14, codes), VALID);
    free(values);
    run_free(&run);
}

// A server that leaves something undone has no valid rate, but what it left can be counted.
static void an_invalid_trial_may_be_counted_in(void **unused)
{
    (void)unused;
    struct run run;
    char fault[FAULT_BYTES];
    make_run(&run, BLOCKS, "invalid", "steal;not-reaped");
    double *values = values_of(&run, &cell, "connections_per_s", fault);
    assert_true(isnan(values[0]));
    assert_string_equal(fault, "not-reaped: refused");
    free(values);
    values = values_of(&run, &cell, "block", fault);
    assert_true(values[0] == 1);
    assert_string_equal(fault, "");
    free(values);
    run_free(&run);
}

// One wrong byte is enough for nothing of that model to be used, wherever in the run it was.
static void a_disproof_is_for_the_whole_run(void **unused)
{
    (void)unused;
    struct run run;
    char fault[FAULT_BYTES];
    static const char *const disproofs[] = {"wrong-bytes;errors", "wrong-process"};
    for (size_t i = 0; i < 2; i++) {
        make_run(&run, 1, "invalid", disproofs[i]);
        double *values = values_of(&run, &cell, "connections_per_s", fault);
        for (size_t block = 1; block <= BLOCKS; block++)
            assert_true(isnan(values[block - 1]));
        assert_string_equal(fault, i == 0 ? "wrong-bytes in another trial"
                                          : "wrong-process in another trial");
        free(values);
        values = values_of(&run, &cell, "block", NULL);
        assert_true(isnan(values[BLOCKS - 1]));
        free(values);
        run_free(&run);
    }
}

static void a_suspect_trial_is_in_the_numbers(void **unused)
{
    (void)unused;
    struct run run;
    make_run(&run, 6, "suspect", "steal");
    double *values = values_of(&run, &cell, "connections_per_s", NULL);
    for (size_t block = 1; block <= BLOCKS; block++)
        assert_true(values[block - 1] == (double)block);
    free(values);
    run_free(&run);
}

static void the_reasons_are_written_with_their_counts(void **unused)
{
    (void)unused;
    struct run run;
    char *text, line[64];
    size_t bytes;
    make_run(&run, 3, "suspect", "steal;unsteady");
    FILE *file = open_memstream(&text, &bytes);
    assert_non_null(file);
    reasons_write(&run, file);
    assert_int_equal(fclose(file), 0);
    snprintf(line, sizeof line, "\tstolen_share\t-\t0.05\t3\t");
    assert_non_null(strstr(text, line));
    assert_non_null(strstr(text, "\tclient_load\t-\t0.8\t0\t"));
    assert_non_null(strstr(text, "\tthirds\t0.67\t1.5\t3\t"));
    free(text);
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_without_figures_is_valid),
        cmocka_unit_test(a_figure_beyond_its_threshold_is_a_reason),
        cmocka_unit_test(reasons_are_told_together),
        cmocka_unit_test(another_fault_is_invalid_too),
        cmocka_unit_test(each_reason_has_words_and_a_code_of_its_own),
        cmocka_unit_test(metrics_are_known_by_their_names),
        cmocka_unit_test(codes_are_added_once),
        cmocka_unit_test(a_fifth_of_the_trials_does_not_make_a_cell_suspect),
        cmocka_unit_test(a_reason_is_told_of_what_it_concerns),
        cmocka_unit_test(few_blocks_are_suspect),
        cmocka_unit_test(an_invalid_trial_is_in_no_number),
        cmocka_unit_test(an_invalid_trial_may_be_counted_in),
        cmocka_unit_test(a_disproof_is_for_the_whole_run),
        cmocka_unit_test(a_suspect_trial_is_in_the_numbers),
        cmocka_unit_test(the_reasons_are_written_with_their_counts),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
