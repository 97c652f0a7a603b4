#include "bench/analyse/summary.h"

#include "bench/analyse/derive.h"
#include "bench/analyse/estimates.h"
#include "bench/base/memory.h"
#include "bench/base/output.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct summary_row *add(struct summary *s)
{
    s->rows = memory_one_more(s->rows, s->count, sizeof *s->rows);
    struct summary_row *row = memory_for(1, sizeof *row);
    s->rows[s->count++] = row;
    row->value = row->ratio = no_estimate;
    row->p_holm = NAN;
    row->difference = NO_INTERVAL;
    row->need = no_need;
    return row;
}

static void summarize_cell(struct summary_row *row, const struct run *run)
{
    static const struct estimate one = {1, 1, 1, 1, 1, NAN, 0};
    char fault[FAULT_BYTES];
    uint32_t reasons;
    const struct cell base = {row->cell.experiment, row->baseline, row->cell.x};
    row->value = value_of(run, &row->cell, row->metric, fault);
    row->ratio = ratio_of(run, &row->cell, &base, row->metric, RESAMPLES);
    if (strcmp(row->cell.model, row->baseline) == 0)
        row->ratio = row->value.n ? one : no_estimate;
    if (!*fault && row->metric->percent > 0)
        strcpy(fault, "too few requests for such a percentile");
    row->validity = INVALID;
    if (!row->value.n) {
        snprintf(row->note, sizeof row->note,
                 *fault ? "no valid trial: %s" : "no trial has a value", fault);
        return;
    }
    row->validity = cell_validity(run, &row->cell, row->metric, row->value.n, &reasons);
    codes_print(reasons, row->note);
}

static void summarize_model(struct summary *s, const struct run *run, const struct experiment *e,
                            const struct metric *metric, size_t model_row, const char *baseline)
{
    const char *vary = experiment_get(e, "vary");
    const char *status = table_text(&run->models, model_row, run->model_status);
    char values[1024] = "-", *rest = values, *x;
    if (vary)
        snprintf(values, sizeof values, "%s", strchr(vary, ' ') + 1);
    while ((x = strsep(&rest, " "))) {
        struct cell cell = {e->stem, table_text(&run->models, model_row, run->model_name), x};
        bool is_skipped = strcmp(status, "ok") != 0;
        if (!is_skipped && !run_has_planned(run, &cell))
            continue;
        struct summary_row *row = add(s);
        row->cell = cell;
        snprintf(row->x, sizeof row->x, "%s", x);
        row->cell.x = row->x;
        row->metric = metric;
        row->family = table_text(&run->models, model_row, run->model_family);
        snprintf(row->baseline, sizeof row->baseline, "%s", baseline);
        row->validity = INVALID;
        row->is_skipped = is_skipped;
        snprintf(row->note, sizeof row->note, "%s", status);
    }
}

static void summarize_metric(struct summary *s, const struct run *run, const struct experiment *e,
                             const struct metric *metric)
{
    char own[64];
    for (size_t i = 0; i < run->models.rows; i++)
        if (strcmp(table_text(&run->models, i, run->model_experiment), e->stem) == 0) {
            const char *model = table_text(&run->models, i, run->model_name);
            summarize_model(s, run, e, metric, i, baseline_of(e, model, own));
        }
}

// Rows do not depend on each other, so every processor takes the next one that is left.
struct work {
    const struct run *run;
    struct summary_row **rows;
    size_t count;
    atomic_size_t next;
};

static void *take_rows(void *argument)
{
    struct work *work = argument;
    for (size_t i; (i = atomic_fetch_add(&work->next, 1)) < work->count;)
        if (!work->rows[i]->is_skipped)
            summarize_cell(work->rows[i], work->run);
    return NULL;
}

// Fewer threads than processors, if there can be no more, only take longer.
static void summarize_cells(struct summary *s, const struct run *run, size_t first)
{
    enum { MOST_HELPERS = 31 };
    struct work work = {run, s->rows + first, s->count - first, 0};
    pthread_t helpers[MOST_HELPERS];
    long wanted = sysconf(_SC_NPROCESSORS_ONLN) - 1, started = 0;
    while (started < wanted && started < MOST_HELPERS &&
           pthread_create(&helpers[started], NULL, take_rows, &work) == 0)
        started++;
    take_rows(&work);
    while (started-- > 0)
        pthread_join(helpers[started], NULL);
}

// The family of comparisons is an experiment's headline metric: all models, at all x, each against
// its baseline. Other metrics show no p-value.
static void correct(struct summary *s, size_t first, size_t end)
{
    size_t count = end - first;
    double *p = memory_for(count, sizeof *p);
    for (size_t i = 0; i < count; i++)
        p[i] = s->rows[first + i]->ratio.p;
    holm(p, count);
    for (size_t i = 0; i < count; i++)
        s->rows[first + i]->p_holm = p[i];
    free(p);
}

// Nothing is concluded from a number that is not valid, or whose baseline is not.
static bool is_judged(const struct summary *s, const struct summary_row *row)
{
    const struct cell base = {row->cell.experiment, row->baseline, row->cell.x};
    if (row->validity != VALID || strcmp(row->cell.model, row->baseline) == 0)
        return false;
    if (!row->metric) // its terms are judged with it
        return true;
    const struct summary_row *base_row = summary_find(s, &base, row->metric->name);
    return base_row && base_row->validity == VALID;
}

// The verdicts on the ratios of an experiment.
static void judge_ratios(struct summary *s, const struct run *run, size_t first)
{
    size_t undecided = 0; // in the family of comparisons
    for (size_t i = first; i < s->count; i++)
        undecided += s->rows[i]->p_holm >= 0.05;
    for (size_t i = first; i < s->count; i++) {
        struct summary_row *row = s->rows[i];
        const struct cell base = {row->cell.experiment, row->baseline, row->cell.x};
        if (!is_judged(s, row))
            continue;
        row->difference = difference_judge(&row->ratio, row->p_holm);
        if (row->difference == UNDECIDED_DIFFERENCE)
            row->need = need_of(run, &row->cell, row->metric ? &base : NULL, &row->ratio, 1,
                                isnan(row->p_holm) ? 1 : undecided);
    }
}

static void summarize_derived(struct summary *s, const struct run *run, const struct experiment *e)
{
    const char *vary = experiment_get(e, "vary");
    for (size_t i = 0; i < e->lines; i++) {
        char values[1024] = "-", *rest = values, *x;
        struct derived d = {0};
        if (strcmp(e->keys[i], "derive") != 0)
            continue;
        if (vary)
            snprintf(values, sizeof values, "%s", strchr(vary, ' ') + 1);
        while (!d.for_all_x && (x = strsep(&rest, " "))) {
            derive(run, e, e->values[i], x, &d);
            struct summary_row *row = add(s);
            snprintf(row->name, sizeof row->name, "%s", d.name);
            snprintf(row->x, sizeof row->x, "%s", d.for_all_x ? "-" : x);
            row->cell = (struct cell){e->stem, row->name, row->x};
            row->family = "derived";
            snprintf(row->baseline, sizeof row->baseline, "%s", d.baseline);
            row->value = d.value;
            row->ratio = d.ratio;
            row->validity = !d.value.n ? INVALID : d.reasons ? SUSPECT : VALID;
            if (strcmp(d.note, "-") == 0)
                codes_print(d.reasons, row->note);
            else
                snprintf(row->note, sizeof row->note, "%s", d.note);
        }
    }
}

void summarize(struct summary *s, const struct run *run, const struct experiment *experiments,
               size_t count)
{
    *s = (struct summary){0};
    for (size_t i = 0; i < count; i++) {
        const struct experiment *e = &experiments[i];
        const char *also = experiment_get(e, "also");
        char names[1024], *rest = names, *name;
        size_t first = s->count;
        summarize_metric(s, run, e, experiment_headline_metric(e));
        size_t end = s->count;
        snprintf(names, sizeof names, "%s", also ? also : "");
        while ((name = strsep(&rest, " ")))
            if (*name)
                summarize_metric(s, run, e, experiment_metric(e, name));
        summarize_cells(s, run, first);
        correct(s, first, end);
        summarize_derived(s, run, e);
        judge_ratios(s, run, first);
    }
}

void summary_free(struct summary *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->rows[i]);
    free(s->rows);
}

const char *summary_metric(const struct summary_row *row)
{
    return row->metric ? row->metric->name : "derived";
}

const struct summary_row *summary_find(const struct summary *s, const struct cell *c,
                                       const char *metric)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct summary_row *row = s->rows[i];
        if (strcmp(row->cell.experiment, c->experiment) == 0 &&
            strcmp(row->cell.model, c->model) == 0 && strcmp(row->cell.x, c->x) == 0 &&
            strcmp(summary_metric(row), metric) == 0)
            return row;
    }
    return NULL;
}

static void write_estimate(FILE *file, const struct summary_row *row, const struct estimate *e)
{
    const double values[] = {e->value, e->low, e->high};
    for (size_t i = 0; i < 3; i++)
        if (row->metric && isinf(values[i])) // for derived quantities the note says so
            fputs("\tnever", file);
        else
            output_number(file, values[i]);
}

void summary_write(const struct summary *s, FILE *file)
{
    fputs("experiment\tmetric\tmodel\tfamily\tx\tn\tmedian\tlow\thigh\tratio\tratio_low\tratio_"
          "high\tbaseline\tnote\tvalidity\tp_holm\tverdict\tratio_low_90\tratio_high_90\tblocks_"
          "needed\tminutes\n",
          file);
    for (size_t i = 0; i < s->count; i++) {
        const struct summary_row *row = s->rows[i];
        fprintf(file, "%s\t%s\t%s\t%s\t%s\t%zu", row->cell.experiment, summary_metric(row),
                row->cell.model, row->family, row->cell.x, row->value.n);
        write_estimate(file, row, &row->value);
        write_estimate(file, row, &row->ratio);
        fprintf(file, "\t%s\t%s\t%s", row->baseline, row->note, validity_names[row->validity]);
        output_number(file, row->p_holm);
        fprintf(file, "\t%s", difference_words[row->difference]);
        output_number(file, row->ratio.low_90);
        output_number(file, row->ratio.high_90);
        need_write(file, &row->need);
        fputc('\n', file);
    }
}

void summary_write_metrics(const struct summary *s, FILE *file)
{
    bool is_shown[METRIC_COUNT] = {false};
    for (size_t i = 0; i < s->count; i++)
        if (s->rows[i]->metric)
            is_shown[s->rows[i]->metric - metrics] = true;
    metrics_write(is_shown, file);
}
