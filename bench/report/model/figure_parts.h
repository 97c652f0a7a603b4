// What figure.c and figure_notes.c know of a picture.
#pragma once

#include "bench/report/model/facts.h"
#include "bench/report/model/shape.h"

#include <jansson.h>

enum { PANELS = 4 };

struct panel {
    const char *metric, *x; // x: NULL if it shows all
};

struct drawn_model {
    const char *name, *family;
    struct shape shape;
    bool is_spinning; // never ranked with the others
    size_t last_x;    // place of its last condition
    double cost;      // headline metric there, less is better
    size_t row;       // from 1, the best model first
    size_t line;      // from 0, among the models of its hue and shape
};

struct figure {
    const struct facts *f;
    const struct experiment *e;
    const struct number *begin, *end; // the question's numbers
    const struct metric *metric;      // headline
    const char **xs;
    size_t x_count;
    bool x_is_word, is_lines;
    char x_title[96]; // what varies; "" if nothing does
    char *own;        // the metrics that a script of its own draws, or NULL
    struct panel panels[PANELS];
    size_t panel_count;
    struct drawn_model *models;
    size_t model_count;
};

// A number, or an event that never came.
bool figure_has_value(const struct number *n);

// Whether a panel shows this number.
bool figure_draws(const struct figure *g, const struct number *n);

// Whether no conclusion may rest on it: it is then drawn hollow.
bool figure_is_hollow(const struct number *n);

// Whether it has a ratio to another number than itself.
bool figure_has_ratio(const struct number *n);

// Whether its ratio is in doubt though it is not itself: the other number is suspect.
bool figure_doubts_ratio(const struct figure *g, const struct number *n);

// The footnotes.
json_t *figure_notes(const struct figure *g);
