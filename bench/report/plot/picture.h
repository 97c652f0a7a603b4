// A figure of report.json (model/figure.c), as plot_tables draws it.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct row {
    json_t *json;
    const char *metric, *model, *x;
    double value, low, high; // NAN: none
};

struct picture {
    const char *stem;
    json_t *figure, *panels, *models;
    struct row *rows;
    size_t count;
    bool is_lines;
    double pixels; // height of a panel of lines
    FILE *words;   // where STEM.words is written
};

// The picture of a question of report.json, without `words`; false if it has no figure. Its rows
// are to be freed.
bool picture_read(struct picture *p, const json_t *question);

// A member of an object. Exits with status 1 if there is no such text; NAN if there is no number.
const char *text_of(const json_t *object, const char *key);
double number_of(const json_t *object, const char *key);

// The form of a mark: 1 a square, for a pool; -1 a triangle, for what is not of this suite; else 0.
int form_of(const json_t *model);

// NULL if the model has no row.
const struct row *row_of_model(const struct picture *p, const char *model);

bool is_in(const struct row *r, const json_t *panel);
