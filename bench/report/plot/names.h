// Names beside the ends of lines, so that they do not cover each other.
#pragma once

#include "bench/report/plot/picture.h"

struct name {
    const struct row *row; // the last one of its line
    char text[160];
    double x, y; // the end of the line
    double at;   // height in pixels from the bottom of the panel
    double up, down;
};

// A panel of lines, and its axis.
struct curves {
    const json_t *panel;
    double bottom, top;
    bool is_log;
};

// The height in pixels from the bottom of a panel.
double height_of(const struct picture *p, double y, const struct curves *c);

// Sorts names by their height and moves them apart; none leaves the panel.
void names_spread(const struct picture *p, struct name *names, size_t count);

// key = seven words for each name: the text, its height as a share of the panel's, and the last
// point of its line: x, y, hue, line and pool.
void names_print(const struct picture *p, const char *key, const struct name *names, size_t count);

// Of panel i: ends_I, the lines that reach the end, from the lowest to the highest; stops_I, the
// others.
void names_print_lines(const struct picture *p, size_t i, const struct curves *c);
