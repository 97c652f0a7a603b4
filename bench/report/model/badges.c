#include "bench/report/model/format.h"
#include "bench/report/model/headline.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/question.h"
#include "bench/report/model/section.h"
#include "bench/report/model/selftests.h"

#include "bench/analyse/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *badge(const char *name, json_t *text, bool ok)
{
    return made(json_pack("{ss so sb}", "name", name, "text", text, "ok", ok));
}

static json_t *selftests_badge(const struct facts *f)
{
    size_t passed = selftests_with(f, "passed"), failed = selftests_with(f, "failed");
    struct prose p;
    prose_begin(&p);
    if (selftests_passed(f)) {
        fprintf(p.to, "%zu of %zu passed", passed, passed);
    } else if (failed) {
        fprintf(p.to, "%zu of %zu failed", failed, passed + failed);
    } else {
        fputs("none in this run", p.to);
    }
    return badge("Self-tests", prose_json(&p), selftests_passed(f));
}

// ---- blocks -------------------------------------------------------------------------------------

struct range {
    size_t low, high;
};

static void widen(struct range *r, size_t blocks)
{
    r->low = r->high == 0 || blocks < r->low ? blocks : r->low;
    r->high = blocks > r->high ? blocks : r->high;
}

static void say_range(const struct range *r, FILE *to)
{
    if (r->low == r->high)
        fprintf(to, "%zu", r->low);
    else
        fprintf(to, "%zu to %zu", r->low, r->high);
}

static struct range headline_blocks(const struct facts *f)
{
    const struct experiment *e = headline_experiment(f);
    const struct number **cells;
    struct question q;
    struct range r = {0};
    question_read(&q, f, e);
    size_t count = question_headline(&q, &cells);
    for (size_t i = 0; i < count; i++)
        widen(&r, cells[i]->blocks);
    free(cells);
    question_free(&q);
    return r;
}

static json_t *blocks_badge(const struct facts *f)
{
    struct range headline = headline_blocks(f), all = {0};
    struct prose p;
    for (size_t i = 0; i < f->numbers_count; i++)
        if (strcmp(f->numbers[i].validity, "valid") == 0)
            widen(&all, f->numbers[i].blocks);
    prose_begin(&p);
    say_range(&headline, p.to);
    fputs(" for the headline, ", p.to);
    bool is_enough = headline.low >= ESTIMATE_MIN_N;
    if (is_enough) {
        say_range(&all, p.to);
        fputs(" for a valid number", p.to);
    } else {
        fprintf(p.to, "%d are needed for an interval", ESTIMATE_MIN_N);
    }
    return badge("Blocks", prose_json(&p), is_enough);
}

// ---- validity -----------------------------------------------------------------------------------

static json_t *validity_badge(const struct facts *f)
{
    size_t valid = 0, suspect = 0, all = 0;
    char count[FORMAT_BYTES];
    struct prose p;
    for (size_t i = 0; i < f->numbers_count; i++) {
        const struct number *n = &f->numbers[i];
        if (strncmp(n->note, "skipped: ", strlen("skipped: ")) == 0)
            continue;
        all++;
        valid += strcmp(n->validity, "valid") == 0;
        suspect += strcmp(n->validity, "suspect") == 0;
    }
    double share = all ? 100.0 / (double)all : 0, of_valid = round(share * (double)valid),
           of_suspect = round(share * (double)suspect);
    format_count((double)all, count);
    prose_begin(&p);
    fprintf(p.to,
            "%.0f\u00a0%% of %s numbers valid, %.0f\u00a0%% suspect and marked, %.0f\u00a0%% "
            "invalid and left out",
            of_valid, count, of_suspect, all ? 100 - of_valid - of_suspect : 0);
    return badge("Validity", prose_json(&p), 2 * valid > all);
}

// ---- answers ------------------------------------------------------------------------------------

// A run that only times programs has no answers, and no badge for them.
static void add_answers_badge(json_t *list, const struct facts *f)
{
    size_t checked = 0, wrong = 0;
    char of_wrong[FORMAT_BYTES], of_checked[FORMAT_BYTES];
    struct prose p;
    for (size_t row = 0; row < f->run.trials.rows; row++) {
        double answers = f->run.judged[row].values[METRIC_wrong_answers];
        checked += !isnan(answers);
        wrong += answers > 0;
    }
    if (!checked)
        return;
    format_count((double)wrong, of_wrong);
    format_count((double)checked, of_checked);
    prose_begin(&p);
    fprintf(p.to, "every byte of every answer; %s of %s trials had a wrong one", of_wrong,
            of_checked);
    add(list, badge("Verified", prose_json(&p), wrong == 0));
}

json_t *badges_section(const struct facts *f)
{
    json_t *list = made(json_array());
    add(list, selftests_badge(f));
    add(list, blocks_badge(f));
    add(list, validity_badge(f));
    add_answers_badge(list, f);
    return list;
}
