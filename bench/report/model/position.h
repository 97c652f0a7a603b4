// Where a number is in a picture of the page, and how strong the colour of a cell is.
#pragma once

#include <stdbool.h>

struct strip {
    double at, left, right; // percent of the axis, from 0 to 100
    const char *off;        // "left" or "right": the value is beyond that end; NULL: it is not
};

// An estimate with its interval (NAN: none) on the logarithmic axis of a claim, which goes from a
// fifth of the bound to five times the bound. false: there is no such axis, as the bound is not
// above 0.
bool strip_of(double value, double low, double high, double bound, struct strip *strip);

// From 0 to 4: a model is up to 1.25, 2, 5 or 20 times as bad as the best, or worse.
int shade_of_ratio(double ratio);

// From 0 to 4: up to 1 %, 20 %, 50 % or 99 % are lost, or all. share: from 0 to 1.
int shade_of_loss(double share);
