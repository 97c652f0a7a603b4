// JSON values that exist: out of memory, or with text that is not UTF-8, the program ends with
// status 1 and one line.
#pragma once

#include <err.h>
#include <jansson.h>
#include <math.h>

static inline json_t *made(json_t *value)
{
    if (!value)
        errx(1, "report.json: out of memory, or a table of the run is not UTF-8");
    return value;
}

// Appends a value to a list, which then owns it.
static inline void add(json_t *list, json_t *value)
{
    if (json_array_append_new(list, made(value)) < 0)
        errx(1, "report.json: out of memory");
}

// A number, or null if it is not finite.
static inline json_t *real_or_null(double value)
{
    return made(isfinite(value) ? json_real(value) : json_null());
}

// A text, or null if it is empty.
static inline json_t *text_or_null(const char *text)
{
    return made(*text ? json_string(text) : json_null());
}
