// selftest: tests the measurement itself, before a run's trials.
//
// The driver gets a load whose latencies can be computed (bench/analyse/selftest.h) and one that
// finds its limit; timer, clock and CPUs are checked. The findings go into selftest.tsv, which is
// written completely or not at all. They are numbers only, judged together with the trials
// (bench/analyse/selftest.c).
#include "bench/base/output.h"
#include "bench/base/record.h"
#include "bench/base/usage.h"
#include "bench/measure/gaps.h"
#include "bench/measure/plan/contender.h"
#include "bench/measure/trial/driver.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/trial_type.h"
#include "clients/core/clock.h"
#include "clients/core/histogram.h"

#include <err.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static FILE *findings;

// The description is written here, where the measurement is known.
__attribute__((format(printf, 4, 5))) static void found(const char *name, double value,
                                                        const char *unit, const char *format, ...)
{
    va_list arguments;
    fputs(name, findings);
    output_number(findings, value);
    fprintf(findings, "\t%s\t", unit);
    va_start(arguments, format);
    vfprintf(findings, format, arguments);
    va_end(arguments);
    fputc('\n', findings);
}

// ---- the known answer ---------------------------------------------------------------------------

// The load leaves the server idle for at least nine tenths of the time. There are few connections,
// so that a driver that counts from the send time would miss nearly everything. A quarter of the
// stop is a delay that no healthy machine has by itself.
enum { RATE_PER_S = 2000, CONNECTIONS = 16 };
static const double window_s = 2, before_stop_s = 0.6, stop_s = 0.3, limit_s = 0.075;

struct stop { // of the server, as seen by this program
    double shortest_s, longest_s;
};

static void sleep_s(double seconds)
{
    struct timespec rest = timespec_of_ns((uint64_t)(seconds * 1e9));
    while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
        ;
}

// Stops the server for a while. False if it has ended instead.
static bool stop_for_a_while(pid_t server, struct stop *stop)
{
    siginfo_t state = {0};
    uint64_t stopping_ns = now_ns();
    if (kill(server, SIGSTOP) < 0 ||
        waitid(P_PID, (id_t)server, &state, WSTOPPED | WEXITED | WNOWAIT) < 0 ||
        state.si_code != CLD_STOPPED)
        return false;
    uint64_t stopped_ns = now_ns();
    sleep_s(stop_s);
    uint64_t continuing_ns = now_ns();
    if (kill(server, SIGCONT) < 0)
        return false;
    stop->longest_s = (double)(now_ns() - stopping_ns) / 1e9;
    stop->shortest_s = (double)(continuing_ns - stopped_ns) / 1e9;
    return true;
}

static void drive_and_stop(const struct setting *setting, const struct server *server,
                           struct stop *stop, struct report *report, struct measurement *m)
{
    const struct load load = {
        .connections = CONNECTIONS, .rate = RATE_PER_S, .window_s = window_s, .warmup_s = 0.1};
    char in_time[64];
    snprintf(in_time, sizeof in_time, "--in-time %g", limit_s);
    struct driver driver = driver_start(setting, server, &load, in_time);
    bool stopped = false;
    if (driver_awaits_gate(&driver) && driver_pass_gate(&driver)) {
        sleep_s(before_stop_s);
        stopped = stop_for_a_while(server->pid, stop) && driver_awaits_gate(&driver) &&
                  driver_pass_gate(&driver);
    }
    driver_end(&driver, report, m);
    if (!stopped)
        measurement_fault(m, "the server was not stopped within the driver's window");
}

static void ask_for_the_known_answer(const struct setting *setting)
{
    struct measurement m;
    struct server server = {0};
    struct stop stop = {NAN, NAN};
    struct report report;
    measurement_reset(&m);
    report_clear(&report);
    if (server_start(setting, BUILD_FOLDER "/servers/epoll", "-", &server, &m))
        drive_and_stop(setting, &server, &stop, &report, &m);
    server_stop(setting, &server, &m);
    if (strcmp(m.status, "ok") != 0) {
        warnx("no known answer: %s", m.status);
        report_clear(&report);
    }
    found("known_answer_rate", RATE_PER_S, "1/s", "requests due, in an open loop");
    found("known_answer_window", window_s, "s", "window of these requests");
    found("known_answer_limit", limit_s, "s", "limit for a late request");
    found("known_answer_stop", stop_s, "s", "intended stop of the server");
    found("known_answer_stop_shortest", stop.shortest_s, "s", "its actual stop, at least");
    found("known_answer_stop_longest", stop.longest_s, "s", "its actual stop, at most");
    found("known_answer_delayed", 100 - report.in_time_percent, "%",
          "requests more than %g ms late when the server is stopped for %g ms of %g s under an "
          "open loop",
          limit_s * 1e3, stop_s * 1e3, window_s);
    found("known_answer_p99", report.latency.p99_us / 1e3, "ms",
          "99th percentile of the latencies then");
    found("known_answer_max", report.latency.max_us / 1e3, "ms", "largest latency then");
    found("known_answer_p99_from_sending", report.service.p99_us / 1e3, "ms",
          "the same, counted from the send time (coordinated omission)");
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
    found("null_echo_client_ceiling", 1e6 / m.values[METRIC_client_cpu_us_per_echo], "1/s",
          "echoes per second of a full client core, from its CPU time per echo with the %s "
          "server",
          has_io_uring ? "io_uring" : "epoll");
    found("null_echo_client_load", 100 * m.values[METRIC_client_load], "%",
          "load of the client's core during that measurement");
}

// ---- timer, clock, processors -------------------------------------------------------------------

enum { SLEEPS = 2000, SLEEP_US = 100, CLOCK_READS = 1000000 };

static void run_on(const cpu_set_t *cpus)
{
    if (sched_setaffinity(0, sizeof *cpus, cpus) < 0)
        err(1, "sched_setaffinity");
}

// The driver waits for a request's time with such a timer: it sends that much too late, and the
// delay counts as latency.
static void find_the_overshoot(const struct setting *setting)
{
    static const struct timespec rest = {.tv_nsec = SLEEP_US * 1000};
    static struct histogram late;
    histogram_reset(&late);
    run_on(&setting->client_cpus);
    prctl(PR_SET_TIMERSLACK, 1UL); // like the driver
    for (size_t i = 0; i < SLEEPS; i++) {
        uint64_t due_ns = now_ns() + SLEEP_US * 1000;
        clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, NULL);
        histogram_record(&late, now_ns() - due_ns);
    }
    found("timer_overshoot_p50", (double)histogram_percentile(&late, 50) / 1e3, "us",
          "median delay of sleeps of %d us on the client's core", SLEEP_US);
    found("timer_overshoot_p99", (double)histogram_percentile(&late, 99) / 1e3, "us",
          "99th percentile of that delay");
    found("timer_overshoot_max", (double)histogram_max(&late) / 1e3, "us", "largest of %d delays",
          SLEEPS);
}

static void find_the_gaps(const cpu_set_t *cpus, const char *core)
{
    static const uint64_t second_ns = 1000000000;
    struct gaps gaps = {0};
    char name[64];
    run_on(cpus);
    uint64_t begun_ns = now_ns(), last_ns = begun_ns;
    while (last_ns - begun_ns < second_ns) {
        uint64_t now = now_ns();
        gaps_add(&gaps, now - last_ns);
        last_ns = now;
    }
    snprintf(name, sizeof name, "spin_longest_gap_%s_core", core);
    found(name, (double)gaps.longest_ns / 1e3, "us",
          "longest time that a program spinning for 1 s on the %s's core did not run", core);
    snprintf(name, sizeof name, "spin_lost_%s_core", core);
    found(name, 100 * (double)gaps.lost_ns / (double)(last_ns - begun_ns), "%",
          "share of that second lost in gaps of more than %d us", GAP_NS / 1000);
}

static void find_the_cost_of_the_clock(void)
{
    char source[64] = "unknown";
    FILE *file = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
    if (file && fgets(source, sizeof source, file))
        source[strcspn(source, "\n")] = '\0';
    if (file)
        fclose(file);
    uint64_t begun_ns = now_ns(), last_ns = begun_ns;
    for (int i = 0; i < CLOCK_READS; i++)
        last_ns = now_ns();
    found("clock_read", (double)(last_ns - begun_ns) / CLOCK_READS, "ns",
          "cost of reading the clock; its source is %s", source);
}

// A program's CPU time may grow in steps of a tick, as in some sandboxes.
static void find_the_step_of_cpu_time(void)
{
    static const uint64_t second_ns = 1000000000;
    uint64_t until_ns = now_ns() + second_ns, step_ns = 0,
             begun_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    while (step_ns == 0 && now_ns() < until_ns)
        step_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begun_ns;
    found("cpu_time_step", step_ns > 0 ? (double)step_ns / 1e3 : NAN, "us",
          "least that the CPU time of a program grows by");
}

// ---- selftest.tsv -------------------------------------------------------------------------------

static void measure(const char *run)
{
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
    find_the_gaps(&setting.server_cpus, "server");
    find_the_gaps(&setting.client_cpus, "client");
    find_the_cost_of_the_clock();
    find_the_step_of_cpu_time();
    close(setting.log_fd);
}

int main(int argc, char **argv)
{
    char path[4096], *text;
    size_t bytes;
    usage_check(argc, argv, 1, 1, "selftest RUN_FOLDER", "Measures known answers before a run.");
    snprintf(path, sizeof path, "%s/settings.tsv", argv[1]);
    if (access(path, R_OK) < 0)
        errx(1, "%s is not a run: it has no settings.tsv", argv[1]);
    findings = open_memstream(&text, &bytes);
    if (!findings)
        err(1, "findings");
    measure(argv[1]);
    if (fclose(findings) == EOF)
        err(1, "findings");
    struct output table = output_begin(argv[1], "selftest.tsv");
    fprintf(table.file, "name\tvalue\tunit\twhat\n%s", text);
    output_complete(&table);
    free(text);
    return 0;
}
