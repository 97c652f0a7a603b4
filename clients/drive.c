// The client driver: puts a load on an echo server (any of RFC 862's kind), verifies every byte,
// and reports rates, latencies, errors and its own CPU time. All models are measured by this one
// program.
#include "clients/core/arguments.h"
#include "clients/core/engine.h"
#include "clients/core/hosts.h"
#include "clients/core/judge.h"
#include "clients/core/summary.h"
#include "clients/core/workers.h"

#include <argp.h>
#include <err.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *argp_program_version = "forklore " VERSION;

struct options {
    struct load load;
    const char *target;
    const char *hgrm_path;
    const char *raw_path;
    const struct net *net;
    unsigned workers; // 0: one per CPU
    const char *host_names, *launch, *channels;
    struct host hosts[HOSTS_AT_MOST];
    size_t host_count; // 0: this process drives
    int gate_fd;
    bool json, describes, deploys;
};

enum {
    WARMUP_OPTION = 256,
    TIMEOUT_OPTION,
    SEED_OPTION,
    IO_OPTION,
    DESCRIBE_OPTION,
    GATE_OPTION,
    JSON_OPTION,
    HGRM_OPTION,
    IN_TIME_OPTION,
    BURST_OPTION,
    RAW_OPTION,
    HOSTS_OPTION,
    LAUNCH_OPTION,
    CHANNELS_OPTION,
    DEPLOY_OPTION
};

enum { LOAD_GROUP = 1, TIME_GROUP, REPORT_GROUP, PROGRAM_GROUP };

static const struct argp_option argp_options[] = {
    {NULL, 0, NULL, 0, "Load:", LOAD_GROUP},
    {NULL, 0, NULL, 0, "Time:", TIME_GROUP},
    {NULL, 0, NULL, 0, "Report:", REPORT_GROUP},
    {NULL, 0, NULL, 0, "For programs that use this one:", PROGRAM_GROUP},
    {"connections", 'c', "CONNECTIONS", 0, "Connections at the same time (default 1)", LOAD_GROUP},
    {"requests", 'k', "REQUESTS", 0,
     "Requests per connection, then it is closed; 0: it persists (default 0)", 0},
    {"workers", 'w', "WORKERS", 0,
     "Processes that share the load, each on a CPU of its own (default: one per CPU that this "
     "program may use, at most CONNECTIONS); of each host, where there are several",
     0},
    {"size", 's', "BYTES", 0, "Bytes per request (default 64)", 0},
    {"duration", 'd', "SECONDS", 0, "Length of the measured window (default 1)", TIME_GROUP},
    {"total", 'n', "REQUESTS", 0, "Measure REQUESTS requests instead of a duration", 0},
    {"rate", 'r', "RATE", 0, "Open loop: requests per second, Poisson; 0: closed loop (default 0)",
     LOAD_GROUP},
    {"burst", BURST_OPTION, "RATE:SECONDS", 0,
     "Open loop: the window begins with another RATE for SECONDS. Report how long after that more "
     "than one request in a hundred was not answered within the time of --in-time",
     0},
    {"warmup", WARMUP_OPTION, "SECONDS", 0, "Run the same load before the window (default 0)",
     TIME_GROUP},
    {"timeout", TIMEOUT_OPTION, "SECONDS", 0,
     "A request fails after SECONDS without an answer (default 2)", 0},
    {"seed", SEED_OPTION, "N", 0, "Seed of the open loop's schedule (default 1)", 0},
    {"io", IO_OPTION, "BACKEND", 0,
     "epoll, io_uring or threads: a blocking thread per connection (default: epoll, on every "
     "machine, so that results are comparable)",
     LOAD_GROUP},
    {"describe", DESCRIBE_OPTION, NULL, 0,
     "Print the I/O backend and exit: with status 77 and the reason if it does not work here",
     PROGRAM_GROUP},
    {"gate", GATE_OPTION, "FD", 0,
     "At the start and the end of the window, write a line to FD and wait for a line back, so "
     "that another program can read counters",
     0},
    {"json", JSON_OPTION, NULL, 0, "Print one JSON object instead of lines of name and value",
     REPORT_GROUP},
    {"hgrm", HGRM_OPTION, "FILE", 0,
     "Write the latency histogram to FILE (HdrHistogram's text format, microseconds)", 0},
    {"in-time", IN_TIME_OPTION, "SECONDS", 0,
     "Report the share of requests answered within SECONDS of their due time (default 0.1)", 0},
    {"raw", RAW_OPTION, "FILE", 0,
     "Write the whole latency histogram to FILE as one line (clients/core/histogram.h)", 0},
    {"hosts", HOSTS_OPTION, "NAMES", 0,
     "Drive from these hosts together, separated by blanks; each runs an agent of this build "
     "(build/clients/agent)",
     LOAD_GROUP},
    {"launch", LAUNCH_OPTION, "COMMAND", 0,
     "How to start a program on the host {} (default: " HOST_LAUNCH ")", 0},
    {"deploy", DEPLOY_OPTION, NULL, 0, "Copy the agent to the hosts and exit", PROGRAM_GROUP},
    {"channels", CHANNELS_OPTION, "NAME=FD:CPUS,...", 0,
     "The same from hosts whose agents another program has started", 0},
    {0},
};

static const char about[] =
    "Drives a TCP echo server: as fast as it goes or at a rate, with new or persistent "
    "connections, on one CPU, many, or those of several hosts. Checks every byte. Reports rates, "
    "latencies, errors and its own CPU time."
    "\v"
    "With a rate, requests are due at random times, whatever the server does. Latency counts from "
    "then, so a server that stalls cannot hide it (no coordinated omission)."
    "\n\n"
    "latency: from when a request was due (without a rate: sent) to its last byte. service: from "
    "when it was sent. send_lag: how late this program sent it. Failed requests count with the "
    "time-out. A percentile needs ten values beyond it; otherwise it is \"-\". If cpu_load is near "
    "1, this program is the limit, and not the server: give it more CPUs.\n\n"
    "Examples:\n"
    "  drive -c 64 localhost:7777               64 connections, as fast as they go\n"
    "  drive -c 64 -k 1 localhost:7777          a new connection for each request\n"
    "  drive -c 256 -r 20000 localhost:7777     20000 requests per second";

static void parse_burst(char *argument, struct load *load)
{
    char *colon = strchr(argument, ':');
    if (!colon)
        errx(2, "--burst must be RATE:SECONDS, not '%s'", argument);
    *colon = '\0';
    load->burst_rate_per_s = number(argument, "RATE of the burst", 0.001, 1e8);
    load->burst_ns = seconds(colon + 1, "SECONDS of the burst", 0.001);
}

static void parse_channels(struct options *options)
{
    const char *rest = options->channels;
    int length;
    for (; *rest; rest += length + (rest[length] == ',')) {
        struct host *host = &options->hosts[options->host_count++];
        if (options->host_count > HOSTS_AT_MOST ||
            sscanf(rest, "%63[^=]=%d:%u%n", host->name, &host->fd, &host->cpus, &length) != 3 ||
            (rest[length] && rest[length] != ','))
            errx(2, "--channels must be NAME=FD:CPUS,..., not '%s'", options->channels);
    }
}

static void find_hosts(struct options *options)
{
    host_check_launch(options->launch);
    if (options->channels)
        parse_channels(options);
    else if (options->host_names)
        options->host_count = hosts_named(options->host_names, options->hosts);
    if (options->host_names && !options->host_count)
        errx(2, "--hosts names no host");
}

// What depends on several options.
static void check(struct options *options)
{
    struct load *load = &options->load;
    if (load->total_requests && load->window_ns)
        errx(2, "-d and -n exclude each other");
    if (!load->total_requests && !load->window_ns)
        load->window_ns = 1000000000;
    if (options->workers * (options->host_count ? options->host_count : 1) > workers_at_most(load))
        errx(2, "WORKERS must be at most the CONNECTIONS%s, and the REQUESTS of -n",
             options->host_count ? " of a host" : "");
    if (load->burst_ns && (!(load->rate_per_s > 0) || load->burst_ns >= load->window_ns))
        errx(2, "--burst needs -r, and a window (-d) that is longer");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    struct load *load = &options->load;
    switch (key) {
    case 'c':
        load->connections = (unsigned)whole(argument, "CONNECTIONS", 1, 1000000);
        return 0;
    case 'k':
        load->requests_per_connection = whole(argument, "REQUESTS per connection", 0, 1e12);
        return 0;
    case 'w':
        options->workers = (unsigned)whole(argument, "WORKERS", 1, 1024);
        return 0;
    case 's':
        load->bytes = whole(argument, "BYTES", 1, 16 << 20);
        return 0;
    case 'd':
        load->window_ns = seconds(argument, "the duration in SECONDS", 0.001);
        return 0;
    case 'n':
        load->total_requests = whole(argument, "the total of REQUESTS", 1, 1e12);
        return 0;
    case 'r':
        load->rate_per_s = number(argument, "RATE", 0, 1e8);
        return 0;
    case WARMUP_OPTION:
        load->warmup_ns = seconds(argument, "the warm-up in SECONDS", 0);
        return 0;
    case TIMEOUT_OPTION:
        load->timeout_ns = seconds(argument, "the time-out in SECONDS", 0.001);
        return 0;
    case SEED_OPTION:
        load->seed = whole(argument, "the seed", 0, 9e15);
        return 0;
    case IO_OPTION:
        options->net = net_named(argument);
        if (!options->net)
            errx(2, "--io must be epoll, io_uring or threads, not '%s'", argument);
        return 0;
    case DESCRIBE_OPTION:
        options->describes = true;
        return 0;
    case GATE_OPTION:
        options->gate_fd = (int)whole(argument, "FD", 0, 1e6);
        return 0;
    case JSON_OPTION:
        options->json = true;
        return 0;
    case HGRM_OPTION:
        options->hgrm_path = argument;
        return 0;
    case IN_TIME_OPTION:
        load->late_ns = seconds(argument, "the time for an answer in SECONDS", 0.000001);
        return 0;
    case BURST_OPTION:
        parse_burst(argument, load);
        return 0;
    case RAW_OPTION:
        options->raw_path = argument;
        return 0;
    case HOSTS_OPTION:
        options->host_names = argument;
        return 0;
    case LAUNCH_OPTION:
        options->launch = argument;
        return 0;
    case CHANNELS_OPTION:
        options->channels = argument;
        return 0;
    case DEPLOY_OPTION:
        options->deploys = true;
        return 0;
    case ARGP_KEY_END:
        find_hosts(options);
        if (options->describes || options->deploys)
            return 0;
        check(options);
        // fall through
    default:
        return target_option(key, argument, state, &options->target);
    }
}

static int gate_fd = -1;

static void gate(const char *moment)
{
    char line[16], answer = 0;
    int length = snprintf(line, sizeof line, "%s\n", moment);
    if (write(gate_fd, line, (size_t)length) != length)
        err(1, "gate");
    while (answer != '\n')
        if (read(gate_fd, &answer, 1) != 1)
            errx(1, "gate: end of file instead of an answer");
}

static void print_report(const struct report *r, bool as_json)
{
    report_write(r, stdout, as_json);
    if (fflush(stdout) == EOF)
        err(1, "standard output");
}

static void write_hgrm(const char *path, const struct histogram *latency)
{
    FILE *file = fopen(path, "we");
    if (!file || histogram_write_hgrm(latency, file, 1000) < 0 || fclose(file) == EOF)
        err(1, "%s", path);
}

static void write_raw(const char *path, const struct histogram *latency)
{
    FILE *file = fopen(path, "we");
    if (!file || histogram_write_raw(latency, file) < 0 || fclose(file) == EOF)
        err(1, "%s", path);
}

static struct options *opened; // whose hosts this process has started

static void close_hosts(void)
{
    hosts_close(opened->hosts, opened->host_count);
}

// Starts the agents of the hosts, unless another program has done so.
static void open_hosts(struct options *options)
{
    char problem[HOST_TEXT_BYTES];
    cpu_set_t cpus;
    if (options->channels)
        return;
    opened = options;
    atexit(close_hosts);
    if (sched_getaffinity(0, sizeof cpus, &cpus) < 0)
        err(1, "sched_getaffinity");
    if (hosts_open(options->hosts, options->host_count, options->launch, &cpus, problem))
        errx(1, "%s", problem);
}

// Nothing goes on without a host: the others would have another load.
static _Noreturn void give_up(const struct hosts *hosts)
{
    char words[HOST_TEXT_BYTES] = "";
    if (hosts->lost->keeper)
        host_explain(hosts->lost, words);
    if (gate_fd >= 0)
        dprintf(gate_fd, "lost %s %.180s\n", hosts->lost->name, hosts->reason);
    errx(1, "client host %s %s%s", hosts->lost->name, hosts->reason, words);
}

// Runs the load by the hosts, or by workers of this process. Returns the outcome of each worker.
static const struct outcome *run(struct options *options, unsigned *count)
{
    const struct load *load = &options->load;
    struct hosts hosts = {
        .list = options->hosts, .count = options->host_count, .workers = options->workers};
    if (!hosts.count) {
        unsigned most = workers_at_most(load), cpus = workers_cpus();
        *count = options->workers ? options->workers : cpus < most ? cpus : most;
        return workers_run(options->net, load, *count);
    }
    open_hosts(options);
    const struct outcome *own = hosts_run(&hosts, options->net, load, count);
    if (!own)
        give_up(&hosts);
    options->host_count = hosts.used;
    return own;
}

// What it would drive with: a backend, or hosts.
static void describe(struct options *options)
{
    if (!options->host_count) {
        net_open(options->net, 1);
        puts(options->net->name);
    } else {
        open_hosts(options);
    }
    for (const struct host *h = options->hosts; h < options->hosts + options->host_count; h++)
        printf("%s%s\n", h->about, h->is_here ? "\tis_here=yes" : "");
    if (fflush(stdout) == EOF)
        err(1, "standard output");
}

static void deploy(const struct options *options)
{
    for (size_t i = 0; i < options->host_count; i++)
        if (host_deploy(&options->hosts[i], options->launch) != 0)
            errx(1, "client host %s: the agent cannot be copied", options->hosts[i].name);
}

int main(int argc, char **argv)
{
    static struct outcome outcome; // three histograms: too large for the stack
    static struct options options = {
        .load = {.connections = 1,
                 .bytes = 64,
                 .timeout_ns = 2000000000,
                 .seed = 1,
                 .workers = 1,
                 .late_ns = 100000000},
        .net = &net_epoll,
        .launch = HOST_LAUNCH,
        .gate_fd = -1,
    };
    struct argp argp = {argp_options, parse_option, "HOST:PORT", about, NULL, NULL, NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;

    if (options.deploys || options.describes) {
        if (options.deploys)
            deploy(&options);
        else
            describe(&options);
        return 0;
    }
    options.load.target_bytes = resolve(options.target, &options.load.target);
    if (!options.host_count)
        make_room_for(options.load.connections);
    if (options.gate_fd >= 0) {
        gate_fd = options.gate_fd;
        options.load.gate = gate;
    }
    if (options.load.burst_ns)
        summary_slice(&options.load);
    signal(SIGPIPE, SIG_IGN);      // a closed gate is an error with a message
    prctl(PR_SET_TIMERSLACK, 1UL); // exact timers for the schedule
    struct dropped before = dropped_until_now();
    unsigned workers;
    const struct outcome *own = run(&options, &workers);
    outcome = *own;
    for (unsigned i = 1; i < workers; i++)
        outcome_merge(&outcome, &own[i]);
    struct report report = summary(&options.load, &outcome, own, workers);
    report.hosts = options.host_count ? (double)options.host_count : NAN;
    snprintf(report.target, sizeof report.target, "%s", options.target);
    snprintf(report.io, sizeof report.io, "%s", options.net->name);
    print_report(&report, options.json);
    if (options.hgrm_path)
        write_hgrm(options.hgrm_path, &outcome.latency);
    if (options.raw_path)
        write_raw(options.raw_path, &outcome.latency);
    return judge(options.target, &outcome, &before);
}
