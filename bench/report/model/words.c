#include "bench/report/model/words.h"

#include "bench/analyse/validity.h"
#include "bench/report/model/format.h"

#include <string.h>

// What each code of validity.c says to a reader.
static const struct {
    const char *code, *sentence;
} sentences[] = {
    {"wrong-bytes", "An answer had a wrong byte, so nothing of this model counts."},
    {"wrong-process", "Processes outside the server took part, so nothing of this model counts."},
    {"errors", "A request failed: the server did not do all of its work."},
    {"fault", "The trial could not be run properly."},
    {"ports-exhausted", "The client had no free port for a connection."},
    {"client-bound", "The client was the limit; the server could have done more."},
    {"send-lag", "The client sent requests late, and the delay counts as the server's."},
    {"offered-not-sent", "The client never sent some of the requests that were due."},
    {"shared-processor", "Client and server shared a CPU, and took time from each other."},
    {"capacity-of-client", "The client was the limit when the server's capacity was measured."},
    {"unsteady", "The first and the last third of the window differ by half."},
    {"littles-law", "Rate and latency do not fit the number of connections."},
    {"steal", "The hypervisor took more than 5 % of the CPU time."},
    {"throttled", "The control group had used up its CPU quota."},
    {"accept-queue-overflow", "An accept queue overflowed, and clients retried after a second."},
    {"descriptors-leaked", "The server kept descriptors open that it no longer needed."},
    {"not-reaped", "The server did not reap its dead children."},
    {"client-disturbed", "Another task used the client's core."},
    {"start-up", "Over a quarter of the server's CPU time was for starting and stopping."},
    {"stalls", "Sometimes nothing came back for long, though no thread waited for a CPU."},
    {"too-few-samples", "There are too few blocks or requests for an interval."},
};

const char *words_of_reason(const char *code)
{
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strcmp(sentences[i].code, code) == 0)
            return sentences[i].sentence;
    for (size_t i = 0; i < reason_count; i++)
        if (strcmp(reasons[i].code, code) == 0)
            return reasons[i].says;
    return code;
}

// "fork has 6.6× (6.3–6.9) the server CPU of epoll"; "" without a ratio and its interval.
static void write_comparison(const struct number *n, char text[SENTENCE_BYTES])
{
    const struct metric *metric = n ? metric_named(n->metric) : NULL;
    char ratio[FORMAT_BYTES], interval[FORMAT_BYTES];
    *text = '\0';
    if (!metric || !isfinite(n->ratio_low) || !isfinite(n->ratio_high))
        return;
    format_ratio(n->ratio, ratio);
    format_ratio_interval(n->ratio, n->ratio_low, n->ratio_high, interval);
    snprintf(text, SENTENCE_BYTES, "%s has %s (%s) the %s of %s", n->model, ratio, interval,
             metric->label, n->baseline);
}

static void write_undecided(const struct number *n, const char *comparison,
                            char text[SENTENCE_BYTES])
{
    char need[FORMAT_BYTES] = "";
    if (n)
        format_need(n->blocks_needed, n->minutes, need);
    if (*need)
        snprintf(text, SENTENCE_BYTES, "Undecided: %s. It takes %s to decide it.", comparison,
                 need);
    else
        snprintf(text, SENTENCE_BYTES, "Undecided: %s.", comparison);
}

// The first reason of a number's note.
static void write_doubt(const struct number *n, char text[SENTENCE_BYTES])
{
    char code[SENTENCE_BYTES / 2] = "";
    if (n && strcmp(n->note, "-") != 0)
        snprintf(code, sizeof code, "%.*s", (int)strcspn(n->note, ";"), n->note);
    snprintf(text, SENTENCE_BYTES, "Suspect: no conclusion can rest on these numbers. %s",
             words_of_reason(code));
}

void words_of_state(enum state state, const struct number *n, char text[SENTENCE_BYTES])
{
    char comparison[SENTENCE_BYTES];
    write_comparison(n, comparison);
    if (!*comparison && (state == DECIDED || state == ALIKE || state == OPEN))
        state = n ? OPEN : MISSING;
    switch (state) {
    case DECIDED:
        snprintf(text, SENTENCE_BYTES, "%s.", comparison);
        break;
    case ALIKE:
        snprintf(text, SENTENCE_BYTES, "About the same: %s.", comparison);
        break;
    case OPEN:
        write_undecided(n, *comparison ? comparison : "there is no interval", text);
        break;
    case DOUBTED:
        write_doubt(n, text);
        break;
    case FEW:
        snprintf(text, SENTENCE_BYTES,
                 "Undecided: %zu blocks, and an interval needs %d. A longer run decides it.",
                 n ? n->blocks : 0, ESTIMATE_MIN_N);
        break;
    case MISSING:
        snprintf(text, SENTENCE_BYTES, "Not measured in this run.");
        break;
    }
}
