#include "bench/analyse/validity.h"
#include "bench/analyse/statistics.h"
#include "bench/base/memory.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const validity_names[] = {
    [VALID] = "valid", [SUSPECT] = "suspect", [INVALID] = "invalid", [DISPROVED] = "invalid"};

#define PACE (RATES | LATENCIES | MEDIANS | SHARES)
static const char too_few[] = "too-few-samples", fault_code[] = "fault";

const struct reason reasons[] = {
    {"wrong-bytes", DISPROVED, EVERYTHING, METRIC_wrong_answers, NAN, 0,
     "an answer differed from what was sent",
     "a server that once lost, invented or mixed up a byte is no echo server; its other trials "
     "cannot be trusted either"},
    {"wrong-process", DISPROVED, EVERYTHING, METRIC_foreign, NAN, 0,
     "processes outside the server answered or took part",
     "their work is in none of the server's metrics"},
    {"errors", INVALID, EVERYTHING, METRIC_errors, NAN, 0, "a request failed",
     "a server that does less than its work must gain nothing: no request may be refused, reset, "
     "short, wrong or late"},
    {fault_code, INVALID, EVERYTHING, METRIC_COUNT, NAN, NAN, "the trial could not be run properly",
     "its status says what went wrong"},
    {"client-host-lost", INVALID, EVERYTHING, METRIC_client_hosts_lost, NAN, 0,
     "a client host was lost", "the others had their own part of the load only"},
    {"ports-exhausted", INVALID, EVERYTHING, METRIC_ports_exhausted, NAN, 0,
     "the client had no free port for a connection", "then the client fails, not the server"},
    {"client-bound", SUSPECT, PACE, METRIC_client_load, NAN, CLIENT_BOUND,
     "the client's core was over 80 % busy, so this measures the client, not the server",
     "the load is a mean over the window: from 80 % on there are periods in which the driver is "
     "the "
     "limit"},
    {"clients-disagree", SUSPECT, LATENCIES | MEDIANS | SHARES, METRIC_client_p50_spread, NAN, 1.5,
     "one of the client's workers found a median latency half as long again as another's",
     "workers have the same load, so they differ by where they run; what is merged is then true of "
     "none of them"},
    {"start-skew", SUSPECT, PACE, METRIC_client_start_skew_us, NAN, 10000,
     "one of the client's workers began more than 10 ms after another",
     "until then the server has only a part of the load; of the usual window, 0.15 to 0.4 s, that "
     "is 3 to 7 %"},
    {"send-lag", SUSPECT, LATENCIES, METRIC_send_lag_p99_us, NAN, 1000,
     "the client sent due requests late",
     "timers are about 0.1 ms late; if one request in a hundred is more than 1 ms late, the timer "
     "is "
     "not the cause, and the delay counts as the server's"},
    {"median-lag", SUSPECT, MEDIANS, METRIC_send_lag_p50_us, NAN, 100,
     "the client sent half of the due requests late",
     "timers are about 0.1 ms late, a client in its loop less; the delay counts as the server's"},
    {"offered-not-sent", SUSPECT, PACE, METRIC_unsent_share, NAN, 0.001,
     "some due requests were never sent",
     "they count with the time-out: from one in a thousand on, the 99.9th percentile consists of "
     "them"},
    {"shared-processor", SUSPECT, RATES, METRIC_processors_shared, NAN, 0,
     "client and server share a CPU, and the rate is that of both",
     "each takes time from the other; the server's CPU time still shows how models differ"},
    {"capacity-of-client", SUSPECT, PACE, METRIC_capacity_server_load, 0.9, NAN,
     "the server was not saturated when its capacity was measured: the client was the limit",
     "a saturated server uses its CPU nearly all the time; otherwise a fraction of the rate is a "
     "fraction of the client's capacity"},
    {"unsteady", SUSPECT, PACE, METRIC_thirds, 0.67, 1.5,
     "the first and the last third of the window differ by half",
     "the mean over the window then represents neither; a third of a short trial is 50 ms, of "
     "which "
     "one time slice of another process takes a tenth"},
    {"littles-law", SUSPECT, PACE, METRIC_littles_law, 0.9, 1.1,
     "rate and latency do not fit the number of connections",
     "if connections always wait for an answer, their number is rate times mean latency, within 3 "
     "% "
     "even on a busy machine; the rest was spent outside the measurement"},
    {"steal", SUSPECT, PACE | DURATIONS | CPU_TIMES, METRIC_stolen_share, NAN, 0.05,
     "the hypervisor took more than 5 % of the CPU time",
     "the target width of a headline interval; it is counted in hundredths of a second, and two of "
     "them are less than that in a usual trial"},
    {"throttled", SUSPECT, PACE | DURATIONS, METRIC_throttled, NAN, 0,
     "the control group had used up its CPU quota",
     "the group is then suspended for the rest of a period, tens of milliseconds"},
    {"accept-queue-overflow", SUSPECT, PACE, METRIC_listen_drops, NAN, 0,
     "an accept queue overflowed",
     "a dropped client retries after a second, which is longer than most windows"},
    {"connection-table-full", SUSPECT, PACE, METRIC_conntrack_drops, NAN, 0,
     "conntrack had no room for a connection (nf_conntrack_max)",
     "the kernel then drops packets, whatever the server does; they are sent again later"},
    {"descriptors-leaked", INVALID, EVERYTHING & ~COUNTS, METRIC_descriptors_leaked, NAN, 16,
     "the server kept descriptors open that it no longer needs",
     "it leaves out part of the work, and fails when its descriptors run out; what a server opens "
     "once (a queue, a timer, a signal) is below that, and does not grow with the connections"},
    {"not-reaped", INVALID, EVERYTHING & ~COUNTS, METRIC_server_zombies, NAN, 8,
     "the server did not reap dead children",
     "it leaves out part of the work, and fails when its processes run out; a server that reaps at "
     "its next accept leaves a few"},
    {"client-disturbed", SUSPECT, PACE, METRIC_client_run_queue_delay, NAN, 0.05,
     "the client waited for its core, which another task used",
     "its waiting lowers rates and raises latencies, and a headline's interval should be within 5 "
     "%; "
     "alone on its core the client waits less than 0.1 %, and 2 to 4 % if it makes so many "
     "connections that kernel threads need the core"},
    {"start-up", SUSPECT, CPU_TIMES, METRIC_idle_share, NAN, 0.25,
     "over a quarter of the server's CPU time was for making a pool and stopping",
     "this part is measured in another start and subtracted, and starts differ by up to a third: "
     "of the rest, a tenth would be chance"},
    {"stalls", SUSPECT, PACE, METRIC_stalled, NAN, 0.005,
     "sometimes nothing came back for long, though no thread waited for a CPU",
     "half the loss of a server that sleeps 1 % of the time; of correct servers a few trials in a "
     "hundred reach it, by disturbances of the machine"},
    {too_few, SUSPECT, EVERYTHING, METRIC_COUNT, ESTIMATE_MIN_N, NAN,
     "fewer than 6 blocks, too few for an interval; or too few requests for this percentile",
     "no 95 % interval exists for fewer; a percentile needs ten requests beyond it in each trial"},
};
const size_t reason_count = sizeof reasons / sizeof *reasons;
_Static_assert(sizeof reasons / sizeof *reasons <= 32, "a set of reasons is 32 bits");

static const struct reason *last_reason(void)
{
    return reasons + reason_count;
}

static uint32_t bit_of(const struct reason *r)
{
    return UINT32_C(1) << (r - reasons);
}

static uint32_t bit_named(const char *code)
{
    for (const struct reason *r = reasons; r < last_reason(); r++)
        if (strcmp(r->code, code) == 0)
            return bit_of(r);
    errx(1, "there is no reason called '%s'", code);
}

uint32_t too_few_samples(void)
{
    return bit_named(too_few);
}

void codes_print(uint32_t set, char codes[CODES_BYTES])
{
    size_t used = 0;
    strcpy(codes, "-");
    for (const struct reason *r = reasons; r < last_reason(); r++)
        if (set & bit_of(r))
            used += (size_t)snprintf(codes + used, CODES_BYTES - used, "%s%s", used ? ";" : "",
                                     r->code);
}

int trial_validity(const double values[METRIC_COUNT], const char *status, uint32_t *set)
{
    int validity = VALID;
    bool is_explained = strcmp(status, "ok") == 0;
    *set = 0;
    for (const struct reason *r = reasons; r < last_reason(); r++) {
        double figure = r->looks_at == METRIC_COUNT ? NAN : values[r->looks_at];
        if (!(figure < r->low || figure > r->high))
            continue;
        *set |= bit_of(r);
        validity = r->validity > validity ? r->validity : validity;
        is_explained = is_explained || (r->validity >= INVALID && r->concerns == EVERYTHING);
    }
    if (is_explained)
        return validity;
    *set |= bit_named(fault_code);
    return validity > INVALID ? validity : INVALID;
}

// ---- cells ----

// The reasons that exclude a trial from numbers of this class.
static uint32_t exclusions(const struct judged_trial *trial, unsigned metric_class)
{
    uint32_t set = 0;
    for (const struct reason *r = reasons; r < last_reason(); r++)
        if (trial->reasons & bit_of(r) && r->validity >= INVALID && r->concerns & metric_class)
            set |= bit_of(r);
    return set;
}

// The reason that disproves a model, or NULL.
static const struct reason *disproof(const struct run *run, const char *model)
{
    for (size_t row = 0; row < run->trials.rows; row++) {
        if (run->judged[row].validity != DISPROVED ||
            strcmp(table_text(&run->trials, row, run->by_cell.model), model) != 0)
            continue;
        for (const struct reason *r = reasons; r < last_reason(); r++)
            if (r->validity == DISPROVED && run->judged[row].reasons & bit_of(r))
                return r;
    }
    return NULL;
}

static void explain(uint32_t set, const char *status, char fault[FAULT_BYTES])
{
    char codes[CODES_BYTES];
    bool is_ok = strcmp(status, "ok") == 0;
    codes_print(set, codes);
    snprintf(fault, FAULT_BYTES, "%s%s%s", codes, is_ok ? "" : ": ", is_ok ? "" : status);
}

long *usable_rows(const struct run *run, const struct cell *c, unsigned metric_class,
                  char fault[FAULT_BYTES])
{
    const struct reason *disproved = disproof(run, c->model);
    long *usable = memory_for(run->blocks, sizeof *usable);
    for (size_t block = 0; block < run->blocks; block++)
        usable[block] = NO_ROW;
    if (fault)
        *fault = '\0';
    size_t count;
    const size_t *rows = run_trials(run, c, &count);
    for (size_t i = 0; i < count; i++) {
        size_t row = rows[i], block = (size_t)table_number(&run->trials, row, run->trial_block);
        if (block < 1 || block > run->blocks)
            errx(1, "%s:%zu: no block %zu in the plan", run->trials.path, row + 2, block);
        uint32_t excluded = exclusions(&run->judged[row], metric_class);
        if (!excluded && !disproved)
            usable[block - 1] = (long)row;
        else if (fault && excluded)
            explain(excluded, run->judged[row].status, fault);
        else if (fault)
            snprintf(fault, FAULT_BYTES, "%s in another trial", disproved->code);
    }
    return usable;
}

double *values_of(const struct run *run, const struct cell *c, const struct metric *metric,
                  char fault[FAULT_BYTES])
{
    long *rows = usable_rows(run, c, metric->metric_class, fault);
    double *values = memory_for(run->blocks, sizeof *values);
    for (size_t block = 0; block < run->blocks; block++)
        values[block] =
            rows[block] == NO_ROW ? NAN : run->judged[rows[block]].values[metric - metrics];
    free(rows);
    return values;
}

// How many of a cell's trials are usable for a class, and how many of those have each reason.
static size_t count_reasons(const struct run *run, const struct cell *c, unsigned metric_class,
                            size_t *counts)
{
    size_t usable = 0, trials;
    const size_t *rows = run_trials(run, c, &trials);
    memset(counts, 0, reason_count * sizeof *counts);
    for (size_t i = 0; i < trials; i++) {
        const struct judged_trial *trial = &run->judged[rows[i]];
        if (exclusions(trial, metric_class))
            continue;
        usable++;
        for (const struct reason *r = reasons; r < last_reason(); r++)
            counts[r - reasons] += (trial->reasons & bit_of(r)) != 0;
    }
    return usable;
}

int cell_validity(const struct run *run, const struct cell *c, const struct metric *metric,
                  size_t n, uint32_t *set)
{
    size_t counts[sizeof reasons / sizeof *reasons],
        usable = count_reasons(run, c, metric->metric_class, counts);
    *set = 0;
    for (const struct reason *r = reasons; r < last_reason(); r++)
        if (r->concerns & metric->metric_class &&
            100 * counts[r - reasons] > SUSPECT_PERCENT * usable)
            *set |= bit_of(r);
    if (n < ESTIMATE_MIN_N ||
        (metric->percent > 0 && 100 * (usable - n) > SUSPECT_PERCENT * usable))
        *set |= too_few_samples();
    return *set ? SUSPECT : VALID;
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
    const char *between = "\t";
    if (concerns == EVERYTHING) {
        fputs("\teverything", file);
        return;
    }
    for (unsigned bit = 1; bit < EVERYTHING; bit <<= 1)
        if (concerns & bit) {
            fprintf(file, "%s%s", between, metric_class_name(bit));
            between = ", ";
        }
}

void reasons_write(const struct run *run, FILE *file)
{
    fputs("code\tvalidity\tconcerns\tlooks_at\tlow\thigh\ttrials\tsays\twhy\n", file);
    for (const struct reason *r = reasons; r < reasons + reason_count; r++) {
        size_t trials = 0;
        for (size_t row = 0; row < run->trials.rows; row++)
            trials += (run->judged[row].reasons & bit_of(r)) != 0;
        fprintf(file, "%s\t%s", r->code, validity_names[r->validity]);
        write_concerns(file, r->concerns);
        fprintf(file, "\t%s", r->looks_at == METRIC_COUNT ? "-" : metrics[r->looks_at].name);
        write_bound(file, r->low);
        write_bound(file, r->high);
        fprintf(file, "\t%zu\t%s\t%s\n", trials, r->says, r->why);
    }
}

void doubts_write(const struct run *run, FILE *file)
{
    static const char *const names[] = {"trial", "block", "experiment", "model", "x"};
    enum { NAMES = sizeof names / sizeof *names };
    size_t columns[NAMES];
    char codes[CODES_BYTES];
    for (size_t i = 0; i < NAMES; i++) {
        columns[i] = table_column(&run->trials, names[i]);
        fprintf(file, "%s\t", names[i]);
    }
    fputs("validity\treasons\n", file);
    for (size_t row = 0; row < run->trials.rows; row++) {
        if (!run->judged[row].reasons)
            continue;
        for (size_t i = 0; i < NAMES; i++)
            fprintf(file, "%s\t", table_text(&run->trials, row, columns[i]));
        codes_print(run->judged[row].reasons, codes);
        fprintf(file, "%s\t%s\n", validity_names[run->judged[row].validity], codes);
    }
}
