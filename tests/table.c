// The small libraries of the measurement line: tables, experiments, numbers, lists of processors,
// files that are whole, measurements, and the processes of a trial.
//
// What ends the program with one line is tried in a child. The processes that are started are this
// program again, in one of the roles at the end.
#include "bench/core/table.h"
#include "bench/core/cpus.h"
#include "bench/core/experiment.h"
#include "bench/core/measurement.h"
#include "bench/core/number.h"
#include "bench/core/output.h"

// As text: tests/core/server_process.h has functions of the same names for its own processes, and
// of two archives the linker would take them from the wrong one.
#include "bench/core/process.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const uint64_t ms_ns = 1000000, second_ns = 1000000000;

// ---- files to read, and calls that end the program ----

static char folder[] = "/tmp/forklore_table_XXXXXX";

static int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    (void)unused;
    char pattern[64];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*", folder);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            unlink(found.gl_pathv[i]);
        globfree(&found);
    }
    return rmdir(folder);
}

// Writes a file of the folder. Returns its path, which the next call overwrites.
static const char *file_of(const char *name, const char *text, size_t bytes)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
    return path;
}

// The call must end its process with this status, after one line that contains the words.
static void expect_refusal(void (*call)(const char *), const char *argument, int status,
                           const char *words)
{
    char said[1024];
    size_t length = 0;
    ssize_t n;
    int channel[2], ended;
    assert_int_equal(pipe2(channel, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(channel[1], STDERR_FILENO);
        call(argument);
        _exit(99);
    }
    close(channel[1]);
    while ((n = read(channel[0], said + length, sizeof said - 1 - length)) > 0)
        length += (size_t)n;
    said[length] = '\0';
    close(channel[0]);
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    if (!WIFEXITED(ended) || WEXITSTATUS(ended) != status || !strstr(said, words) ||
        strcspn(said, "\n") + 1 != length)
        fail_msg("status %#x, not %d; not one line with '%s': %s", (unsigned)ended, status, words,
                 said);
}

// ---- tables ----

static void a_table_is_read(void **unused)
{
    (void)unused;
    static const char text[] = "name\tmicroseconds\tnote\nfork\t12.5\t\nepoll\t-\tall well\n";
    struct table t;
    table_read(&t, file_of("whole.tsv", text, strlen(text)));
    assert_int_equal(t.columns, 3);
    assert_int_equal(t.rows, 2);
    assert_int_equal(table_column(&t, "name"), 0);
    assert_int_equal(table_column(&t, "note"), 2);
    assert_string_equal(table_text(&t, 0, 0), "fork");
    assert_string_equal(table_text(&t, 0, 2), "");
    assert_string_equal(table_text(&t, 1, 2), "all well");
    assert_true(table_number(&t, 0, 1) == 12.5);
    assert_true(isnan(table_number(&t, 1, 1)));
    table_free(&t);
}

static void a_header_alone_is_a_table(void **unused)
{
    (void)unused;
    struct table t;
    table_read(&t, file_of("header.tsv", "only\n", 5));
    assert_int_equal(t.columns, 1);
    assert_int_equal(t.rows, 0);
    assert_int_equal(table_column(&t, "only"), 0);
    table_free(&t);
}

static void read_table(const char *path)
{
    struct table t;
    table_read(&t, path);
}

static void read_number(const char *path)
{
    struct table t;
    table_read(&t, path);
    table_number(&t, 1, 1);
}

static void read_column(const char *path)
{
    struct table t;
    table_read(&t, path);
    table_column(&t, "c");
}

static void a_damaged_table_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        size_t bytes;
        void (*call)(const char *);
        const char *words;
    } rows[] = {
        {"", 0, read_table, "bad.tsv: empty"},
        {"a\tb", 3, read_table, "bad.tsv: truncated"},
        {"a\tb\n1\t2\n3\t4", 11, read_table, "bad.tsv: truncated"},
        {"a\tb\n1\t2\n3\n", 10, read_table, "bad.tsv:3: truncated row: 1 of 2"},
        {"a\tb\n1\t2\t3\n", 10, read_table, "bad.tsv:2: truncated row: 3 of 2"},
        {"a\tb\n\n1\t2\n", 9, read_table, "bad.tsv:2: truncated row: 1 of 2"},
        {"a\tb\n1\t\0\n3\t4\n", 13, read_table, "bad.tsv: truncated"},
        {"a\tb\n1\t2\n3\t4x\n", 13, read_number, "bad.tsv:3: '4x' is not a number"},
        {"a\tb\n1\t2\n3\t\n", 11, read_number, "bad.tsv:3: '' is not a number"},
        {"a\tb\n1\t2\n3\t--\n", 13, read_number, "bad.tsv:3: '--' is not a number"},
        {"a\tb\n1\t2\n", 8, read_column, "bad.tsv: no column 'c'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_refusal(rows[i].call, file_of("bad.tsv", rows[i].text, rows[i].bytes), 1,
                       rows[i].words);
    expect_refusal(read_table, "/nowhere/bad.tsv", 1, "/nowhere/bad.tsv: No such file");
    expect_refusal(read_table, folder, 1, "Is a directory");
}

// ---- experiments ----

static void experiments_are_read_by_name(void **unused)
{
    (void)unused;
    static const char first[] = "# a comment\n\nquestion    What is this?\nkind\tserve\n"
                                "why one\nwhy   two words\nwindow_s 0.25\n",
                      second[] = "kind time";
    struct experiment *e;
    file_of("second.conf", second, strlen(second));
    file_of("first.conf", first, strlen(first));
    assert_int_equal(experiments_read(folder, &e), 2);
    assert_string_equal(e[0].stem, "first");
    assert_string_equal(e[1].stem, "second");
    assert_int_equal(e[0].lines, 5);
    assert_string_equal(experiment_get(&e[0], "question"), "What is this?");
    assert_string_equal(experiment_need(&e[0], "kind"), "serve");
    assert_string_equal(experiment_get(&e[0], "why"), "one");
    assert_string_equal(e[0].values[3], "two words");
    assert_null(experiment_get(&e[0], "vary"));
    assert_true(experiment_number(&e[0], "window_s", 0, 1) == 0.25);
    assert_string_equal(experiment_need(&e[1], "kind"), "time");
    for (size_t i = 0; i < 2; i++) {
        for (size_t line = 0; line < e[i].lines; line++) {
            free(e[i].keys[line]);
            free(e[i].values[line]);
        }
        free(e[i].keys);
        free(e[i].values);
    }
    free(e);
}

static void read_experiments(const char *path)
{
    struct experiment *e;
    experiments_read(path, &e);
}

static char *bad_keys[] = {"kind", "window_s", "warmup_s"}, *bad_values[] = {"serve", "7", "1 s"};
static const struct experiment bad = {"bad", 3, bad_keys, bad_values};

static void need_from_bad(const char *key)
{
    experiment_need(&bad, key);
}

static void number_from_bad(const char *key)
{
    experiment_number(&bad, key, 0, 5);
}

static void a_wrong_experiment_is_refused(void **unused)
{
    (void)unused;
    file_of("bad.conf", "kind serve\nmetric\n", 18);
    expect_refusal(read_experiments, folder, 1, "bad.conf: 'metric' has no value");
    file_of("bad.conf", "metric  \n", 9);
    expect_refusal(read_experiments, folder, 1, "bad.conf: 'metric  ' has no value");
    expect_refusal(read_experiments, "/nowhere", 1, "no experiments in /nowhere");
    expect_refusal(need_from_bad, "vary", 1, "experiment bad: no 'vary'");
    expect_refusal(number_from_bad, "vary", 1, "experiment bad: no 'vary'");
    expect_refusal(number_from_bad, "window_s", 1, "from 0 to 5, not '7'");
    expect_refusal(number_from_bad, "warmup_s", 1, "not '1 s'");
}

// ---- numbers ----

static void real_from(const char *text)
{
    number_real(text, "the dose", -1, 2.5);
}

static void whole_from(const char *text)
{
    number_whole(text, "the count", 1, 10);
}

static void numbers_are_checked(void **unused)
{
    (void)unused;
    static const char *const no_real[] = {"", "x", "1x", "1 ", "2.6", "-1.1", "nan", "inf"};
    static const char *const no_whole[] = {"",   "x",  "1.5", " 1",  "1 ",  "0",
                                           "11", "+1", "-1",  "0x1", "1e1", "18446744073709551617"};
    assert_true(number_real("2.5", "it", -1, 2.5) == 2.5);
    assert_true(number_real("-1e0", "it", -1, 2.5) == -1);
    assert_int_equal(number_whole("1", "it", 1, 10), 1);
    assert_int_equal(number_whole("010", "it", 1, 10), 10);
    for (size_t i = 0; i < sizeof no_real / sizeof *no_real; i++)
        expect_refusal(real_from, no_real[i], 2, "the dose is a number from -1 to 2.5, not '");
    for (size_t i = 0; i < sizeof no_whole / sizeof *no_whole; i++)
        expect_refusal(whole_from, no_whole[i], 2, "the count is a number from 1 to 10, not '");
}

// ---- lists of processors ----

static void lists_of_processors(void **unused)
{
    (void)unused;
    static const struct {
        const char *list;
        const char *printed; // NULL: it is no list
    } rows[] = {
        {"0", "0"},
        {"0\n", "0"}, // as the kernel ends it
        {"0,2-3", "0,2,3"},
        {"3,1,1-2", "1,2,3"},
        {"5-5", "5"},
        {"1023", "1023"},
        {"", NULL},
        {",", NULL},
        {"0,", NULL},
        {",0", NULL},
        {"-1", NULL},
        {"1-", NULL},
        {"1--2", NULL},
        {"3-1", NULL},
        {"1 2", NULL},
        {"0x1", NULL},
        {"abc", NULL},
        {"1024", NULL},
        {"0-1024", NULL},
        {"18446744073709551616", NULL},
        {"-18446744073709551615", NULL}, // strtoul() makes 1 of it
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cpu_set_t set;
        char list[64];
        assert_int_equal(cpus_parse(rows[i].list, &set), rows[i].printed ? 0 : -1);
        if (!rows[i].printed)
            continue;
        cpus_print(&set, list, sizeof list);
        assert_string_equal(list, rows[i].printed);
    }
}

static void sets_come_back_from_their_lists(void **unused)
{
    (void)unused;
    unsigned short state[3] = {1, 2, 3};
    for (int round = 0; round < 100; round++) {
        cpu_set_t set, back;
        char list[5 * CPU_SETSIZE];
        CPU_ZERO(&set);
        CPU_SET((size_t)nrand48(state) % CPU_SETSIZE, &set);
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
            if (erand48(state) * 99 < round)
                CPU_SET((size_t)cpu, &set);
        cpus_print(&set, list, sizeof list);
        assert_int_equal(cpus_parse(list, &back), 0);
        assert_true(CPU_EQUAL(&set, &back));
    }
}

static void chosen_processors_are_disjoint(void **unused)
{
    (void)unused;
    cpu_set_t allowed, server, client, both;
    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    cpus_choose(&server, &client);
    assert_int_equal(CPU_COUNT(&server), 1);
    assert_int_equal(CPU_COUNT(&client), 1);
    CPU_AND(&both, &server, &allowed);
    assert_true(CPU_EQUAL(&both, &server));
    CPU_AND(&both, &client, &allowed);
    assert_true(CPU_EQUAL(&both, &client));
    // With one processor there is no choice. (Two may be threads of one core.)
    CPU_ZERO(&allowed);
    CPU_OR(&allowed, &allowed, &client);
    cpu_set_t before;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    assert_int_equal(sched_setaffinity(0, sizeof allowed, &allowed), 0);
    cpus_choose(&server, &client);
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
    assert_true(CPU_EQUAL(&server, &allowed) && CPU_EQUAL(&client, &allowed));
}

// ---- files that are whole ----

static void a_file_appears_when_it_is_complete(void **unused)
{
    (void)unused;
    const char *path = file_of("out.tsv", "old\n", 4);
    char text[16] = "";
    struct output o = output_begin(folder, "out.tsv");
    assert_string_equal(o.path, path);
    fputs("new and longer\n", o.file);
    fflush(o.file);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "old\n");
    fclose(file);
    output_complete(&o);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "new and longer\n");
    fclose(file);
    assert_int_equal(access(o.new_path, F_OK), -1);
}

static void write_output(const char *where)
{
    struct output o = output_begin(where, "full.tsv");
    fputs("a\tb\n", o.file);
    output_complete(&o);
}

static void a_file_that_is_not_complete_does_not_appear(void **unused)
{
    (void)unused;
    char path[256], new_path[264];
    snprintf(path, sizeof path, "%s/full.tsv", folder);
    snprintf(new_path, sizeof new_path, "%s.new", path);
    assert_int_equal(symlink("/dev/full", new_path), 0);
    expect_refusal(write_output, folder, 1, "full.tsv: No space left on device");
    assert_int_equal(access(path, F_OK), -1);
    expect_refusal(write_output, "/nowhere", 1, "/nowhere/full.tsv.new: No such file");
}

// ---- measurements ----

static void the_first_fault_stays(void **unused)
{
    (void)unused;
    struct measurement m;
    char longest[400];
    memset(&m, 0, sizeof m);
    measurement_reset(&m);
    assert_string_equal(m.status, "ok");
    for (int figure = 0; figure < FIGURE_COUNT; figure++)
        assert_true(isnan(m.figures[figure]));
    measurement_fault(&m, "%d failures\tin\n%s", 3, "it");
    measurement_fault(&m, "server did not stop");
    assert_string_equal(m.status, "3 failures in it");
    measurement_reset(&m);
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    measurement_fault(&m, "%s", longest);
    assert_int_equal(strlen(m.status), sizeof m.status - 1);
}

static void figures_have_their_names(void **unused)
{
    (void)unused;
    assert_string_equal(figure_names[0], "window_s");
    assert_string_equal(figure_names[FIGURE_echoes], "echoes");
    assert_string_equal(figure_names[FIGURE_COUNT - 1], "cpu_us_per_operation");
}

// ---- processes ----

struct started {
    pid_t pid;
    int output_fd, error_fd;
};

static cpu_set_t everywhere;

// This program in a role, or whatever program is named.
static struct started start(const char *program, const char *words, const cpu_set_t *cpus,
                            int inherited_fd)
{
    char copy[256];
    struct arguments list = {.list = {(char *)program}, .count = 1};
    int output[2], error[2];
    snprintf(copy, sizeof copy, "%s", words);
    arguments_add(&list, copy);
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    assert_int_equal(pipe2(error, O_CLOEXEC), 0);
    struct started s = {process_start(&list, cpus, output[1], error[1], inherited_fd), output[0],
                        error[0]};
    close(output[1]);
    close(error[1]);
    return s;
}

static struct started start_role(const char *words)
{
    char line[16];
    struct started s = start("/proc/self/exe", words, &everywhere, -1);
    assert_true(read_line(s.output_fd, line, sizeof line, monotonic_ns() + 20 * second_ns));
    assert_string_equal(line, "ready");
    return s;
}

// Waits for the end of a process, or with a negative id of any of that group, but not for ever.
static bool has_ended(pid_t pid, int *status)
{
    uint64_t until_ns = monotonic_ns() + 20 * second_ns;
    pid_t ended;
    while ((ended = waitpid(pid, status, WNOHANG)) == 0 && monotonic_ns() < until_ns)
        usleep(1000);
    return ended > 0;
}

static void finish(const struct started *s)
{
    process_group_kill(s->pid);
    while (has_ended(-s->pid, NULL))
        ;
    assert_int_equal(waitpid(-s->pid, NULL, WNOHANG), -1); // all of them
    close(s->output_fd);
    close(s->error_fd);
}

static void words_become_arguments(void **unused)
{
    (void)unused;
    char first[] = " -c 32  -k 1 ", none[] = "-", many[400];
    struct arguments list = {.list = {"drive"}, .count = 1};
    arguments_add(&list, first);
    arguments_add(&list, none);
    assert_int_equal(list.count, 5);
    assert_string_equal(list.list[1], "-c");
    assert_string_equal(list.list[2], "32");
    assert_string_equal(list.list[4], "1");
    assert_null(list.list[5]);
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = i % 2 ? ' ' : 'x';
    many[sizeof many - 1] = '\0';
    arguments_add(&list, many);
    assert_int_equal(list.count, ARGUMENTS_AT_MOST);
    assert_null(list.list[ARGUMENTS_AT_MOST]);
}

static void the_cpu_time_of_a_group(void **unused)
{
    (void)unused;
    // One process, and two that burn as much each. Starting costs some, under a sanitizer more.
    static const struct {
        const char *role;
        uint64_t burnt_ms;
    } rows[] = {{"burn 100", 100}, {"burn_twice 100", 200}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct started s = start_role(rows[i].role);
        uint64_t cpu_ns = process_group_cpu_ns(s.pid), again_ns;
        assert_in_range(cpu_ns, rows[i].burnt_ms * ms_ns, (rows[i].burnt_ms + 80) * ms_ns);
        usleep(20000); // they sleep now
        again_ns = process_group_cpu_ns(s.pid);
        assert_in_range(again_ns, cpu_ns, cpu_ns + 5 * ms_ns);
        finish(&s);
        assert_int_equal(process_group_cpu_ns(s.pid), 0);
    }
}

static void a_process_is_waited_for_until_then(void **unused)
{
    (void)unused;
    int status = -1;
    struct rusage usage;
    struct started s = start_role("burn 50");
    uint64_t before_ns = monotonic_ns();
    assert_false(process_wait(s.pid, before_ns + 100 * ms_ns, &status, &usage));
    assert_in_range(monotonic_ns() - before_ns, 100 * ms_ns, 1000 * ms_ns);
    assert_false(process_wait(s.pid, before_ns, &status, &usage)); // that is over
    kill(s.pid, SIGTERM);
    assert_true(process_wait(s.pid, monotonic_ns() + 20 * second_ns, &status, &usage));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_in_range(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec, 45000, 200000);
    assert_int_equal(waitpid(s.pid, NULL, WNOHANG), -1); // it is reaped
    finish(&s);

    s = start("/proc/self/exe", "exit 7", &everywhere, -1);
    assert_true(process_wait(s.pid, monotonic_ns() + 20 * second_ns, &status, &usage));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    finish(&s);
}

static void do_nothing(int signal_number)
{
    (void)signal_number;
}

static void a_signal_ends_waiting(void **unused)
{
    (void)unused;
    int status;
    struct rusage usage;
    const struct sigaction action = {.sa_handler = do_nothing};
    const struct itimerval soon = {.it_value = {.tv_usec = 50000}};
    struct started s = start_role("sleep");
    uint64_t before_ns = monotonic_ns();
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    assert_false(process_wait(s.pid, before_ns + 20 * second_ns, &status, &usage));
    assert_true(monotonic_ns() - before_ns < 5 * second_ns);
    finish(&s);
}

static void a_group_is_killed(void **unused)
{
    (void)unused;
    struct started s = start_role("fork_and_sleep");
    kill(s.pid, SIGTERM);
    int status;
    assert_true(has_ended(s.pid, &status));
    assert_true(process_group_kill(s.pid)); // the leader has ended, its child is there
    assert_true(has_ended(-s.pid, &status));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_false(process_group_kill(s.pid));
    finish(&s);
}

static void a_process_ends_with_its_parent(void **unused)
{
    (void)unused;
    int channel[2], status;
    pid_t started;
    assert_int_equal(pipe2(channel, O_CLOEXEC), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        char line[16];
        char role[] = "sleep";
        struct arguments list = {.list = {"/proc/self/exe", role}, .count = 2};
        int output[2];
        if (pipe2(output, O_CLOEXEC) < 0)
            _exit(1);
        started = process_start(&list, &everywhere, output[1], STDERR_FILENO, -1);
        if (!read_line(output[0], line, sizeof line, monotonic_ns() + 20 * second_ns) ||
            write(channel[1], &started, sizeof started) != sizeof started)
            _exit(1);
        raise(SIGKILL);
    }
    assert_int_equal(read(channel[0], &started, sizeof started), sizeof started);
    assert_true(has_ended(parent, NULL));
    assert_true(has_ended(started, &status));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(channel[0]);
    close(channel[1]);
}

static void a_process_is_pinned(void **unused)
{
    (void)unused;
    cpu_set_t server, client;
    char expected[64], line[64];
    cpus_choose(&server, &client);
    cpus_print(&client, expected, sizeof expected);
    struct started s = start("/proc/self/exe", "cpus", &client, -1);
    assert_true(read_line(s.output_fd, line, sizeof line, monotonic_ns() + 20 * second_ns));
    assert_string_equal(line, expected);
    finish(&s);
}

static void a_process_inherits_what_it_is_given_alone(void **unused)
{
    (void)unused;
    int given = open("/dev/null", O_RDONLY | O_CLOEXEC), kept = open("/dev/null", O_CLOEXEC);
    char words[32], line[32], expected[32];
    assert_true(given > STDERR_FILENO && kept > STDERR_FILENO);
    snprintf(words, sizeof words, "descriptors %d %d", given, kept);
    snprintf(expected, sizeof expected, "open closed");
    struct started s = start("/proc/self/exe", words, &everywhere, given);
    assert_true(read_line(s.output_fd, line, sizeof line, monotonic_ns() + 20 * second_ns));
    assert_string_equal(line, expected);
    finish(&s);
    close(given);
    close(kept);
}

static void a_program_that_is_not_there(void **unused)
{
    (void)unused;
    int status;
    struct rusage usage;
    char line[256];
    struct started s = start("build/servers/nosuch", "-p 0", &everywhere, -1);
    assert_false(read_line(s.output_fd, line, sizeof line, monotonic_ns() + 20 * second_ns));
    assert_true(read_line(s.error_fd, line, sizeof line, monotonic_ns() + 20 * second_ns));
    assert_non_null(strstr(line, "build/servers/nosuch: No such file"));
    assert_true(process_wait(s.pid, monotonic_ns() + 20 * second_ns, &status, &usage));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 127);
    finish(&s);
}

static void lines_are_read_until_then(void **unused)
{
    (void)unused;
    int channel[2];
    char line[8];
    assert_int_equal(pipe2(channel, O_CLOEXEC), 0);
    assert_int_equal(write(channel[1], "one\n\n1234567\n12345678\nhalf", 26), 26);
    assert_true(read_line(channel[0], line, sizeof line, monotonic_ns()));
    assert_string_equal(line, "one");
    assert_true(read_line(channel[0], line, sizeof line, monotonic_ns()));
    assert_string_equal(line, "");
    assert_false(read_line(channel[0], line, sizeof line, monotonic_ns())); // no room for its end
    assert_true(read_line(channel[0], line, sizeof line, monotonic_ns()));
    assert_string_equal(line, "");
    assert_false(read_line(channel[0], line, sizeof line, monotonic_ns()));
    assert_true(read_line(channel[0], line, sizeof line, monotonic_ns()));
    uint64_t before_ns = monotonic_ns();
    assert_false(read_line(channel[0], line, sizeof line, before_ns + 50 * ms_ns));
    assert_in_range(monotonic_ns() - before_ns, 50 * ms_ns, 1000 * ms_ns);
    close(channel[1]);
    assert_false(read_line(channel[0], line, sizeof line, before_ns + 20 * second_ns));
    assert_true(monotonic_ns() - before_ns < 5 * second_ns);
    close(channel[0]);
}

// ---- the roles that this program plays for its tests ----

static void burn(unsigned long ms)
{
    struct timespec used;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while ((unsigned long)(used.tv_sec * 1000 + used.tv_nsec / 1000000) < ms);
}

// Stays until it is killed, or a minute: a test that failed may have forgotten it.
static int stay(void)
{
    alarm(60);
    return pause();
}

static int say_ready_and_stay(void)
{
    return puts("ready") == EOF || fflush(stdout) == EOF ? 1 : stay();
}

static int play(int argc, char **argv)
{
    const char *role = argv[1];
    unsigned long number = argc > 2 ? number_whole(argv[2], "the number", 0, 1000) : 0;
    if (strcmp(role, "exit") == 0)
        return (int)number;
    if (strcmp(role, "burn") == 0) {
        burn(number);
        return say_ready_and_stay();
    }
    if (strcmp(role, "burn_twice") == 0) {
        int ready[2];
        char byte = 0;
        if (pipe(ready) < 0)
            err(1, "pipe");
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        burn(number);
        if (pid == 0)
            return write(ready[1], &byte, 1) == 1 ? stay() : 1;
        return read(ready[0], &byte, 1) == 1 ? say_ready_and_stay() : 1;
    }
    if (strcmp(role, "fork_and_sleep") == 0) {
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        return pid == 0 ? stay() : say_ready_and_stay();
    }
    if (strcmp(role, "cpus") == 0) {
        cpu_set_t set;
        char list[5 * CPU_SETSIZE];
        if (sched_getaffinity(0, sizeof set, &set) < 0)
            err(1, "sched_getaffinity");
        cpus_print(&set, list, sizeof list);
        return puts(list) == EOF;
    }
    if (strcmp(role, "descriptors") == 0) {
        for (int i = 2; i < argc; i++)
            printf("%s%s", i > 2 ? " " : "", fcntl(atoi(argv[i]), F_GETFD) < 0 ? "closed" : "open");
        return puts("") == EOF;
    }
    return say_ready_and_stay();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read),
        cmocka_unit_test(a_header_alone_is_a_table),
        cmocka_unit_test(a_damaged_table_is_refused),
        cmocka_unit_test(experiments_are_read_by_name),
        cmocka_unit_test(a_wrong_experiment_is_refused),
        cmocka_unit_test(numbers_are_checked),
        cmocka_unit_test(lists_of_processors),
        cmocka_unit_test(sets_come_back_from_their_lists),
        cmocka_unit_test(chosen_processors_are_disjoint),
        cmocka_unit_test(a_file_appears_when_it_is_complete),
        cmocka_unit_test(a_file_that_is_not_complete_does_not_appear),
        cmocka_unit_test(the_first_fault_stays),
        cmocka_unit_test(figures_have_their_names),
        cmocka_unit_test(words_become_arguments),
        cmocka_unit_test(the_cpu_time_of_a_group),
        cmocka_unit_test(a_process_is_waited_for_until_then),
        cmocka_unit_test(a_signal_ends_waiting),
        cmocka_unit_test(a_group_is_killed),
        cmocka_unit_test(a_process_ends_with_its_parent),
        cmocka_unit_test(a_process_is_pinned),
        cmocka_unit_test(a_process_inherits_what_it_is_given_alone),
        cmocka_unit_test(a_program_that_is_not_there),
        cmocka_unit_test(lines_are_read_until_then),
    };
    if (argc > 1)
        return play(argc, argv);
    if (sched_getaffinity(0, sizeof everywhere, &everywhere) < 0)
        err(1, "sched_getaffinity");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) // orphans come here, and their end can be waited for
        err(1, "prctl");
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
