// Which trials can be used and for what: each reason by the figure it looks at, what a share of
// doubtful trials does to a cell, and that nothing of an invalid one gets into a number.
#include "bench/analyse/validity.h"
#include "bench/analyse/statistics.h"
#include "bench/measure/trial/trials.h"
#include "tests/core/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void expect_trial(const struct measurement *m, int validity, const char *codes)
{
    uint32_t set;
    char got[CODES_BYTES];
    assert_int_equal(trial_validity(m->values, m->status, &set), validity);
    codes_print(set, got);
    assert_string_equal(got, codes);
}

static void a_trial_without_values_is_valid(void **unused)
{
    (void)unused;
    struct measurement m;
    measurement_reset(&m);
    expect_trial(&m, VALID, "-");
}

// Every reason that looks at a figure: at its threshold there is none, beyond it there is.
static void a_figure_beyond_its_threshold_is_a_reason(void **unused)
{
    (void)unused;
    size_t tried = 0;
    for (const struct reason *r = reasons; r < reasons + reason_count; r++) {
        for (int side = 0; r->looks_at != METRIC_COUNT && side < 2; side++) {
            double bound = side ? r->high : r->low;
            struct measurement m;
            if (isnan(bound))
                continue;
            measurement_reset(&m);
            m.values[r->looks_at] = bound;
            expect_trial(&m, VALID, "-");
            m.values[r->looks_at] = nextafter(bound, side ? INFINITY : -INFINITY);
            expect_trial(&m, r->validity, r->code);
            tried++;
        }
    }
    assert_true(tried >= 10);
}

static void reasons_are_told_together(void **unused)
{
    (void)unused;
    struct measurement m;
    measurement_reset(&m);
    m.values[METRIC_client_load] = 0.99;
    m.values[METRIC_stolen_share] = 0.5;
    expect_trial(&m, SUSPECT, "client-bound;steal");
    m.values[METRIC_errors] = 1;
    measurement_fault(&m, "1 failure");
    expect_trial(&m, INVALID, "errors;client-bound;steal");
}

static void another_fault_is_invalid_too(void **unused)
{
    (void)unused;
    struct measurement m;
    measurement_reset(&m);
    m.values[METRIC_client_load] = 0.99;
    measurement_fault(&m, "server did not stop");
    expect_trial(&m, INVALID, "fault;client-bound");
    // A reason that leaves the counts as they are does not stand for one that does not.
    m.values[METRIC_server_zombies] = 100;
    expect_trial(&m, INVALID, "fault;client-bound;not-reaped");
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

// What was a guess from the spelling: a time until something happens is no percentile of latency,
// and a share of requests in time depends on the pace as a rate does.
static void metrics_have_their_classes(void **unused)
{
    (void)unused;
    static const struct {
        const char *metric;
        unsigned metric_class;
    } rows[] = {
        {"connections_per_s", RATES},         {"latency_p99_us", LATENCIES},
        {"others_latency_max_us", LATENCIES}, {"wall_us_per_operation", DURATIONS},
        {"service_back_us", DURATIONS},       {"server_cpu_us_per_connection", CPU_TIMES},
        {"user_us_per_operation", CPU_TIMES}, {"in_time_percent", SHARES},
        {"server_memory_kib", COUNTS},        {"client_load", COUNTS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct metric *metric = metric_named(rows[i].metric);
        assert_non_null(metric);
        assert_int_equal(metric->metric_class, rows[i].metric_class);
    }
    assert_null(metric_named("latency_p98_us"));
    for (const struct metric *m = metrics; m < metrics + METRIC_COUNT; m++) {
        assert_true(m->metric_class <= MEDIANS && (m->metric_class & (m->metric_class - 1)) == 0);
        assert_true(*m->label && strlen(m->sentence) > 10);
        assert_int_equal(m->percent == 50, m->metric_class == MEDIANS);
        assert_true(m->percent == 0 || m->metric_class & (LATENCIES | MEDIANS));
        for (const struct metric *other = metrics; other < m; other++)
            assert_string_not_equal(m->name, other->name);
    }
}

// ---- cells ----

enum { BLOCKS = 20 };

// Makes a trial have these reasons, by a figure beyond the bound of each.
static void mark(struct measurement *m, const char *codes)
{
    char words[CODES_BYTES], *rest = words, *code;
    snprintf(words, sizeof words, "%s", codes);
    while ((code = strsep(&rest, ";")))
        for (const struct reason *r = reasons; r < reasons + reason_count; r++)
            if (strcmp(r->code, code) == 0)
                m->values[r->looks_at] = isnan(r->high) ? r->low - 1 : r->high + 1;
}

// A run of one cell: in its first blocks the trials have these reasons. Its rate is the number of
// the block.
static void make_run(struct run *run, size_t marked, const char *status, const char *codes)
{
    static char text[65536];
    char number[16];
    int used = sprintf(text, "block\texperiment\tmodel\tx\n");
    for (int block = 1; block <= BLOCKS; block++)
        used += sprintf(text + used, "%d\tchurn\tfork\t-\n", block);
    file_of("plan.tsv", text, (size_t)used);
    used = sprintf(text, "experiment\tname\tfamily\tstatus\nchurn\tfork\tprocess\tok\n");
    file_of("models.tsv", text, (size_t)used);
    file_of("trials.tsv", "", 0);
    struct record trials = trials_open(files_folder);
    for (size_t block = 1; block <= BLOCKS; block++) {
        struct trial_name name = {number, number, "churn", "fork", "-"};
        struct measurement m;
        measurement_reset(&m);
        snprintf(number, sizeof number, "%zu", block);
        m.values[METRIC_connections_per_s] = (double)block;
        m.values[METRIC_server_descriptors] = (double)block;
        if (block <= marked) {
            mark(&m, codes);
            if (strcmp(status, "ok") != 0)
                measurement_fault(&m, "%s", status);
        }
        trials_append(&trials, &name, 0, 0.1, &m);
    }
    close(trials.fd);
    run_read(run, files_folder);
}

static const struct cell cell = {"churn", "fork", "-"};

// It lacks the columns that came later: they have no value, and the others are read as they are.
static void a_run_of_an_older_version_is_read(void **unused)
{
    (void)unused;
    struct run run;
    make_run(&run, 0, "ok", "-");
    run_free(&run);
    remove(file_of("trials.tsv", "", 0));
    struct record trials = record_open(files_folder, "trials.tsv");
    record_begin(&trials, "trial\tblock\texperiment\tmodel\tx\tconnections_per_s\tstatus");
    record_append(&trials, "1\t1\tchurn\tfork\t-\t7.5\tok");
    close(trials.fd);
    run_read(&run, files_folder);
    assert_true(run.judged[0].values[METRIC_connections_per_s] == 7.5);
    assert_true(isnan(run.judged[0].values[METRIC_server_descriptors]));
    assert_string_equal(run.judged[0].status, "ok");
    run_free(&run);
}

static void expect_cell(size_t marked, const char *marks, const char *metric, const char *codes)
{
    struct run run;
    uint32_t set;
    char got[CODES_BYTES];
    make_run(&run, marked, "ok", marks);
    assert_int_equal(cell_validity(&run, &cell, metric_named(metric), BLOCKS, &set),
                     strcmp(codes, "-") == 0 ? VALID : SUSPECT);
    codes_print(set, got);
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
    expect_cell(BLOCKS, "send-lag", "latency_p99_us", "send-lag");
    expect_cell(BLOCKS, "send-lag", "latency_p50_us", "-");
    expect_cell(BLOCKS, "median-lag", "latency_p50_us", "median-lag");
    expect_cell(BLOCKS, "start-skew", "echoes_per_s", "start-skew");
    expect_cell(BLOCKS, "start-skew", "server_cpu_us_per_echo", "-");
    expect_cell(BLOCKS, "steal;unsteady", "server_memory_kib", "-");
    expect_cell(BLOCKS, "client-bound;unsteady;stalls", "in_time_percent",
                "client-bound;unsteady;stalls");
    expect_cell(BLOCKS, "client-bound;steal", "service_back_us", "steal");
}

static void few_blocks_are_suspect(void **unused)
{
    (void)unused;
    static const struct {
        const char *metric;
        size_t n;
        int validity;
    } rows[] = {
        {"server_memory_kib", ESTIMATE_MIN_N, VALID},
        {"server_memory_kib", ESTIMATE_MIN_N - 1, SUSPECT},
        // A percentile that only some trials have is that of those with many requests.
        {"latency_p99_us", 16, VALID},
        {"latency_p99_us", 15, SUSPECT},
        {"connections_per_s", 15, VALID},
        {"others_latency_max_us", 15, VALID}, // no percentile
    };
    struct run run;
    uint32_t set;
    make_run(&run, 0, "ok", "-");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct metric *metric = metric_named(rows[i].metric);
        assert_int_equal(cell_validity(&run, &cell, metric, rows[i].n, &set), rows[i].validity);
        assert_int_equal(set, rows[i].validity == VALID ? 0 : too_few_samples());
    }
    run_free(&run);
}

static const struct metric *const rate = &metrics[METRIC_connections_per_s],
                                  *const a_count = &metrics[METRIC_server_descriptors];

static void an_invalid_trial_is_in_no_number(void **unused)
{
    (void)unused;
    struct run run;
    uint32_t set;
    char fault[FAULT_BYTES];
    make_run(&run, 6, "refused", "errors;steal");
    double *values = values_of(&run, &cell, rate, fault);
    for (size_t block = 1; block <= BLOCKS; block++)
        assert_true(block <= 6 ? isnan(values[block - 1]) : values[block - 1] == (double)block);
    assert_string_equal(fault, "errors: refused");
    // Of those that remain none is suspect.
    assert_int_equal(cell_validity(&run, &cell, rate, 14, &set), VALID);
    free(values);
    run_free(&run);
}

// A server that leaves something undone has no valid rate, but what it left can be counted.
static void an_invalid_trial_may_be_counted_in(void **unused)
{
    (void)unused;
    struct run run;
    char fault[FAULT_BYTES];
    make_run(&run, BLOCKS, "ok", "steal;not-reaped");
    double *values = values_of(&run, &cell, rate, fault);
    assert_true(isnan(values[0]));
    assert_string_equal(fault, "not-reaped");
    free(values);
    values = values_of(&run, &cell, a_count, fault);
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
        make_run(&run, 1, "ok", disproofs[i]);
        double *values = values_of(&run, &cell, rate, fault);
        for (size_t block = 1; block <= BLOCKS; block++)
            assert_true(isnan(values[block - 1]));
        assert_string_equal(fault, i == 0 ? "wrong-bytes in another trial"
                                          : "wrong-process in another trial");
        free(values);
        values = values_of(&run, &cell, a_count, NULL);
        assert_true(isnan(values[BLOCKS - 1]));
        free(values);
        run_free(&run);
    }
}

static void a_suspect_trial_is_in_the_numbers(void **unused)
{
    (void)unused;
    struct run run;
    make_run(&run, 6, "ok", "steal");
    double *values = values_of(&run, &cell, rate, NULL);
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
    make_run(&run, 3, "ok", "steal;unsteady");
    FILE *file = open_memstream(&text, &bytes);
    assert_non_null(file);
    reasons_write(&run, file);
    assert_int_equal(fclose(file), 0);
    snprintf(line, sizeof line, "\tstolen_share\t-\t0.05\t3\t");
    assert_non_null(strstr(text, line));
    assert_non_null(strstr(text, "\tclient_load\t-\t0.8\t0\t"));
    assert_non_null(strstr(text, "\tthirds\t0.67\t1.5\t3\t"));
    assert_non_null(strstr(text, "client-bound\tsuspect\trates, latencies, shares, medians\t"));
    free(text);
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_without_values_is_valid),
        cmocka_unit_test(a_figure_beyond_its_threshold_is_a_reason),
        cmocka_unit_test(reasons_are_told_together),
        cmocka_unit_test(another_fault_is_invalid_too),
        cmocka_unit_test(each_reason_has_words_and_a_code_of_its_own),
        cmocka_unit_test(metrics_have_their_classes),
        cmocka_unit_test(a_run_of_an_older_version_is_read),
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
