// The small picture of a question's card.
#pragma once

#include "bench/report/model/question.h"

#include <jansson.h>

// {"kind": "dots" or "lines", "series": [{"hue", "fork", "points": [[x, y], ...]}]}, one series per
// model, in percent from the left and from the top. Dots: a row per model, the best first, x is
// the value. Lines: y is the value, and x the place among the measured values of what varies.
// Logarithmic if all values are positive. null if there is nothing to draw.
json_t *thumbnail_of(const struct question *q);
