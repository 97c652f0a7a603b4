#include "bench/analyse/selftest_verdicts.h"

#include "bench/analyse/selftest.h"
#include "bench/base/names.h"
#include "bench/base/table.h"

#include <err.h>
#include <math.h>
#include <string.h>

// What is in doubt if a finding is out of bounds.
struct rule {
    const char *name;
    struct bounds bounds;
    const char *concerns;
};

static void judge_finding(const struct finding *f, FILE *file)
{
    finding_write(file, f);
    if (strcmp(finding_verdict(f), "failed") == 0)
        warnx("%s failed: %g %s", f->name, f->value, f->unit);
}

// ---- what was found before the trials -----------------------------------------------------------

static size_t row_of(const struct table *t, const char *name)
{
    size_t row = 0, column = table_column(t, "name");
    while (row < t->rows && strcmp(table_text(t, row, column), name) != 0)
        row++;
    return row;
}

static double parameter(const struct table *t, const char *name)
{
    size_t row = row_of(t, name);
    if (row == t->rows)
        errx(1, "%s: it has no %s", t->path, name);
    return table_number(t, row, table_column(t, "value"));
}

// A missing answer gets the bounds of the intended stop.
static struct stall stall_of(const struct table *t)
{
    double meant_s = parameter(t, "known_answer_stop"),
           shortest_s = parameter(t, "known_answer_stop_shortest"),
           longest_s = parameter(t, "known_answer_stop_longest");
    return (struct stall){parameter(t, "known_answer_rate"), parameter(t, "known_answer_window"),
                          isnan(shortest_s) ? meant_s : shortest_s,
                          isnan(longest_s) ? meant_s : longest_s};
}

static struct bounds scaled(double factor, struct bounds b)
{
    return (struct bounds){factor * b.low, factor * b.high};
}

// A missing finding was not made in this run.
static void judge_row(const struct table *t, const struct rule *rule, FILE *file)
{
    size_t row = row_of(t, rule->name);
    if (row < t->rows)
        judge_finding(&(struct finding){rule->name, table_number(t, row, table_column(t, "value")),
                                        table_text(t, row, table_column(t, "unit")),
                                        rule->bounds.low, rule->bounds.high,
                                        table_text(t, row, table_column(t, "what")),
                                        rule->concerns},
                      file);
}

static void judge_table(const char *run, FILE *file)
{
    static const struct bounds any = {NAN, NAN};
    // If half of the sleeps are more than 100 us late, that is more than an echo takes. If one in a
    // hundred is more than 1 ms late, the timer is not the cause: another task has the core.
    static const struct bounds late_us = {NAN, 100}, latest_hundredth_us = {NAN, 1000};
    // One percent of lost time lowers every rate by one percent: 5 % is the target width of a
    // headline interval. A gap of 10 ms is several time slices of another task: it would be the
    // largest latency of many trials.
    static const struct bounds gap_us = {NAN, 10000}, lost_percent = {NAN, 5};
    // The driver reads the clock about twice per echo, which costs it about 10 us: with 200 ns
    // each, that is 4 %. In user space a read takes 20 to 60 ns; with a call into the kernel or the
    // hypervisor it takes several times that.
    static const struct bounds clock_ns = {NAN, 200};
    // One percent of a trial's window of 0.15 s.
    static const struct bounds step_us = {NAN, 1500};
    static char path[4096];
    struct table t;
    snprintf(path, sizeof path, "%s/selftest.tsv", run);
    table_read(&t, path);
    struct stall s = stall_of(&t);
    const struct rule rules[] = {
        {"known_answer_delayed", scaled(100, stall_share(&s, parameter(&t, "known_answer_limit"))),
         "latency"},
        {"known_answer_p99", scaled(1e3, stall_quantile(&s, 0.01)), "latency"},
        {"known_answer_max", scaled(1e3, stall_maximum(&s)), "latency"},
        {"known_answer_p99_from_sending", any, "-"},
        {"null_echo_client_ceiling", any, "rates"},
        {"null_echo_client_load", any, "rates"},
        {"timer_overshoot_p50", late_us, "latency"},
        {"timer_overshoot_p99", latest_hundredth_us, "latency"},
        {"timer_overshoot_max", any, "latency"},
        {"spin_longest_gap_server_core", gap_us, "latency"},
        {"spin_lost_server_core", lost_percent, "rates latency"},
        {"spin_longest_gap_client_core", gap_us, "latency"},
        {"spin_lost_client_core", lost_percent, "rates latency"},
        {"clock_read", clock_ns, "latency rates"},
        {"cpu_time_step", step_us, "all"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        judge_row(&t, &rules[i], file);
    table_free(&t);
}

// ---- the same server under two names ------------------------------------------------------------

static void judge_pair(const char *baseline, const struct estimate *ratio, FILE *file)
{
    char name[128];
    struct bounds b = same_server(ratio->value, ratio->low, ratio->high);
    const char *what = "the same server under two names: ratio of their CPU times";
    if (ratio->n > 0 && ratio->n < ESTIMATE_MIN_N)
        what = "the same server under two names: ratio of their CPU times; too few blocks to judge";
    else if (ratio->n == 0)
        b = same_server(1, 1, 1); // without a valid trial nothing is proved
    snprintf(name, sizeof name, "same_server_%s", baseline);
    judge_finding(&(struct finding){name, ratio->value, "-", b.low, b.high, what, "all"}, file);
}

static void judge_the_same(const struct evidence *e, FILE *file)
{
    const char *metric = NULL, *variants = NULL;
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->experiments[i].stem, "self_same") == 0) {
            metric = experiment_need(&e->experiments[i], "metric");
            variants = experiment_need(&e->experiments[i], "headline");
        }
    for (size_t i = 0; i < e->summary->count && metric; i++) {
        const struct summary_row *row = e->summary->rows[i];
        if (strcmp(row->cell.experiment, "self_same") == 0 &&
            strcmp(summary_metric(row), metric) == 0 && is_listed(row->cell.model, variants) &&
            strncmp(row->note, "skipped: ", 9) != 0)
            judge_pair(row->baseline, &row->ratio, file);
    }
}

void selftest_judge(const char *run, const struct evidence *e, FILE *file)
{
    fputs(FINDING_COLUMNS "\n", file);
    judge_table(run, file);
    judge_the_same(e, file);
}
