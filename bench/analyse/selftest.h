// What a self-test of a run says, and how it is judged: numbers only, nothing is measured here.
//
// A finding is a value with the bounds that it passes within; one without bounds is recorded only.
// A value that could not be had does not pass.
#pragma once

#include <stdio.h>

struct finding {
    const char *name;
    double value; // NAN: it could not be had
    const char *unit;
    double low, high;     // NAN: that side is open; both: recorded
    const char *what;     // in words
    const char *concerns; // what is in doubt if it fails
};

#define FINDING_COLUMNS "name\tvalue\tunit\tlow\thigh\tverdict\twhat\tconcerns"

// "passed", "failed" or "recorded".
const char *finding_verdict(const struct finding *f);

// Writes it as a row.
void finding_write(FILE *file, const struct finding *f);

// ---- the known answer: a server stopped for a while under an open loop --------------------------
//
// Requests are due at the times of a Poisson process of rate R, whatever the server does. Of a
// window T, the server does nothing for D. A request due t after it was stopped is answered D - t
// after that, as soon as it goes on. So, with arrivals spread evenly:
//
//     more than L late are those due in the first D - L of the stop: a share (D - L) / T;
//     the share q that waited longest is due in the first q T: that quantile is D - q T;
//     the latest is the first one due after the stop, on average 1 / R after it: about D.
//
// A driver that counts from the moment of sending ("coordinated omission") sees only the requests
// that were on the way when the server was stopped late, at most one for each connection: with few
// connections its share is a small part of the right one, and its quantile next to nothing.
//
// Bounds. By chance: the number of requests in a part p of the window is binomial, and 4 standard
// deviations either way are left once in 16 000 times; the first gap exceeds 10 / R once in 22 000.
// By backlog: what queued up has to be answered before a request that came after it; a server that
// can answer 10 R, which is little for any that is worth measuring, makes each wait as if a tenth
// of the requests before it were still there. By the machine: both programs have to be put back on
// their processors, for which a tenth of D is allowed: later than that is what the test is to find.
struct stall {
    double rate_per_s, window_s;
    double shortest_s, longest_s; // D lies between them, as seen by whoever stopped the server
};

struct bounds {
    double low, high;
};

// Of the share of requests that were more than limit_s late.
struct bounds stall_share(const struct stall *s, double limit_s);

// Of the latency in s that a share of all requests exceeded.
struct bounds stall_quantile(const struct stall *s, double share);

// Of the largest latency in s.
struct bounds stall_maximum(const struct stall *s);

// ---- the same server under two names ------------------------------------------------------------

// A ratio r with the 95 % interval low to high. That misses 1 once in twenty times by chance alone,
// and of two pairs at least one does in nearly every tenth run: so the interval that has to hold 1
// is the 99.5 % one, as wide again on the log scale as a normal distribution says; of two pairs one
// misses it in every hundredth run. Within 2 % a ratio passes whatever its interval is. Without an
// interval: no bounds.
struct bounds same_server(double ratio, double low, double high);
