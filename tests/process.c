// The processes of a trial. Those that are started are this program again, in one of the roles at
// the end.
//
// process.c is included as text: tests/core/server_process.h has functions of the same names for
// its own processes, and of two archives the linker would take them from the wrong one.
#include "bench/measure/trial/process.c"
#include "bench/base/cpus.h"
#include "bench/base/number.h"
#include "bench/measure/trial/process_group.h"
#include "bench/measure/trial/process_state.h"
#include "bench/measure/trial/read_until.h"

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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const uint64_t ms_ns = 1000000, second_ns = 1000000000;

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
    if (inherited_fd >= 0)
        arguments_inherit(&list, inherited_fd);
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    assert_int_equal(pipe2(error, O_CLOEXEC), 0);
    struct started s = {process_start(&list, cpus, output[1], error[1]), output[0], error[0]};
    close(output[1]);
    close(error[1]);
    return s;
}

static struct started start_role(const char *words)
{
    char line[16];
    struct started s = start("/proc/self/exe", words, &everywhere, -1);
    assert_true(read_line(s.output_fd, line, sizeof line, now_ns() + 20 * second_ns));
    assert_string_equal(line, "ready");
    return s;
}

// Waits for the end of a process, or with a negative id of any of that group, but not for ever.
static bool has_ended(pid_t pid, int *status)
{
    uint64_t until_ns = now_ns() + 20 * second_ns;
    pid_t ended;
    while ((ended = waitpid(pid, status, WNOHANG)) == 0 && now_ns() < until_ns)
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
    uint64_t before_ns = now_ns();
    assert_false(process_wait(s.pid, before_ns + 100 * ms_ns, &status, &usage));
    assert_in_range(now_ns() - before_ns, 100 * ms_ns, 1000 * ms_ns);
    assert_false(process_wait(s.pid, before_ns, &status, &usage)); // that is over
    kill(s.pid, SIGTERM);
    assert_true(process_wait(s.pid, now_ns() + 20 * second_ns, &status, &usage));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_in_range(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec, 45000, 200000);
    assert_int_equal(waitpid(s.pid, NULL, WNOHANG), -1); // it is reaped
    finish(&s);

    s = start("/proc/self/exe", "exit 7", &everywhere, -1);
    assert_true(process_wait(s.pid, now_ns() + 20 * second_ns, &status, &usage));
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
    uint64_t before_ns = now_ns();
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    assert_false(process_wait(s.pid, before_ns + 20 * second_ns, &status, &usage));
    assert_true(now_ns() - before_ns < 5 * second_ns);
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
    assert_int_equal(waitpid(-s.pid, &status, WNOHANG), -1); // no more: it is reaped
    assert_false(process_group_kill(s.pid));
    finish(&s);
}

// A child that has left the group: when its parent has ended, it comes here.
static void strays_are_ended(void **unused)
{
    (void)unused;
    int status;
    struct started s = start_role("fork_and_sleep 1");
    assert_int_equal(process_orphans_end(), 0);
    kill(s.pid, SIGTERM);
    assert_true(has_ended(s.pid, &status));
    assert_false(process_group_kill(s.pid));
    assert_int_equal(process_orphans_end(), 1);
    assert_int_equal(waitpid(-1, &status, WNOHANG), -1);
    finish(&s);
}

// A child that this process has not started by process_start(), but keeps.
static void a_kept_child_stays(void **unused)
{
    (void)unused;
    pid_t kept = fork();
    assert_true(kept >= 0);
    if (kept == 0) {
        pause();
        _exit(0);
    }
    process_keep(kept);
    for (int i = 0; i < 2; i++)
        process_keep(kept); // again
    assert_int_equal(process_orphans_end(), 0);
    assert_int_equal(kill(kept, SIGKILL), 0);
    assert_int_equal(waitpid(kept, NULL, 0), kept);
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
        started = process_start(&list, &everywhere, output[1], STDERR_FILENO);
        if (!read_line(output[0], line, sizeof line, now_ns() + 20 * second_ns) ||
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
    cpus_choose(1, &server, &client);
    cpus_print(&client, expected, sizeof expected);
    struct started s = start("/proc/self/exe", "cpus", &client, -1);
    assert_true(read_line(s.output_fd, line, sizeof line, now_ns() + 20 * second_ns));
    assert_string_equal(line, expected);
    finish(&s);
}

static void a_process_inherits_what_it_is_given_alone(void **unused)
{
    (void)unused;
    int given = open("/dev/null", O_RDONLY | O_CLOEXEC), kept = open("/dev/null", O_RDONLY);
    char words[32], line[32], expected[32];
    assert_true(given > STDERR_FILENO && kept > STDERR_FILENO);
    snprintf(words, sizeof words, "descriptors %d %d", given, kept);
    snprintf(expected, sizeof expected, "open closed");
    struct started s = start("/proc/self/exe", words, &everywhere, given);
    assert_true(read_line(s.output_fd, line, sizeof line, now_ns() + 20 * second_ns));
    assert_string_equal(line, expected);
    finish(&s);
    close(given);
    close(kept);
}

static void without_close_range_each_is_marked(void **unused)
{
    (void)unused;
    int inherited = open("/dev/null", O_RDONLY), high = fcntl(inherited, F_DUPFD, 500);
    assert_true(inherited > STDERR_FILENO && high >= 500);
    close_each_on_exec();
    assert_int_equal(fcntl(inherited, F_GETFD), FD_CLOEXEC);
    assert_int_equal(fcntl(high, F_GETFD), FD_CLOEXEC);
    assert_int_equal(fcntl(STDERR_FILENO, F_GETFD), 0);
    close(inherited);
    close(high);
}

// What the role "hold" says: so many descriptors and zombies it has besides those that it began
// with.
static void a_process_is_looked_at(void **unused)
{
    (void)unused;
    struct process_state none, some;
    struct started s = start_role("hold 0 0 0");
    assert_true(process_look(s.pid, &none));
    assert_true(none.descriptors >= 3); // and what this program has inherited
    assert_int_equal(none.children, 0);
    assert_int_equal(none.zombies, 0);
    assert_true(none.memory_kib > 0);
    finish(&s);

    s = start_role("hold 17 5 2000");
    assert_true(process_look(s.pid, &some));
    assert_int_equal(some.descriptors, none.descriptors + 17);
    assert_int_equal(some.children, 5 + 1);
    assert_int_equal(some.zombies, 5);
    assert_true(some.memory_kib >= none.memory_kib + 2000 - 200);
#if !defined(__SANITIZE_THREAD__) &&                                                               \
    !defined(__SANITIZE_ADDRESS__) // which have memory of their own
    assert_true(some.memory_kib <= none.memory_kib + 2000 + 500);
#endif
    finish(&s);
    assert_false(process_look(s.pid, &some));
    assert_false(process_look_at_rest(s.pid, &some));
}

static void what_changes_is_looked_at_when_it_rests(void **unused)
{
    (void)unused;
    struct process_state none, state;
    struct started s = start_role("sleep");
    assert_true(process_look_at_rest(s.pid, &none));
    finish(&s);
    s = start_role("settle 10"); // closes and reaps one every ms
    uint64_t before_ns = now_ns();
    assert_true(process_look_at_rest(s.pid, &state));
    assert_in_range(now_ns() - before_ns, 10 * ms_ns, 1000 * ms_ns);
    assert_int_equal(state.children, 0);
    assert_int_equal(state.descriptors, none.descriptors);
    finish(&s);

    s = start_role("settle 400"); // takes longer than it is given
    assert_true(process_look_at_rest(s.pid, &state));
    assert_in_range(state.children, 1, 400);
    finish(&s);
}

static void a_program_that_is_not_there(void **unused)
{
    (void)unused;
    int status;
    struct rusage usage;
    char line[256];
    struct started s = start(BUILD_FOLDER "/servers/nosuch", "-p 0", &everywhere, -1);
    assert_false(read_line(s.output_fd, line, sizeof line, now_ns() + 20 * second_ns));
    assert_true(read_line(s.error_fd, line, sizeof line, now_ns() + 20 * second_ns));
    assert_non_null(strstr(line, BUILD_FOLDER "/servers/nosuch: No such file"));
    assert_true(process_wait(s.pid, now_ns() + 20 * second_ns, &status, &usage));
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
    assert_true(read_line(channel[0], line, sizeof line, now_ns()));
    assert_string_equal(line, "one");
    assert_true(read_line(channel[0], line, sizeof line, now_ns()));
    assert_string_equal(line, "");
    assert_false(read_line(channel[0], line, sizeof line, now_ns())); // no room for its end
    assert_true(read_line(channel[0], line, sizeof line, now_ns()));
    assert_string_equal(line, "");
    assert_false(read_line(channel[0], line, sizeof line, now_ns()));
    assert_true(read_line(channel[0], line, sizeof line, now_ns()));
    uint64_t before_ns = now_ns();
    assert_false(read_line(channel[0], line, sizeof line, before_ns + 50 * ms_ns));
    assert_in_range(now_ns() - before_ns, 50 * ms_ns, 1000 * ms_ns);
    close(channel[1]);
    assert_false(read_line(channel[0], line, sizeof line, before_ns + 20 * second_ns));
    assert_true(now_ns() - before_ns < 5 * second_ns);
    close(channel[0]);
}

static void all_is_read_until_then(void **unused)
{
    (void)unused;
    int channel[2];
    char text[8];
    assert_int_equal(pipe2(channel, O_CLOEXEC), 0);
    assert_int_equal(write(channel[1], "one\ntwo", 7), 7);
    uint64_t before_ns = now_ns();
    read_to_end(channel[0], text, sizeof text, before_ns + 50 * ms_ns); // it is full
    assert_string_equal(text, "one\ntwo");
    assert_true(now_ns() - before_ns < 50 * ms_ns);
    assert_int_equal(write(channel[1], "half", 4), 4);
    read_to_end(channel[0], text, sizeof text, before_ns + 100 * ms_ns);
    assert_string_equal(text, "half");
    assert_in_range(now_ns() - before_ns, 100 * ms_ns, 1000 * ms_ns);
    close(channel[1]);
    read_to_end(channel[0], text, sizeof text, before_ns + 20 * second_ns);
    assert_string_equal(text, "");
    assert_true(now_ns() - before_ns < 5 * second_ns);
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

// A child that stays, zombies, descriptors, and memory that has been written.
static int hold(unsigned long descriptors, unsigned long zombies, unsigned long kib)
{
    for (unsigned long i = 0; i < descriptors; i++)
        if (open("/dev/null", O_RDONLY) < 0)
            err(1, "/dev/null");
    for (unsigned long i = 0; i < zombies; i++) {
        siginfo_t ended;
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid < 0 || waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) < 0)
            err(1, "a zombie");
    }
    if (zombies > 0) {
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        if (pid == 0)
            return stay();
    }
    unsigned char *memory =
        mmap(NULL, kib * 1024 + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        err(1, "memory");
    memset(memory, 1, kib * 1024);
    return say_ready_and_stay();
}

// Says that it is ready, and then opens descriptors and makes children that end; closes and reaps
// one of each every ms.
static int settle(unsigned long count)
{
    if (puts("ready") == EOF || fflush(stdout) == EOF)
        return 1;
    enum { FIRST = 100 }; // whatever it has inherited has lower numbers
    for (unsigned long i = 0; i < count; i++)
        if (dup2(STDOUT_FILENO, FIRST + (int)i) < 0)
            err(1, "dup2");
    for (unsigned long i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        if (pid == 0)
            _exit(0);
    }
    for (unsigned long i = 0; i < count; i++) {
        usleep(1000);
        close(FIRST + (int)i);
        if (waitpid(-1, NULL, 0) < 0)
            err(1, "waitpid");
    }
    return stay();
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
        if (pid > 0 && number && setpgid(pid, pid) < 0)
            err(1, "setpgid");
        return pid == 0 ? stay() : say_ready_and_stay();
    }
    if (strcmp(role, "hold") == 0)
        return hold(number, number_whole(argv[3], "zombies", 0, 1000),
                    number_whole(argv[4], "KiB", 0, 100000));
    if (strcmp(role, "settle") == 0)
        return settle(number);
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
        cmocka_unit_test(words_become_arguments),
        cmocka_unit_test(the_cpu_time_of_a_group),
        cmocka_unit_test(a_process_is_waited_for_until_then),
        cmocka_unit_test(a_signal_ends_waiting),
        cmocka_unit_test(a_group_is_killed),
        cmocka_unit_test(strays_are_ended),
        cmocka_unit_test(a_kept_child_stays),
        cmocka_unit_test(a_process_ends_with_its_parent),
        cmocka_unit_test(a_process_is_pinned),
        cmocka_unit_test(a_process_inherits_what_it_is_given_alone),
        cmocka_unit_test(without_close_range_each_is_marked),
        cmocka_unit_test(a_process_is_looked_at),
        cmocka_unit_test(what_changes_is_looked_at_when_it_rests),
        cmocka_unit_test(a_program_that_is_not_there),
        cmocka_unit_test(lines_are_read_until_then),
        cmocka_unit_test(all_is_read_until_then),
    };
    if (argc > 1)
        return play(argc, argv);
    if (sched_getaffinity(0, sizeof everywhere, &everywhere) < 0)
        err(1, "sched_getaffinity");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) // orphans come here, and their end can be waited for
        err(1, "prctl");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
