#include "bench/report/plot/names.h"

#include "bench/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_PIXELS 14.5 // height of a name beside a line

static int by_height(const void *left, const void *right)
{
    const struct name *a = left, *b = right;
    return (a->at > b->at) - (a->at < b->at);
}

// Names keep a distance: each is at the mean of where pushing up from below and pushing down from
// above would put it, and none leaves the panel.
void names_spread(const struct picture *p, struct name *names, size_t count)
{
    qsort(names, count, sizeof *names, by_height);
    for (size_t i = 0; i < count; i++)
        names[i].up = i > 0 ? fmax(names[i].at, names[i - 1].up + NAME_PIXELS) : names[i].at;
    for (size_t i = count; i-- > 0;)
        names[i].down =
            i + 1 < count ? fmin(names[i].at, names[i + 1].down - NAME_PIXELS) : names[i].at;
    for (size_t i = 0; i < count; i++)
        names[i].at = (names[i].up + names[i].down) / 2;
    for (size_t i = count; i-- > 0;)
        names[i].at = fmin(names[i].at, i + 1 < count ? names[i + 1].at - NAME_PIXELS : p->pixels);
    for (size_t i = 0; i < count; i++)
        names[i].at = fmax(names[i].at, i > 0 ? names[i - 1].at + NAME_PIXELS : 0);
}

// Those that end at the same place, in no particular order: each is pushed above the others there.
static void push_up(struct name *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (names[i].x == names[k].x)
                names[i].at = fmax(names[i].at, names[k].at + NAME_PIXELS);
}

// real() of gnuplot refuses "1e+06", so without %g.
void names_print(const struct picture *p, const char *key, const struct name *names, size_t count)
{
    fprintf(p->words, "%s = '", key);
    for (const struct name *n = names; n < names + count; n++) {
        const json_t *row = n->row->json;
        fprintf(p->words, "%s\"%s\" %.4f %.9f %.9f %s %lld %d", n > names ? " " : "", n->text,
                n->at / p->pixels, n->x, n->y, text_of(row, "hue"),
                json_integer_value(json_object_get(row, "line")), form_of(row));
    }
    fputs("'\n", p->words);
}

double height_of(const struct picture *p, double y, double bottom, double top, bool is_log)
{
    return p->pixels *
           (is_log ? log(y / bottom) / log(top / bottom) : (y - bottom) / (top - bottom));
}

// The last point of each line; `lasts` has place for every row. Returns how many.
static size_t last_points(const struct picture *p, const json_t *panel, struct name *lasts)
{
    size_t count = 0;
    for (const struct row *r = p->rows; r < p->rows + p->count; r++) {
        if (!is_in(r, panel) || isnan(r->value))
            continue;
        if (count == 0 || strcmp(lasts[count - 1].row->model, r->model) != 0)
            count++;
        lasts[count - 1] = (struct name){.row = r, .x = strtod(r->x, NULL), .y = r->value};
    }
    return count;
}

void names_print_lines(const struct picture *p, size_t i, double bottom, double top, bool is_log)
{
    struct name *lasts = memory_for(p->count, sizeof *lasts);
    size_t count = last_points(p, json_array_get(p->panels, i), lasts), whole = 0;
    double most = 0;
    for (size_t k = 0; k < count; k++) {
        most = fmax(most, lasts[k].x);
        lasts[k].at = height_of(p, lasts[k].y, bottom, top, is_log);
    }
    qsort(lasts, count, sizeof *lasts, by_height);
    struct name *early = memory_for(count, sizeof *early);
    for (size_t k = 0; k < count; k++) {
        struct name *n = lasts + k;
        bool is_whole = n->x == most;
        snprintf(n->text, sizeof n->text, is_whole ? "%s  %s" : "%s", n->row->model,
                 text_of(n->row->json, "label"));
        if (is_whole)
            lasts[whole++] = *n;
        else
            early[k - whole] = *n;
    }
    names_spread(p, lasts, whole);
    push_up(early, count - whole);
    char key[32];
    snprintf(key, sizeof key, "ends_%zu", i + 1);
    names_print(p, key, lasts, whole);
    snprintf(key, sizeof key, "stops_%zu", i + 1);
    names_print(p, key, early, count - whole);
    free(early);
    free(lasts);
}
