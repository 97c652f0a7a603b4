#include "bench/report/model/words.h"

#include "bench/analyse/statistics.h"
#include "bench/analyse/validity.h"
#include "bench/base/metric.h"
#include "bench/report/model/format.h"

#include <math.h>
#include <string.h>

// What each code of validity.c says to a reader.
static const struct {
    const char *code, *sentence;
} sentences[] = {
    {"wrong-bytes", "An answer had a wrong byte, so nothing of this model counts."},
    {"wrong-process", "Processes outside the server took part, so nothing of this model counts."},
    {"errors", "A request failed: the server did not do all of its work."},
    {"fault", "The trial could not be run properly."},
    {"client-host-lost", "A client host was lost during the trial."},
    {"ports-exhausted", "The client had no free port for a connection."},
    {"client-bound", "The client was the limit; the server could have done more."},
    {"clients-disagree", "The client's workers found different latencies under the same load."},
    {"start-skew", "The client's workers began at different times: at first the load was less."},
    {"send-lag", "The client sent requests late, and the delay counts as the server's."},
    {"median-lag",
     "The client sent half of the requests late, and the delay counts as the server's."},
    {"offered-not-sent", "The client never sent some of the requests that were due."},
    {"shared-processor", "Client and server shared a CPU, and took time from each other."},
    {"capacity-of-client", "The client was the limit when the server's capacity was measured."},
    {"unsteady", "The first and the last third of the window differ by half."},
    {"littles-law", "Rate and latency do not fit the number of connections."},
    {"steal", "The hypervisor took more than 5 % of the CPU time."},
    {"throttled", "The control group had used up its CPU quota."},
    {"accept-queue-overflow", "An accept queue overflowed, and clients retried after a second."},
    {"connection-table-full", "The kernel had no room to track a connection, and dropped packets."},
    {"descriptors-leaked", "The server kept descriptors open that it no longer needed."},
    {"not-reaped", "The server did not reap its dead children."},
    {"client-disturbed", "Another task used the client's core."},
    {"start-up", "Over a quarter of the server's CPU time was for making a pool and stopping."},
    {"stalls", "Sometimes nothing came back for long, though no thread waited for a CPU."},
    {"too-few-samples", "There are too few blocks or requests for an interval."},
};

const char *words_of_reason(const char *code)
{
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strcmp(sentences[i].code, code) == 0)
            return sentences[i].sentence;
    return code;
}

enum { FINDING_BYTES = 240 };

// "fork has 6.6× (6.3–6.9) the server CPU of epoll", or, for a baseline, "the server CPU of epoll
// is 22.5 µs (20.0–23.1)"; "" without an interval.
static void write_finding(const struct number *n, char text[FINDING_BYTES])
{
    const struct metric *metric = n ? metric_named(n->metric) : NULL;
    char figure[FORMAT_BYTES], interval[FORMAT_BYTES];
    *text = '\0';
    if (!metric)
        return;
    if (isfinite(n->ratio_low) && isfinite(n->ratio_high) && strcmp(n->model, n->baseline) != 0) {
        format_ratio(n->ratio, figure);
        format_ratio_interval(n->ratio, n->ratio_low, n->ratio_high, interval);
        snprintf(text, FINDING_BYTES, "%s has %s (%s) the %s of %s", n->model, figure, interval,
                 metric->label, n->baseline);
    } else if (isfinite(n->low) && isfinite(n->high)) {
        format_value(n->value, metric->unit, figure);
        format_interval(n->value, n->low, n->high, metric->unit, interval);
        snprintf(text, FINDING_BYTES, "the %s of %s is %s%s%s%s", metric->label, n->model, figure,
                 *interval ? " (" : "", interval, *interval ? ")" : "");
    }
}

// What would decide it follows.
static void write_undecided(const struct number *n, const char *finding, char text[SENTENCE_BYTES])
{
    char need[FORMAT_BYTES] = "";
    if (n)
        format_need(n->blocks_needed, n->minutes, need);
    snprintf(text, SENTENCE_BYTES, "Undecided%s%s.%s%s%s", *finding ? ": " : " in this run",
             finding, *need ? " Deciding it takes " : "", need, *need ? "." : "");
}

// The first reason of a number's note follows, if there is one.
static void write_suspect(const struct number *n, char text[SENTENCE_BYTES])
{
    char code[CODES_BYTES];
    snprintf(code, sizeof code, "%.*s", n ? (int)strcspn(n->note, ";") : 0, n ? n->note : "");
    const char *sentence = words_of_reason(code);
    snprintf(text, SENTENCE_BYTES, "Suspect: no conclusion can rest on these numbers.%s%s",
             sentence != code ? " " : "", sentence != code ? sentence : "");
}

void words_of_state(enum state state, const struct number *n, char text[SENTENCE_BYTES])
{
    char finding[FINDING_BYTES];
    write_finding(n, finding);
    if (!*finding && (state == DECIDED || state == ALIKE))
        state = OPEN;
    switch (state) {
    case DECIDED:
        snprintf(text, SENTENCE_BYTES, "In this run, %s.", finding);
        break;
    case ALIKE:
        snprintf(text, SENTENCE_BYTES, "About the same: %s.", finding);
        break;
    case OPEN:
        write_undecided(n, finding, text);
        break;
    case DOUBTED:
        write_suspect(n, text);
        break;
    case FEW:
        snprintf(text, SENTENCE_BYTES,
                 "Undecided: %zu blocks, %d are needed for an interval. A longer run decides it.",
                 n ? n->blocks : 0, ESTIMATE_MIN_N);
        break;
    case MISSING:
        snprintf(text, SENTENCE_BYTES, "Not measured in this run.");
        break;
    }
}
