#include "bench/report/model/question.h"

#include "bench/base/memory.h"
#include "bench/base/names.h"
#include "bench/base/number.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- the cells, in the order of a table ---------------------------------------------------------

struct placed {
    const struct number *number;
    double cost;   // of its model: at the largest x that has a value; NAN: none has
    bool is_apart; // spinning mechanisms are not ranked with the others
    size_t x;
};

const struct number *question_number(const struct question *q, const char *model, const char *x)
{
    return facts_number(q->f, q->e->stem, q->metric->name, model, x);
}

static double cost_of(const struct question *q, const char *model)
{
    for (size_t x = q->xs_count; x-- > 0;) {
        const struct number *n = question_number(q, model, q->xs[x]);
        if (n && !isnan(n->value))
            return q->metric->better == MORE ? -n->value : n->value;
    }
    return NAN;
}

static size_t place_of(const struct question *q, const char *x)
{
    size_t place = 0;
    while (place < q->xs_count && strcmp(q->xs[place], x) != 0)
        place++;
    return place;
}

static int compare_costs(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static int compare_placed(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    int order = a->is_apart - b->is_apart;
    if (!order)
        order = compare_costs(a->cost, b->cost);
    if (!order)
        order = strcmp(a->number->model, b->number->model);
    return order ? order : (a->x > b->x) - (a->x < b->x);
}

static void read_cells(struct question *q)
{
    const struct facts *f = q->f;
    struct placed *cells = memory_for(f->numbers_count, sizeof *cells);
    for (const struct number *n = f->numbers; n < f->numbers + f->numbers_count; n++)
        if (strcmp(n->experiment, q->e->stem) == 0 && strcmp(n->metric, q->metric->name) == 0)
            cells[q->count++] = (struct placed){
                n, cost_of(q, n->model), strcmp(n->family, "spinning") == 0, place_of(q, n->x)};
    qsort(cells, q->count, sizeof *cells, compare_placed);
    q->cells = memory_for(q->count, sizeof *q->cells);
    for (size_t i = 0; i < q->count; i++)
        q->cells[i] = cells[i].number;
    free(cells);
}

void question_read(struct question *q, const struct facts *f, const struct experiment *e)
{
    *q = (struct question){.f = f, .e = e, .metric = experiment_headline_metric(e)};
    q->xs_count = facts_xs(f, e, &q->xs);
    read_cells(q);
}

void question_free(struct question *q)
{
    free(q->xs);
    free(q->cells);
}

// ---- headline cells -----------------------------------------------------------------------------

size_t question_headline(const struct question *q, const struct number ***cells)
{
    const char *at = experiment_get(q->e, "headline_at"),
               *headline = experiment_get(q->e, "headline");
    char names[1024], *rest = names, *model;
    size_t count = 0;
    *cells = NULL;
    snprintf(names, sizeof names, "%s", headline ? headline : "");
    while ((model = strsep(&rest, " ")))
        for (size_t x = 0; x < q->xs_count; x++) {
            const struct number *n = question_number(q, model, q->xs[x]);
            if (!n || is_baseline(n) || (at && !is_listed(q->xs[x], at)))
                continue;
            *cells = memory_one_more(*cells, count, sizeof **cells);
            (*cells)[count++] = n;
        }
    return count;
}

bool is_baseline(const struct number *n)
{
    return strcmp(n->model, n->baseline) == 0;
}

const struct number *baseline_number(const struct facts *f, const struct number *n)
{
    return facts_number(f, n->experiment, n->metric, n->baseline, n->x);
}

bool ratio_is_sound(const struct facts *f, const struct number *n)
{
    return number_is_sound(n) && !isnan(n->ratio_low) && number_is_sound(baseline_number(f, n));
}

// ---- names --------------------------------------------------------------------------------------

const char *question_words(const struct question *q, const char *key)
{
    const char *words = experiment_get(q->e, key);
    return words ? words : q->e->stem;
}

bool question_varies(const struct question *q)
{
    return q->xs_count && strcmp(q->xs[0], "-") != 0;
}

bool question_varies_words(const struct question *q)
{
    return question_varies(q) && islower((unsigned char)q->xs[0][0]) && !strchr(q->xs[0], ':');
}

static void underscores_to_blanks(char *text)
{
    for (char *blank = text; (blank = strchr(blank, '_'));)
        *blank = ' ';
}

void question_plain(const char *name, char *text, size_t bytes)
{
    snprintf(text, bytes, "%s", name);
    underscores_to_blanks(text);
}

void question_x(const char *x, char text[FORMAT_BYTES])
{
    double number;
    if (is_real(x, 1000, 1e15, &number) && number == floor(number))
        format_count(number, text);
    else
        snprintf(text, FORMAT_BYTES, "%s", x);
}

static void vary_name(const struct question *q, char *text, size_t bytes)
{
    const char *vary = experiment_get(q->e, "vary");
    snprintf(text, bytes, "%.*s", vary ? (int)strcspn(vary, " ") : 0, vary ? vary : "");
    underscores_to_blanks(text);
}

void question_axis(const struct question *q, char text[SPOT_BYTES])
{
    const char *axis = experiment_get(q->e, "axis");
    if (axis)
        snprintf(text, SPOT_BYTES, "%s", axis);
    else
        vary_name(q, text, SPOT_BYTES);
}

// "connections", " idle connections"; no unit ("ms"), and nothing longer.
static void make_singular(char *noun)
{
    size_t length = strlen(noun), words = 0, last = 0;
    for (size_t i = 0; i < length; i++)
        if (i == 0 || noun[i] == ' ') {
            last = i;
            words++;
        }
    if (words <= 2 && length - last > 4 && noun[length - 1] == 's')
        noun[length - 1] = '\0';
}

void question_spots(const struct question *q, const char *values, char text[SPOT_BYTES])
{
    const char *spot = experiment_get(q->e, "spot"), *gap = spot ? strchr(spot, '%') : NULL;
    char noun[SPOT_BYTES / 2]; // with room for what is before it
    if (gap)
        snprintf(noun, sizeof noun, "%s", gap + 1);
    else
        vary_name(q, noun, sizeof noun);
    if (strcmp(values, "1") == 0)
        make_singular(noun);
    if (gap)
        snprintf(text, SPOT_BYTES, "%.*s%s%s", (int)(gap - spot), spot, values, noun);
    else
        snprintf(text, SPOT_BYTES, "%s %s %s", question_varies_words(q) ? "with" : "at", values,
                 noun);
}

void question_spot(const struct question *q, const char *x, char text[SPOT_BYTES])
{
    char value[FORMAT_BYTES];
    *text = '\0';
    if (strcmp(x, "-") == 0)
        return;
    question_x(x, value);
    question_spots(q, value, text);
}
