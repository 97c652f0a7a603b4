// A load: what a trial does to a server, or how often a program repeats its operation. In plan.tsv
// and cells.tsv it is one column of key=value pairs separated by blanks.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Zero (NULL, false): not set, and not written.
struct load {
    // The driver's.
    unsigned long connections; // at a time
    unsigned long requests;    // on each connection; not set: connections persist
    unsigned long bytes;       // of a message
    unsigned long total;       // requests, instead of a window
    unsigned long seed;        // of the open loop's schedule
    double rate;               // requests per second; not set: closed loop
    double window_s, warmup_s;
    double timeout_s;
    const char *io; // backend: one of load_ios; not set: the driver's default

    // What else is done to the server, and how it is judged.
    unsigned long workers;    // of the server, if its pool size is set
    unsigned long background; // background connections
    const char *behaviour;    // of those: one of load_behaviours
    const char *end;          // how a serving process is ended: one of load_ends
    bool failures_counted;    // failures are part of the result
    double fraction;          // percent of the server's capacity, instead of a rate
    double limit_ms;          // of the 99th percentile of latency
    double percentile;        // of latency in an open loop; its window is long enough for it

    // Of a program that repeats an operation.
    unsigned long small_count, large_count;
    unsigned long runs; // of each count
};

enum { LOAD_BYTES = 512 }; // of a load in writing

// An open loop's window expects this many requests beyond its percentile, unless that takes longer
// than the maximum. Ten are needed (clients/drive.c), and their number is random. With twenty,
// chance moves a 99th percentile by about 7 %, while windows differ by 10 to 40 % for other reasons
// (in a recorded run). So precision comes from more blocks, not from still longer windows.
#define LOAD_VALUES_BEYOND 20.0
#define LOAD_LONGEST_WINDOW_S 2.0

// The allowed words; NULL ends each list.
extern const char *const load_behaviours[], *const load_ends[], *const load_ios[];

// The length of an open loop's window at a rate: window_s, or longer if the percentile needs it.
double load_window_s(const struct load *load, double rate_per_s);

// The lowest rate at which the longest window has enough values beyond a percentile.
double load_lowest_rate_per_s(double percentile);

void load_write(const struct load *load, char text[LOAD_BYTES]);

// Exits with status 1 and one line that begins with `where` if the text is not a load. Words in the
// load point into the lists above.
void load_parse(const char *text, struct load *load, const char *where);
