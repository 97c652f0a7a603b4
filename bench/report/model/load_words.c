#include "bench/report/model/load_words.h"
#include "bench/base/names.h"

#include <stdlib.h>
#include <string.h>

static bool has_type(const struct question *q, const char *type)
{
    return strcmp(experiment_need(q->e, "type"), type) == 0;
}

bool is_open(const struct question *q)
{
    const char *rate = experiment_get(q->e, "rate");
    return has_type(q, "load") || has_type(q, "overload") || has_type(q, "slo_rate") ||
           is_varied(q->e, "rate") || (rate && strtod(rate, NULL) > 0);
}

static bool is_planned(const struct question *q, const char *x)
{
    for (size_t i = 0; i < q->count; i++)
        if (strcmp(q->cells[i]->x, x) == 0)
            return true;
    return false;
}

// Writes the value of a key between two texts; of what varies, all values up to the last that
// this machine can have: "1, 10 or 100". Returns whether there is one.
static bool say(const struct question *q, const char *key, const char *before, const char *after,
                FILE *to)
{
    const char *value = experiment_get(q->e, key);
    char x[FORMAT_BYTES];
    if (!is_varied(q->e, key)) {
        if (!value)
            return false;
        question_x(value, x);
        fprintf(to, "%s%s%s", before, x, after);
        return true;
    }
    size_t last = q->xs_count;
    while (last > 1 && !is_planned(q, q->xs[last - 1]))
        last--;
    for (size_t i = 0; i < last; i++) {
        question_x(q->xs[i], x);
        fprintf(to, "%s%s", i == 0 ? before : i + 1 < last ? ", " : " or ", x);
    }
    fputs(after, to);
    return true;
}

static void say_loop(const struct question *q, FILE *to)
{
    fputs(is_open(q) ? "open loop, " : "closed loop, ", to);
    if (is_open(q) && say(q, "rate", "", " requests due per second", to))
        fputs(", up to ", to);
    if (!say(q, "connections", "", " connections at a time", to))
        fputs("one connection at a time", to);
}

static void say_background(const struct question *q, FILE *to)
{
    const char *behaviour = experiment_get(q->e, "behaviour");
    if (!say(q, "background", ", beside ", "", to))
        return;
    if (!is_varied(q->e, "behaviour"))
        fprintf(to, " %s connections", behaviour ? behaviour : "idle");
    else
        say(q, "behaviour", " connections that are ", "", to);
}

static void say_requests(const struct question *q, FILE *to)
{
    const char *requests = experiment_get(q->e, "requests");
    if (is_varied(q->e, "requests"))
        say(q, "requests", ", ", " requests each", to);
    else if (!requests || strcmp(requests, "0") == 0)
        fputs(", persistent", to);
    else if (strcmp(requests, "1") == 0)
        fputs(", one request each", to);
    else
        say(q, "requests", ", ", " requests each", to);
}

static void say_pool(const struct question *q, FILE *to)
{
    const char *pool = experiment_get(q->e, "pool");
    if (pool && strcmp(pool, "connections") == 0)
        fputs(", pools with one worker per connection", to);
    else if (pool)
        say(q, "pool", ", pools of ", " workers", to);
}

// An open loop's window is longer where its percentile needs that (load.h).
static void say_length(const struct question *q, FILE *to)
{
    bool may_be_longer =
        is_open(q) && (q->metric->percent > 0 || strcmp(q->metric->name, "slo_rate_per_s") == 0);
    if (say(q, "total", "; ",
            is_varied(q->e, "total") ? " requests"
                                     : " requests, or more to use each connection in "
                                       "full",
            to))
        return;
    if (say(q, "window_s", "; window of ", may_be_longer ? " s or longer" : " s", to))
        say(q, "warmup_s", " after ", " s of warm-up", to);
}

// Whatever varies without being part of the load.
static void say_other(const struct question *q, FILE *to)
{
    static const char said[] =
        "connections requests bytes rate background behaviour io total window_s warmup_s";
    const char *vary = experiment_get(q->e, "vary");
    char name[64], axis[SPOT_BYTES], before[SPOT_BYTES + 8];
    if (!vary || sscanf(vary, "%63s", name) != 1 || is_listed(name, said))
        return;
    question_axis(q, axis);
    snprintf(before, sizeof before, "; %s: ", axis);
    say(q, name, before, "", to);
}

static void say_serving(const struct question *q, FILE *to)
{
    say_loop(q, to);
    say_background(q, to);
    say(q, "io", ", with the client driver on ", "", to);
    say_requests(q, to);
    say(q, "bytes", ", messages of ", " bytes", to);
    say_pool(q, to);
    say_length(q, to);
    say(q, "under", "; servers started with ", "", to);
    say(q, "options", "; server options: ", "", to);
}

void load_words(const struct question *q, FILE *to)
{
    const char *published = experiment_get(q->e, "published_in");
    if (has_type(q, "time"))
        fputs("timed by hyperfine, as the slope between two counts of repetitions", to);
    else if (has_type(q, "hold"))
        say(q, "connections", "", " idle connections, each served once", to);
    else
        say_serving(q, to);
    say_other(q, to);
    if (published)
        fprintf(to, "; published values: %s", published);
}
