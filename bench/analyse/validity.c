#include "bench/analyse/validity.h"
#include "bench/analyse/statistics.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const validity_names[] = {
    [VALID] = "valid", [SUSPECT] = "suspect", [INVALID] = "invalid", [DISPROVED] = "invalid"};

#define PACE (RATES | LATENCIES)
static const char too_few[] = "too-few-samples";

const struct reason reasons[] = {
    {"wrong-bytes", DISPROVED, EVERYTHING, FIGURE_wrong_answers, NAN, 0,
     "an answer was not what had been sent, byte for byte",
     "an echo server that lost, made up or mixed up a byte once is none: what it did in the trials "
     "in which nothing of it showed is not known either"},
    {"wrong-process", DISPROVED, EVERYTHING, FIGURE_foreign, NAN, 0,
     "others than the server's processes answered, or took part",
     "what they did is in none of its figures"},
    {"errors", INVALID, EVERYTHING, FIGURE_errors, NAN, 0, "a request failed",
     "a server that does not do its work is no faster for it: not one request may be refused, "
     "reset, short, wrong or late"},
    {"fault", INVALID, EVERYTHING, FIGURE_COUNT, NAN, NAN,
     "the trial could not be made as it should be", "its status says what went wrong"},
    {"ports-exhausted", INVALID, EVERYTHING, FIGURE_ports_exhausted, NAN, 0,
     "the client had no port left for a connection", "then the client refuses, and not the server"},
    {"client-bound", SUSPECT, PACE, FIGURE_client_load, NAN, 0.8,
     "the client's core was over 80 % busy, so this measures the client and not the server",
     "the driver works in turns, and its load is a mean over the window: from four fifths on there "
     "are stretches in which it is the limit"},
    {"send-lag", SUSPECT, LATENCIES, FIGURE_send_lag_p99_us, NAN, 1000,
     "the client sent late what was due",
     "a timer is some 0.1 ms late; one request in a hundred more than 1 ms late is no timer's "
     "doing, and its lateness is counted as the server's"},
    {"offered-not-sent", SUSPECT, PACE, FIGURE_unsent_share, NAN, 0.001,
     "some of what was due was never sent",
     "they are in the distribution with the time-out: from one in a thousand on its 99.9th "
     "percentile is made of them"},
    {"shared-processor", SUSPECT, RATES, FIGURE_processors_shared, NAN, 0,
     "client and server share a processor, and the rate is that of both",
     "what one of them uses the other has not; the server's CPU time still tells models apart"},
    {"capacity-of-client", SUSPECT, PACE, FIGURE_capacity_server_load, 0.9, NAN,
     "the server was not at its limit when it was asked for its capacity: that is the client's",
     "a server that is has its processor for itself nearly all the time; a fraction of the rate is "
     "then one of the client's"},
    {"unsteady", SUSPECT, PACE, FIGURE_thirds, 0.67, 1.5,
     "the first and the last third of the window differ by half",
     "a mean over the window then stands for neither; a third of a short trial is 50 ms, in which "
     "one turn of somebody else's takes a tenth"},
    {"littles-law", SUSPECT, PACE, FIGURE_littles_law, 0.9, 1.1,
     "rate and latency do not fit the number of connections",
     "connections that always wait for an answer are rate times mean latency many, within 3 % even "
     "on "
     "a busy machine; what is missing was spent outside what is measured"},
    {"steal", SUSPECT, PACE | DURATIONS | CPU_TIMES, FIGURE_stolen_share, NAN, 0.05,
     "the hypervisor took more than 5 % of the processors' time",
     "as much as a headline's interval may reach; it is counted in hundredths of a second, and two "
     "of them are less than that in a usual trial"},
    {"throttled", SUSPECT, PACE | DURATIONS, FIGURE_throttled, NAN, 0,
     "the control group had used up its quota of processor time",
     "a group that has is stopped for the rest of a period, tens of milliseconds"},
    {"accept-queue-overflow", SUSPECT, PACE, FIGURE_listen_drops, NAN, 0,
     "an accept queue overflowed",
     "who is not let in tries again after a second, which is longer than most windows"},
    {"descriptors-leaked", INVALID, EVERYTHING & ~COUNTS, FIGURE_descriptors_leaked, NAN, 16,
     "the server kept descriptors open that it needs no more",
     "then it leaves out a part of the work, and ends when it has no descriptor left; what a "
     "server "
     "opens when it begins to serve (a queue, a timer, a signal) is below that, and does not grow "
     "with the connections"},
    {"not-reaped", INVALID, EVERYTHING & ~COUNTS, FIGURE_server_zombies, NAN, 8,
     "children of the server had ended and were not waited for",
     "then it leaves out a part of the work, and ends when there may be no more processes; a "
     "server that reaps when it accepts the next time leaves a few"},
    {"client-disturbed", SUSPECT, PACE, FIGURE_client_run_queue_delay, NAN, 0.05,
     "the client waited for its core, which somebody else used",
     "what it waits is missing in a rate and added to a latency, and a headline's interval is to "
     "be "
     "within 5 %; alone on its core the client waits less than 0.1 %, and 2 to 4 % where it makes "
     "so many connections that the kernel's own threads need the core"},
    {"start-up", SUSPECT, CPU_TIMES, FIGURE_idle_share, NAN, 0.25,
     "over a quarter of the server's CPU time was its starting and stopping",
     "that is measured of another start and taken off, and one start differs from the next by up "
     "to a third: of what is left, a tenth would be chance"},
    {"stalls", SUSPECT, PACE, FIGURE_stalled, NAN, 0.005,
     "at times nothing came back for long, though nobody waited for a processor",
     "half of what a server loses that sleeps 1 % of the time; of honest ones a few trials in a "
     "hundred have as much, by some hiccup of the machine"},
    {too_few, SUSPECT, EVERYTHING, FIGURE_COUNT, ESTIMATE_MIN_N, NAN,
     "fewer than 6 blocks, too few for an interval; or too few requests for such a percentile",
     "there is no 95 % interval for less; a percentile needs ten requests beyond it in each trial"},
};
const size_t reason_count = sizeof reasons / sizeof *reasons;

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

unsigned measure_of(const char *metric)
{
    return ends_with(metric, "_per_s")                                                  ? RATES
           : strncmp(metric, "latency_", 8) == 0 || strncmp(metric, "service_", 8) == 0 ? LATENCIES
           : strncmp(metric, "wall_", 5) == 0                                           ? DURATIONS
           : strstr(metric, "cpu_us") || strstr(metric, "user_us") || strstr(metric, "system_us")
               ? CPU_TIMES
               : COUNTS;
}

// Whether a code is one of those.
static bool is_among(const char *code, const char *codes)
{
    size_t length = strlen(code);
    for (const char *at = codes; (at = strstr(at, code)); at += length)
        if ((at == codes || at[-1] == ';') && (at[length] == ';' || !at[length]))
            return true;
    return false;
}

void codes_add(char codes[CODES_BYTES], const char *more)
{
    char words[CODES_BYTES], *rest = words, *code;
    snprintf(words, sizeof words, "%s", more);
    while ((code = strsep(&rest, ";"))) {
        size_t used = strcmp(codes, "-") == 0 ? 0 : strlen(codes);
        if (strcmp(code, "-") != 0 && !is_among(code, codes))
            snprintf(codes + used, CODES_BYTES - used, "%s%s", used ? ";" : "", code);
    }
}

int trial_validity(const struct measurement *m, char codes[CODES_BYTES])
{
    int validity = VALID;
    bool is_explained = strcmp(m->status, "ok") == 0;
    strcpy(codes, "-");
    for (const struct reason *r = reasons; r < reasons + reason_count; r++) {
        double figure = r->looks_at == FIGURE_COUNT ? NAN : m->figures[r->looks_at];
        if (!(figure < r->low || figure > r->high))
            continue;
        codes_add(codes, r->code);
        validity = r->validity > validity ? r->validity : validity;
        is_explained = is_explained || (r->validity >= INVALID && r->concerns == EVERYTHING);
    }
    if (is_explained)
        return validity;
    codes_add(codes, "fault");
    return validity > INVALID ? validity : INVALID;
}

// ---- cells ----

static bool is_invalid(const struct run *run, size_t row)
{
    return strcmp(table_text(&run->trials, row, run->trial_validity), "invalid") == 0;
}

// Why what a trial measured may not enter a number of this measure, or "-" if it may.
static void exclusions(const struct run *run, size_t row, unsigned measure, char codes[CODES_BYTES])
{
    strcpy(codes, "-");
    if (!is_invalid(run, row))
        return;
    for (const struct reason *r = reasons; r < reasons + reason_count; r++)
        if (r->validity >= INVALID && r->concerns & measure &&
            is_among(r->code, table_text(&run->trials, row, run->trial_reasons)))
            codes_add(codes, r->code);
}

static bool is_usable(const struct run *run, size_t row, unsigned measure)
{
    char codes[CODES_BYTES];
    exclusions(run, row, measure, codes);
    return strcmp(codes, "-") == 0;
}

// The reason that disproves a model, or NULL.
static const struct reason *disproof(const struct run *run, const char *model)
{
    for (size_t row = 0; row < run->trials.rows; row++) {
        if (!is_invalid(run, row) ||
            strcmp(table_text(&run->trials, row, run->by_cell.model), model) != 0)
            continue;
        for (const struct reason *r = reasons; r < reasons + reason_count; r++)
            if (r->validity == DISPROVED &&
                is_among(r->code, table_text(&run->trials, row, run->trial_reasons)))
                return r;
    }
    return NULL;
}

double *values_for(const struct run *run, const struct cell *c, const char *name, unsigned measure,
                   char fault[FAULT_BYTES])
{
    const struct table *t = &run->trials;
    const struct reason *disproved = disproof(run, c->model);
    size_t column = table_column(t, name);
    char codes[CODES_BYTES];
    double *values = calloc(run->blocks, sizeof *values);
    if (!values)
        err(1, "values");
    for (size_t block = 0; block < run->blocks; block++)
        values[block] = NAN;
    if (fault)
        *fault = '\0';
    size_t count;
    const size_t *rows = run_trials(run, c, &count);
    for (size_t i = 0; i < count; i++) {
        size_t row = rows[i];
        size_t block = (size_t)table_number(t, row, run->trial_block);
        if (block < 1 || block > run->blocks)
            errx(1, "%s:%zu: no block %zu in the plan", t->path, row + 2, block);
        const char *status = table_text(t, row, run->trial_status);
        exclusions(run, row, measure, codes);
        if (strcmp(codes, "-") == 0 && !disproved)
            values[block - 1] = table_number(t, row, column);
        else if (fault && strcmp(codes, "-") == 0)
            snprintf(fault, FAULT_BYTES, "%s in another trial", disproved->code);
        else if (fault)
            snprintf(fault, FAULT_BYTES, "%s%s%s", codes, strcmp(status, "ok") == 0 ? "" : ": ",
                     strcmp(status, "ok") == 0 ? "" : status);
    }
    return values;
}

double *values_of(const struct run *run, const struct cell *c, const char *metric,
                  char fault[FAULT_BYTES])
{
    return values_for(run, c, metric, measure_of(metric), fault);
}

// How many of a cell's trials can be used for a measure, and how many of those bear each code.
static size_t count_reasons(const struct run *run, const struct cell *c, unsigned measure,
                            size_t *counts)
{
    size_t usable = 0, trials;
    const size_t *rows = run_trials(run, c, &trials);
    memset(counts, 0, reason_count * sizeof *counts);
    for (size_t trial = 0; trial < trials; trial++) {
        size_t row = rows[trial];
        if (!is_usable(run, row, measure))
            continue;
        usable++;
        for (size_t i = 0; i < reason_count; i++)
            counts[i] +=
                is_among(reasons[i].code, table_text(&run->trials, row, run->trial_reasons));
    }
    return usable;
}

int cell_validity(const struct run *run, const struct cell *c, const char *metric, size_t n,
                  char codes[CODES_BYTES])
{
    unsigned measure = measure_of(metric);
    size_t counts[sizeof reasons / sizeof *reasons],
        usable = count_reasons(run, c, measure, counts);
    strcpy(codes, "-");
    for (size_t i = 0; i < reason_count; i++)
        if (reasons[i].concerns & measure && 100 * counts[i] > SUSPECT_PERCENT * usable)
            codes_add(codes, reasons[i].code);
    if (n < ESTIMATE_MIN_N ||
        (measure == LATENCIES && 100 * (usable - n) > SUSPECT_PERCENT * usable))
        codes_add(codes, too_few);
    return strcmp(codes, "-") == 0 ? VALID : SUSPECT;
}

static void write_bound(FILE *file, double bound)
{
    if (isnan(bound))
        fputs("\t-", file);
    else
        fprintf(file, "\t%g", bound);
}

static void write_concerns(FILE *file, unsigned concerns)
{
    static const char *const names[] = {"rates", "latencies", "durations", "cpu times", "counts"};
    const char *between = "\t";
    if (concerns == EVERYTHING) {
        fputs("\teverything", file);
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (concerns & 1U << i) {
            fprintf(file, "%s%s", between, names[i]);
            between = ", ";
        }
}

void reasons_write(const struct run *run, FILE *file)
{
    fputs("code\tvalidity\tconcerns\tlooks_at\tlow\thigh\ttrials\tsays\twhy\n", file);
    for (const struct reason *r = reasons; r < reasons + reason_count; r++) {
        size_t trials = 0;
        for (size_t row = 0; row < run->trials.rows; row++)
            trials += is_among(r->code, table_text(&run->trials, row, run->trial_reasons));
        fprintf(file, "%s\t%s", r->code, validity_names[r->validity]);
        write_concerns(file, r->concerns);
        fprintf(file, "\t%s", r->looks_at == FIGURE_COUNT ? "-" : figure_names[r->looks_at]);
        write_bound(file, r->low);
        write_bound(file, r->high);
        fprintf(file, "\t%zu\t%s\t%s\n", trials, r->says, r->why);
    }
}
