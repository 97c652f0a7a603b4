// A situation of the grid: what its column shows, and the numbers of its models.
#pragma once

#include "bench/base/metric.h"
#include "bench/report/model/facts.h"

#include <jansson.h>
#include <stdbool.h>

enum kind { RATIO, PERCENT, COUNT };

struct situation {
    const struct experiment *file;
    const char *experiment, *x, *after_run;
    const struct metric *metric;
    enum kind kind;
    double all;                // what a value can be at most
    const struct number *best; // NULL: there is none
};

// Those that were measured, in the order of the page. The caller frees the list. Returns how many.
size_t situations_read(const struct facts *f, struct situation **situations, size_t *not_measured);

// Cells of chooser.tsv.
const char *chosen(const struct facts *f, size_t row, const char *column);
double chosen_number(const struct facts *f, size_t row, const char *column);

// The row of chooser.tsv that a model has in a situation; as many as there are rows: none.
size_t situation_row(const struct facts *f, const struct situation *s, const char *model);

// Whether a number is of a situation.
bool is_in(const struct situation *s, const struct number *n);

// Whether a model is a program, or a variant of it ("epoll_workers+4").
bool is_variant(const char *model, const char *program);

// The number of a program, or of a variant of it if the program itself was not measured; or NULL.
const struct number *situation_number(const struct facts *f, const struct situation *s,
                                      const char *program);

// Its column.
json_t *situation_json(const struct situation *s);
