// selftest: tests the measurement itself, before a run's trials and, with --judge, after them.
//
// Before: the driver gets a load whose latencies can be computed (bench/analyse/selftest.h) and one
// that finds its limit; timer, clock and CPUs are checked. After: the ratios of self_same, a server
// measured under two names, are judged. Each finding is a row of selftest.tsv, which is written
// completely or not at all. A failed finding is not a failure of this program: the report says what
// it makes doubtful.
#include "bench/analyse/selftest.h"
#include "bench/analyse/statistics.h"
#include "bench/base/experiment.h"
#include "bench/base/names.h"
#include "bench/base/output.h"
#include "bench/base/record.h"
#include "bench/base/table.h"
#include "bench/measure/plan/contender.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/setting.h"
#include "bench/measure/trial/trial_type.h"

#include <argp.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const uint64_t second_ns = 1000000000;
static const char table_name[] = "selftest.tsv", same_prefix[] = "same_server_";

struct options {
    const char *run;
    bool judges;
};

static const struct argp_option argp_options[] = {
    {"judge", 'j', NULL, 0, "After the trials: judge the server measured under two names", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt's one line is enough
        return 0;
    case 'j':
        options->judges = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->run)
            errx(2, "unexpected argument '%s' after the folder of the run", argument);
        options->run = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->run)
            errx(2, "the folder of the run is missing (see --help)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

// ---- what was found -----------------------------------------------------------------------------

static struct finding findings[32];
static size_t finding_count;

static void found(const struct finding *f)
{
    if (finding_count == sizeof findings / sizeof *findings)
        errx(1, "too many findings");
    findings[finding_count++] = *f;
}

// ---- the known answer ---------------------------------------------------------------------------

// The load leaves the server idle for at least nine tenths of the time. There are few connections,
// so that a driver that counts from the send time would miss nearly everything. A quarter of the
// stop is a delay that no healthy machine has by itself.
enum { RATE_PER_S = 2000, CONNECTIONS = 16 };
static const double window_s = 2, before_stop_s = 0.6, stop_s = 0.3, limit_s = 0.075, tail = 0.01;

struct answer { // by the driver; NAN: none
    double share, p99_us, max_us, p99_from_sending_us;
};

static bool start_server(const struct setting *setting, struct arguments *list, pid_t *pid,
                         char address[256])
{
    static const char announcement[] = "listening on ";
    char line[256];
    int output[2];
    if (pipe2(output, O_CLOEXEC) < 0)
        err(1, "pipe");
    *pid = process_start(list, &setting->server_cpus, output[1], setting->log_fd, -1);
    close(output[1]);
    bool started = read_line(output[0], line, sizeof line, monotonic_ns() + 5 * second_ns) &&
                   strncmp(line, announcement, strlen(announcement)) == 0;
    close(output[0]); // no further output is read
    if (started)
        snprintf(address, 256, "%s", line + strlen(announcement));
    return started;
}

// Ends a process, by force if necessary. True if it exited successfully.
static bool end(pid_t pid, uint64_t within_ns)
{
    int status = 0;
    struct rusage usage;
    if (process_wait(pid, monotonic_ns() + within_ns, &status, &usage))
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return false;
}

static void sleep_s(double seconds)
{
    struct timespec rest = {.tv_sec = (time_t)seconds,
                            .tv_nsec = (long)((seconds - floor(seconds)) * 1e9)};
    while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
        ;
}

// Stops the server for a while. False if it has ended instead.
static bool stop_for_a_while(pid_t server, struct stall *s)
{
    siginfo_t state = {0};
    uint64_t stopping_ns = monotonic_ns();
    if (kill(server, SIGSTOP) < 0 ||
        waitid(P_PID, (id_t)server, &state, WSTOPPED | WEXITED | WNOWAIT) < 0 ||
        state.si_code != CLD_STOPPED)
        return false;
    uint64_t stopped_ns = monotonic_ns();
    sleep_s(stop_s);
    uint64_t continuing_ns = monotonic_ns();
    if (kill(server, SIGCONT) < 0)
        return false;
    s->longest_s = (double)(monotonic_ns() - stopping_ns) / 1e9;
    s->shortest_s = (double)(continuing_ns - stopped_ns) / 1e9;
    return true;
}

// Waits for the driver's signal that its window begins or ends, and lets it continue.
static bool pass_gate(int gate)
{
    char moment[16];
    return read_line(gate, moment, sizeof moment, monotonic_ns() + 10 * second_ns) &&
           write(gate, "\n", 1) == 1;
}

static void read_report(int fd, struct answer *answer)
{
    char line[256], name[64];
    double value;
    while (read_line(fd, line, sizeof line, monotonic_ns() + second_ns)) {
        if (sscanf(line, "%63s %lf", name, &value) != 2)
            continue;
        if (strcmp(name, "latency_p99_us") == 0)
            answer->p99_us = value;
        else if (strcmp(name, "latency_max_us") == 0)
            answer->max_us = value;
        else if (strcmp(name, "service_p99_us") == 0)
            answer->p99_from_sending_us = value;
    }
}

static void drive_and_stop(const struct setting *setting, pid_t server, const char *address,
                           struct stall *s, struct answer *answer)
{
    char words[1024];
    int output[2], gate[2], hgrm_fd = memfd_create("hgrm", MFD_CLOEXEC);
    struct arguments list = {0};
    struct answer got = *answer;
    if (hgrm_fd < 0 || pipe2(output, O_CLOEXEC) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0)
        err(1, "the driver's outputs");
    snprintf(words, sizeof words,
             BUILD_FOLDER
             "/clients/drive --gate %d --hgrm /proc/%d/fd/%d -c %d -r %d -d %g --warmup 0.1 "
             "%s",
             gate[1], (int)getpid(), hgrm_fd, CONNECTIONS, RATE_PER_S, window_s, address);
    arguments_add(&list, words);
    pid_t driver = process_start(&list, &setting->client_cpus, output[1], setting->log_fd, gate[1]);
    close(output[1]);
    close(gate[1]);
    bool stopped = false;
    if (pass_gate(gate[0])) {
        sleep_s(before_stop_s);
        stopped = stop_for_a_while(server, s) && pass_gate(gate[0]);
    }
    close(gate[0]); // a driver that still waits there ends
    read_report(output[0], &got);
    close(output[0]);
    FILE *hgrm = fdopen(hgrm_fd, "re");
    if (!hgrm)
        err(1, "the driver's histogram");
    if (end(driver, 5 * second_ns) && stopped) {
        rewind(hgrm);
        got.share = hgrm_share_above(hgrm, limit_s * 1e6);
        *answer = got;
    }
    fclose(hgrm);
}

static void ask_for_the_known_answer(const struct setting *setting)
{
    static const char concerns[] = "latency";
    struct arguments list = {.list = {BUILD_FOLDER "/servers/epoll"}, .count = 1};
    struct answer a = {NAN, NAN, NAN, NAN};
    // A missing answer gets the bounds of the intended stop.
    struct stall s = {RATE_PER_S, window_s, stop_s, stop_s};
    char address[256];
    pid_t server;
    if (start_server(setting, &list, &server, address))
        drive_and_stop(setting, server, address, &s, &a);
    kill(server, SIGTERM);
    end(server, second_ns);

    struct bounds share = stall_share(&s, limit_s), p99 = stall_quantile(&s, tail),
                  max = stall_maximum(&s);
    found(&(struct finding){"known_answer_delayed", 100 * a.share, "%", 100 * share.low,
                            100 * share.high,
                            "requests more than 75 ms late when the server is stopped for 300 ms "
                            "of 2 s under an open loop",
                            concerns});
    found(&(struct finding){"known_answer_p99", a.p99_us / 1e3, "ms", p99.low * 1e3, p99.high * 1e3,
                            "99th percentile of the latencies then", concerns});
    found(&(struct finding){"known_answer_max", a.max_us / 1e3, "ms", max.low * 1e3, max.high * 1e3,
                            "largest latency then", concerns});
    found(&(struct finding){"known_answer_p99_from_sending", a.p99_from_sending_us / 1e3, "ms", NAN,
                            NAN,
                            "what a client would say that counts from when it sends (coordinated "
                            "omission)",
                            "-"});
}

// ---- the client's ceiling -----------------------------------------------------------------------

static void find_the_ceiling(const struct setting *setting)
{
    static char text[1024];
    bool has_io_uring = describe(BUILD_FOLDER "/servers/io_uring", "", text, sizeof text) == 0;
    struct measurement m;
    measurement_reset(&m);
    const struct trial trial = {
        .setting = setting,
        .program = has_io_uring ? BUILD_FOLDER "/servers/io_uring" : BUILD_FOLDER "/servers/epoll",
        .arguments = "-",
        .load = {.connections = 64, .bytes = 64, .window_s = 0.5, .warmup_s = 0.1},
    };
    trial_type_named("serve")->measure(&trial, &m);
    if (strcmp(m.status, "ok") != 0)
        measurement_reset(&m);
    found(&(struct finding){
        "null_echo_client_ceiling", 1e6 / m.figures[FIGURE_client_cpu_us_per_echo], "1/s", NAN, NAN,
        has_io_uring ? "echoes that a full core of the client could do, from its CPU "
                       "time for each with the io_uring server"
                     : "echoes that a full core of the client could do, from its CPU "
                       "time for each with the epoll server",
        "rates"});
    found(&(struct finding){"null_echo_client_load", 100 * m.figures[FIGURE_client_load], "%", NAN,
                            NAN, "of the client's core while that was measured", "rates"});
}

// ---- timer, clock, processors -------------------------------------------------------------------

enum { SLEEPS = 2000, SLEEP_NS = 100000, CLOCK_READS = 1000000 };

static void run_on(const cpu_set_t *cpus)
{
    if (sched_setaffinity(0, sizeof *cpus, cpus) < 0)
        err(1, "sched_setaffinity");
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The driver waits for a request's time with such a timer: it sends that much too late, and the
// delay counts as latency. If half of the sleeps are more than 100 us late, that is more than an
// echo takes. If one in a hundred is more than 1 ms late, the timer is not the cause: another task
// has the core.
static void find_the_overshoot(const struct setting *setting)
{
    static const char concerns[] = "latency";
    static const struct timespec rest = {.tv_nsec = SLEEP_NS};
    static double late_us[SLEEPS];
    run_on(&setting->client_cpus);
    prctl(PR_SET_TIMERSLACK, 1UL); // like the driver
    for (size_t i = 0; i < SLEEPS; i++) {
        uint64_t begun_ns = monotonic_ns();
        clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, NULL);
        late_us[i] = ((double)(monotonic_ns() - begun_ns) - SLEEP_NS) / 1e3;
    }
    qsort(late_us, SLEEPS, sizeof *late_us, compare_numbers);
    found(&(struct finding){"timer_overshoot_p50", sorted_quantile(late_us, SLEEPS, 0.5), "us", NAN,
                            100, "how late sleeps of 100 us end on the client's core: half of them",
                            concerns});
    found(&(struct finding){"timer_overshoot_p99", sorted_quantile(late_us, SLEEPS, 0.99), "us",
                            NAN, 1000, "the latest hundredth of them", concerns});
    found(&(struct finding){"timer_overshoot_max", late_us[SLEEPS - 1], "us", NAN, NAN,
                            "the latest of 2000", concerns});
}

struct core {
    const char *longest_name, *lost_name, *longest_what, *lost_what;
};

// One percent of lost time lowers every rate by one percent: 5 % is the target width of a headline
// interval. A gap of 10 ms is several time slices of another task: it would be the largest latency
// of many trials.
static void find_the_gaps(const cpu_set_t *cpus, const struct core *core)
{
    struct gaps gaps = {0};
    run_on(cpus);
    uint64_t begun_ns = monotonic_ns(), last_ns = begun_ns;
    while (last_ns - begun_ns < second_ns) {
        uint64_t now_ns = monotonic_ns();
        gaps_add(&gaps, now_ns - last_ns);
        last_ns = now_ns;
    }
    found(&(struct finding){core->longest_name, (double)gaps.longest_ns / 1e3, "us", NAN, 10000,
                            core->longest_what, "latency"});
    found(&(struct finding){core->lost_name,
                            100 * (double)gaps.lost_ns / (double)(last_ns - begun_ns), "%", NAN, 5,
                            core->lost_what, "rates latency"});
}

// The driver reads the clock about twice per echo, which costs it about 10 us: with 200 ns each,
// that is 4 %. In user space a read takes 20 to 60 ns; with a call into the kernel or the
// hypervisor it takes several times that.
static void find_the_cost_of_the_clock(void)
{
    static char what[256], source[64] = "unknown";
    FILE *file = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
    if (file && fgets(source, sizeof source, file))
        source[strcspn(source, "\n")] = '\0';
    if (file)
        fclose(file);
    uint64_t begun_ns = monotonic_ns(), last_ns = begun_ns;
    for (int i = 0; i < CLOCK_READS; i++)
        last_ns = monotonic_ns();
    snprintf(what, sizeof what, "what reading the clock costs; its source is %s", source);
    found(&(struct finding){"clock_read", (double)(last_ns - begun_ns) / CLOCK_READS, "ns", NAN,
                            200, what, "latency rates"});
}

// ---- the same server under two names ------------------------------------------------------------

static void judge_row(const struct table *t, size_t row)
{
    static char names[16][128];
    static size_t used;
    if (used == sizeof names / sizeof *names)
        errx(1, "%s: too many servers under two names", t->path);
    const char *baseline = table_text(t, row, table_column(t, "baseline"));
    double ratio = table_number(t, row, table_column(t, "ratio")),
           n = table_number(t, row, table_column(t, "n"));
    struct bounds b = same_server(ratio, table_number(t, row, table_column(t, "ratio_low")),
                                  table_number(t, row, table_column(t, "ratio_high")));
    const char *what = "the same server under two names: ratio of their CPU times";
    if (n > 0 && n < ESTIMATE_MIN_N)
        what = "the same server under two names: ratio of their CPU times; too few blocks to judge";
    else if (!(n > 0))
        b = same_server(1, 1, 1); // without a valid trial nothing is proved
    snprintf(names[used], sizeof *names, "%s%s", same_prefix, baseline);
    found(&(struct finding){names[used++], ratio, "-", b.low, b.high, what, "all"});
}

static void judge_the_same(const char *run)
{
    static char path[4096];
    struct experiment *experiments;
    struct table summary;
    const char *metric = NULL, *variants = NULL;
    snprintf(path, sizeof path, "%s/experiments", run);
    size_t count = experiments_read(path, &experiments);
    for (size_t i = 0; i < count; i++)
        if (strcmp(experiments[i].stem, "self_same") == 0) {
            metric = experiment_need(&experiments[i], "metric");
            variants = experiment_need(&experiments[i], "headline");
        }
    snprintf(path, sizeof path, "%s/summary.tsv", run);
    table_read(&summary, path);
    size_t experiment = table_column(&summary, "experiment"),
           measured = table_column(&summary, "metric"), model = table_column(&summary, "model"),
           note = table_column(&summary, "note");
    for (size_t row = 0; row < summary.rows && metric; row++)
        if (strcmp(table_text(&summary, row, experiment), "self_same") == 0 &&
            strcmp(table_text(&summary, row, measured), metric) == 0 &&
            is_listed(table_text(&summary, row, model), variants) &&
            strncmp(table_text(&summary, row, note), "skipped: ", 9) != 0)
            judge_row(&summary, row);
    table_free(&summary);
    experiments_free(experiments, count);
}

// ---- selftest.tsv -------------------------------------------------------------------------------

// The existing rows, except those of an earlier judgement.
static void copy_rows(const char *run, FILE *to)
{
    static char path[4096];
    struct table t;
    snprintf(path, sizeof path, "%s/%s", run, table_name);
    table_read(&t, path);
    for (size_t row = 0; row < t.rows; row++) {
        if (strncmp(table_text(&t, row, 0), same_prefix, strlen(same_prefix)) == 0)
            continue;
        for (size_t column = 0; column < t.columns; column++)
            fprintf(to, "%s%s", column ? "\t" : "", table_text(&t, row, column));
        fputc('\n', to);
    }
    table_free(&t);
}

static void write_findings(const struct options *options)
{
    struct output table = output_begin(options->run, table_name);
    fputs(FINDING_COLUMNS "\n", table.file);
    if (options->judges)
        copy_rows(options->run, table.file);
    for (size_t i = 0; i < finding_count; i++)
        finding_write(table.file, &findings[i]);
    output_complete(&table);
    for (size_t i = 0; i < finding_count; i++)
        if (strcmp(finding_verdict(&findings[i]), "failed") == 0)
            warnx("%s failed: %g %s", findings[i].name, findings[i].value, findings[i].unit);
}

static void measure(const char *run)
{
    static const struct core
        server = {"spin_longest_gap_server_core", "spin_lost_server_core",
                  "longest time that a program spinning for 1 s on the server's core did not run",
                  "of that second, in gaps of more than 50 us"},
        client = {"spin_longest_gap_client_core", "spin_lost_client_core",
                  "longest time that a program spinning for 1 s on the client's core did not run",
                  "of that second, in gaps of more than 50 us"};
    struct setting setting;
    setting_read(run, &setting);
    // No other process may measure for this run meanwhile: take the trials' lock early.
    struct record trials = record_open(run, "trials.tsv");
    record_lock(&trials);
    signal(SIGPIPE, SIG_IGN);
    hold_off_halts();
    ask_for_the_known_answer(&setting);
    find_the_ceiling(&setting);
    find_the_overshoot(&setting);
    find_the_gaps(&setting.server_cpus, &server);
    find_the_gaps(&setting.client_cpus, &client);
    find_the_cost_of_the_clock();
    close(setting.log_fd);
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct argp argp = {
        argp_options, parse_option,
        "RUN_FOLDER", "Tests the measuring itself, and writes what it finds to selftest.tsv.",
        NULL,         NULL,
        NULL};
    char path[4096];
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;
    snprintf(path, sizeof path, "%s/%s", options.run, options.judges ? table_name : "settings.tsv");
    if (access(path, R_OK) < 0)
        errx(1, "%s is not a run, or not so far: it has no %s", options.run,
             strrchr(path, '/') + 1);
    if (options.judges)
        judge_the_same(options.run);
    else
        measure(options.run);
    write_findings(&options);
    return 0;
}
