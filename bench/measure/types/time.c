// A program that repeats an operation COUNT times, timed as a whole by hyperfine at two counts. One
// operation is the slope between them, so that program start cancels out.
//
// The load is the small and the large count, and the number of runs of each (default three). The
// raw times are kept as one line of JSON with the trial's number.
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/process_group.h"
#include "bench/measure/trial/trial_type.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t deadline_ns = 60000000000;

struct seconds {
    double wall, user, system;
};

// Reads the times at both counts from hyperfine's report, and appends the report to the raw times.
static bool read_report(const char *path, FILE *raw, struct seconds at[2])
{
    char command[512], line[256];
    snprintf(command, sizeof command,
             "jq -rc '([.results[] | .median, .user, .system] | @tsv), .' %s", path);
    FILE *report = popen(command, "re");
    if (!report)
        err(1, "jq");
    double n[6];
    bool read =
        fgets(line, sizeof line, report) &&
        sscanf(line, "%lf\t%lf\t%lf\t%lf\t%lf\t%lf", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5]) == 6;
    for (int i = 0; i < 2 && read; i++)
        at[i] = (struct seconds){n[3 * i], n[3 * i + 1], n[3 * i + 2]};
    while (fgets(line, sizeof line, report))
        fputs(line, raw);
    return pclose(report) == 0 && read;
}

static void measure(const struct trial *t, struct measurement *m)
{
    const unsigned long small = t->load.small_count, large = t->load.large_count,
                        runs = t->load.runs ? t->load.runs : 3;
    char command[1024], small_command[1060], large_command[1060], path[64], runs_option[32];
    if (small < 1 || large <= small)
        errx(1, "trial %lu: counts must be two rising numbers, not %lu and %lu", t->number, small,
             large);
    snprintf(command, sizeof command, "%s %s", t->program,
             strcmp(t->arguments, "-") == 0 ? "" : t->arguments);
    snprintf(small_command, sizeof small_command, "%s %lu", command, small);
    snprintf(large_command, sizeof large_command, "%s %lu", command, large);
    // The report goes into memory: a file would stay behind if this process were killed.
    int export_fd = memfd_create("hyperfine", MFD_CLOEXEC);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (export_fd < 0 || nowhere < 0)
        err(1, "hyperfine's report");
    snprintf(runs_option, sizeof runs_option, "--runs=%lu", runs);
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), export_fd);

    // A single run would pay for memory that the host has reclaimed since the last one.
    struct arguments list = {.list = {"hyperfine", "--shell=none", "--style=none", runs_option,
                                      runs == 1 ? "--warmup=1" : "--warmup=0", "--export-json",
                                      path, small_command, large_command},
                             .count = 9};
    int status = 0;
    struct rusage usage = {0};
    pid_t pid = process_start(&list, &t->setting->server_cpus, nowhere, t->setting->log_fd);
    struct seconds at[2] = {{0}};
    if (!process_wait(pid, now_ns() + deadline_ns, &status, &usage)) {
        measurement_fault(m, "hyperfine did not end");
        kill(-pid, SIGKILL);
        waitpid(pid, NULL, 0);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        measurement_fault(m, "hyperfine ended with status %#x", (unsigned)status);
    } else if (!read_report(path, t->raw, at)) {
        measurement_fault(m, "hyperfine's report cannot be read");
    } else {
        double operations = (double)(large - small), *f = m->values;
        f[METRIC_wall_us_per_operation] = (at[1].wall - at[0].wall) / operations * 1e6;
        if (f[METRIC_wall_us_per_operation] <= 0)
            measurement_fault(m, "no slope: the work is lost in the start-up time");
        f[METRIC_user_us_per_operation] = (at[1].user - at[0].user) / operations * 1e6;
        f[METRIC_system_us_per_operation] = (at[1].system - at[0].system) / operations * 1e6;
        f[METRIC_cpu_us_per_operation] =
            f[METRIC_user_us_per_operation] + f[METRIC_system_us_per_operation];
    }
    m->values[METRIC_faults] = (double)(usage.ru_minflt + usage.ru_majflt);
    m->values[METRIC_switches] = (double)(usage.ru_nvcsw + usage.ru_nivcsw);
    if (process_group_kill(pid))
        measurement_fault(m, "processes were left behind");
    close(nowhere);
    close(export_fd);
}

TRIAL_TYPE(.name = "time", .measure = measure);
