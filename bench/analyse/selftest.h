// The findings of a run's self-tests and their verdicts: numbers only, nothing is measured here.
//
// A finding is a value with the bounds of a pass; without bounds it is only recorded. A missing
// value fails.
#pragma once

#include <stdio.h>

struct finding {
    const char *name;
    double value; // NAN: missing
    const char *unit;
    double low, high;     // NAN: this side is open; both NAN: recorded only
    const char *what;     // description
    const char *concerns; // what is in doubt if it fails
};

#define FINDING_COLUMNS "name\tvalue\tunit\tlow\thigh\tverdict\twhat\tconcerns"

// "passed", "failed" or "recorded".
const char *finding_verdict(const struct finding *f);

// Writes it as a row.
void finding_write(FILE *file, const struct finding *f);

// ---- the known answer: a server stopped for a while under an open loop --------------------------
//
// Requests are due at the times of a Poisson process of rate R, regardless of the server. During a
// window T, the server is stopped for D. A request due t after the stop is answered when the server
// continues, D - t later. So, with arrivals spread evenly:
//
//     more than L late are those due in the first D - L of the stop: a share (D - L) / T;
//     the share q with the longest waits is due in the first q T: that quantile is D - q T;
//     the latest is the first one due after the stop, on average 1 / R after it: about D.
//
// A driver that counts from the send time ("coordinated omission") sees only the requests that were
// pending at the stop as late, at most one per connection: with few connections its share is a
// small part of the right one, and its quantile almost nothing.
//
// Bounds. By chance: the number of requests in a part p of the window is binomial, and exceeds 4
// standard deviations once in 16 000 times; the first gap exceeds 10 / R once in 22 000. By
// backlog: queued requests are answered before later ones; a server with a capacity of 10 R, which
// is low for any server worth measuring, makes each wait as if a tenth of the requests before it
// were still queued. By the machine: both programs must be scheduled again, for which D / 10 is
// allowed: a longer delay is what the test should detect.
struct stall {
    double rate_per_s, window_s;
    double shortest_s,
        longest_s; // D is between them, as seen by the program that stopped the server
};

struct bounds {
    double low, high;
};

// For the share of requests that were more than limit_s late.
struct bounds stall_share(const struct stall *s, double limit_s);

// For the latency in s that a share of all requests exceeded.
struct bounds stall_quantile(const struct stall *s, double share);

// For the largest latency in s.
struct bounds stall_maximum(const struct stall *s);

// ---- the same server under two names ------------------------------------------------------------

// A ratio r with the 95 % interval low to high. That interval misses 1 once in twenty times by
// chance, and one of two pairs does in nearly every tenth run. So the 99.5 % interval must include
// 1; it is derived from the 95 % interval on the log scale with the normal distribution. One of two
// pairs misses it in every hundredth run. Within 2 % a ratio passes with any interval. Without an
// interval there are no bounds.
struct bounds same_server(double ratio, double low, double high);
