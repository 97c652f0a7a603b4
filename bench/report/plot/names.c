#include "bench/report/plot/names.h"

#include "bench/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_PIXELS 14.5 // height of a name beside a line
#define NAME_SHARE 0.014 // width of each of its letters, as a share of the axis

enum { SAMPLES = 8, TRIES = 10 }; // of a name that ends early: places on it, and places for it

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

// Where an x is, as a share of the axis.
static double share_of(const struct picture *p, double x)
{
    const json_t *xs = json_object_get(p->figure, "xs");
    double least = strtod(json_string_value(json_array_get(xs, 0)), NULL),
           most = strtod(json_string_value(json_array_get(xs, json_array_size(xs) - 1)), NULL);
    return json_is_true(json_object_get(p->figure, "linear_x"))
               ? (x - least) / (most - least)
               : log(x / least) / log(most / least);
}

// How often other lines pass through a name beside the end of its line, at this height, or through
// the line that leads to it, which is worse.
static unsigned passes(const struct picture *p, const struct curves *c, const struct name *n,
                       double at)
{
    double from = share_of(p, n->x), wide = NAME_SHARE * (double)strlen(n->text);
    unsigned count = 0;
    if (from == 0)
        return 0; // it is to the left
    for (const struct row *b = p->rows + 1; b < p->rows + p->count; b++) {
        const struct row *a = b - 1;
        if (strcmp(a->model, b->model) != 0 || strcmp(a->model, n->row->model) == 0 ||
            !is_in(a, c->panel) || !is_in(b, c->panel))
            continue;
        double left = share_of(p, strtod(a->x, NULL)), right = share_of(p, strtod(b->x, NULL)),
               low = height_of(p, a->value, c), high = height_of(p, b->value, c);
        for (int k = 0; k <= SAMPLES; k++) {
            double x = from + wide * k / SAMPLES;
            double y = low + (high - low) * (x - left) / (right - left);
            bool is_near = fabs(y - at) < NAME_PIXELS / 2,
                 is_between = k == 0 && (y - at) * (y - n->at) <= 0; // the name's line crosses it
            count += x >= left && x <= right ? is_near + 3 * is_between : 0;
        }
    }
    return count;
}

// Places the names of lines that end early, to the right of their ends: where the fewest lines and
// no other names are, but not far above or below.
static void place_early(const struct picture *p, const struct curves *c, struct name *names,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double end = names[i].at, best = end, least = INFINITY;
        for (int k = -TRIES; k <= TRIES; k++) {
            double at = end + k * NAME_PIXELS / 2;
            double cost = passes(p, c, &names[i], at) + 0.5 * abs(k);
            for (size_t other = 0; other < i; other++)
                if (names[other].x == names[i].x && fabs(names[other].at - at) < NAME_PIXELS)
                    cost += 100;
            if (at < NAME_PIXELS / 2 || at > p->pixels || cost >= least)
                continue;
            least = cost;
            best = at;
        }
        names[i].at = best;
    }
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

double height_of(const struct picture *p, double y, const struct curves *c)
{
    return p->pixels * (c->is_log ? log(y / c->bottom) / log(c->top / c->bottom)
                                  : (y - c->bottom) / (c->top - c->bottom));
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

void names_print_lines(const struct picture *p, size_t i, const struct curves *c)
{
    struct name *lasts = memory_for(p->count, sizeof *lasts);
    size_t count = last_points(p, c->panel, lasts), whole = 0;
    double most = 0;
    for (size_t k = 0; k < count; k++) {
        most = fmax(most, lasts[k].x);
        lasts[k].at = height_of(p, lasts[k].y, c);
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
    place_early(p, c, early, count - whole);
    char key[32];
    snprintf(key, sizeof key, "ends_%zu", i + 1);
    names_print(p, key, lasts, whole);
    snprintf(key, sizeof key, "stops_%zu", i + 1);
    names_print(p, key, early, count - whole);
    free(early);
    free(lasts);
}
