// A question of the run: its cells by the headline metric, and what sentences call its parts.
#pragma once

#include "bench/report/model/facts.h"
#include "bench/report/model/format.h"

#include <stdbool.h>

struct question {
    const struct facts *f;
    const struct experiment *e;
    const struct metric *metric; // headline metric
    const char **xs;             // values of what varies, "-" alone if nothing does
    size_t xs_count;
    const struct number **cells; // rows of the headline metric: the best model first, each model's
    size_t count;                // rows in the order of xs
};

void question_read(struct question *q, const struct facts *f, const struct experiment *e);

void question_free(struct question *q);

// The row of a cell for the headline metric, or NULL.
const struct number *question_number(const struct question *q, const char *model, const char *x);

// The rows of the headline models (not of a baseline) at the x that the answer is for. Returns how
// many. The caller frees the list.
size_t question_headline(const struct question *q, const struct number ***cells);

// The title, or the question itself; the stem if the conf has none.
const char *question_words(const struct question *q, const char *key);

// Whether something varies, and whether its values are words ("dynamic", "static"): then none of
// them is the largest.
bool question_varies(const struct question *q);
bool question_varies_words(const struct question *q);

enum { SPOT_BYTES = 256 };

// A value of what varies, for a table: "10,000", "two_cores".
void question_x(const char *x, char text[FORMAT_BYTES]);

// The same in a sentence: "with 512 idle connections"; empty if nothing varies.
void question_spot(const struct question *q, const char *x, char text[SPOT_BYTES]);

// The same for several values, which are words already: "with 64, 512 idle connections".
void question_spots(const struct question *q, const char *values, char text[SPOT_BYTES]);

// What varies: "idle connections beside 8 busy ones"; empty if nothing does.
void question_axis(const struct question *q, char text[SPOT_BYTES]);

// A name as words: its underscores are blanks.
void question_plain(const char *name, char *text, size_t bytes);

// Whether a number is the baseline itself.
bool is_baseline(const struct number *n);

// The row of the baseline of a number's ratio, or NULL.
const struct number *baseline_number(const struct facts *f, const struct number *n);

// Whether a conclusion may rest on a number's ratio: it has an interval, and both are valid.
bool ratio_is_sound(const struct facts *f, const struct number *n);
