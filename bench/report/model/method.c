// How it was measured, in eight points; the reasons to doubt a number; and what the metrics are.
#include "bench/report/model/made.h"
#include "bench/report/model/section.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct point {
    const char *title, *text;
};

static const struct point points[] = {
    {"Trials and blocks",
     "A trial is one measurement: a fresh server, a warm-up, a window. A block measures everything "
     "that is compared once, within seconds, in random order. So a drift of the machine affects "
     "all models alike."},
    {"Costs",
     "CPU time is that of the server's whole process tree, per connection or echo. The cost of "
     "starting and stopping is subtracted. Server and client run on different CPUs if there are "
     "two. Processes, threads and messages are timed by hyperfine, as the slope between two "
     "counts."},
    {"Correct answers",
     "Every returned byte is verified. A trial with errors gives no number. The client driver does "
     "its I/O with epoll on every machine, unless the question varies it."},
    {"Values and intervals",
     "A value is the median over blocks. A ratio is the 20 % trimmed mean of the logarithms of the "
     "blocks' ratios. Their 95 % CIs are bootstraps over blocks; fewer than 6 blocks have none. In "
     "simulations of a machine that drifts and stalls, CIs of ratios cover the true value in 93 to "
     "97 % of runs."},
    {"Three verdicts",
     "Different: the 95 % CI of a ratio excludes 1, also after Holm's correction over all ratios "
     "of the question. Same within 10 %: the 90 % CI lies between 1/1.1 and 1.1 (Schuirmann 1987). "
     "Undecided: neither is shown; a CI that includes 1 does not prove equality."},
    {"Validity",
     "Invalid trials are part of no number. A suspect number is hollow or italic, and no verdict "
     "rests on it. Client-bound: the client's CPU was over 80 % busy, so the rate is a lower bound "
     "for the server."},
    {"Latency",
     "In an open loop, latency counts from when a request was due. The median and the 99th "
     "percentile are those of a typical window. The 99.9th is of all windows together. A closed "
     "loop supports no claim about latency: its client sends less when the server is slow."},
    {"Where the time goes",
     "First each question gets a look, the most important first; what does not fit is left out "
     "whole. Then every number gets eight values. The rest goes to the comparisons that reach "
     "their "
     "targets soonest: headline ratios within ±5 %, claims and situations decided or within ±10 %. "
     "The width of an interval decides, never its position."},
};

static const char layouts[] =
    "A server's speed can depend on the addresses of its functions. The servers epoll, fork, "
    "prefork and thread are linked in several layouts, and each block draws one.";

static const struct point first_edition = {
    "Where the time goes",
    "This run is of the first edition. Headline cells took part in every block, others in some. "
    "Its client used io_uring where the kernel had it."};

// Whether servers were drawn from several layouts.
static bool has_layouts(const struct facts *f)
{
    char path[4096];
    struct table cells;
    bool found = false;
    snprintf(path, sizeof path, "%s/cells.tsv", f->folder);
    if (!table_exists(path))
        return false;
    table_read(&cells, path);
    for (size_t row = 0; row < cells.rows && !found; row++)
        for (size_t column = 0; column < cells.columns && !found; column++)
            found = strstr(table_text(&cells, row, column), "layouts/{") != NULL;
    table_free(&cells);
    return found;
}

static json_t *point(const struct point *p, const char *more)
{
    char text[1024];
    snprintf(text, sizeof text, "%s%s%s", p->text, *more ? " " : "", more);
    return json_pack("{s:s, s:s}", "title", p->title, "text", text);
}

json_t *method_section(const struct facts *f)
{
    json_t *list = made(json_array());
    size_t last = sizeof points / sizeof *points - 1;
    for (size_t i = 0; i < last; i++)
        add(list, point(&points[i], i == 0 && has_layouts(f) ? layouts : ""));
    add(list, point(facts_environment(f, "client_io") ? &points[last] : &first_edition, ""));
    return list;
}

static const char *cell(const struct table *t, size_t row, const char *column)
{
    return table_text(t, row, table_column(t, column));
}

json_t *validity_section(const struct facts *f)
{
    const struct table *t = &f->validity;
    json_t *list = made(json_array());
    for (size_t row = 0; row < t->rows; row++)
        add(list, json_pack("{s:s, s:s, s:s, s:s, s:I}", "code", cell(t, row, "code"), "says",
                            cell(t, row, "says"), "why", cell(t, row, "why"), "validity",
                            cell(t, row, "validity"), "trials",
                            (json_int_t)table_number(t, row, table_column(t, "trials"))));
    return list;
}

json_t *metrics_section(const struct facts *f)
{
    const struct table *t = &f->metrics;
    json_t *list = made(json_array());
    for (size_t row = 0; row < t->rows; row++) {
        const char *per = cell(t, row, "per"), *unit = cell(t, row, "unit");
        bool is_per = strcmp(per, "-") != 0;
        char label[256];
        snprintf(label, sizeof label, "%s%s%s", cell(t, row, "label"), is_per ? " per " : "",
                 is_per ? per : "");
        unit = strcmp(unit, "share") == 0 ? "%" : strcmp(unit, "-") == 0 ? "" : unit;
        add(list, json_pack("{s:s, s:s, s:s, s:s}", "name", cell(t, row, "metric"), "label", label,
                            "unit", unit, "sentence", cell(t, row, "sentence")));
    }
    return list;
}
