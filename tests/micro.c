// The contract of every program in build/bench/spawn/ and build/bench/ipc/, found by looking there:
// a new one inherits all of this. Run from the directory that holds build/.
//
// The test is a subreaper: whatever process a program leaves behind, running or zombie, becomes a
// child of the test, and wait() tells whether there is one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/core/followed.h"

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ARGUMENTS = 4, OUTPUT_BYTES = 8192, TIME_LIMIT_S = 60, EXIT_SKIP = 77 };
enum { GONE_WITHIN_MS = 2000, POLL_MS = 1 };

struct program {
    const char *path;
    bool ipc;
    char objects[OUTPUT_BYTES]; // what list_objects() found before the test
};

struct result {
    int status; // as waitpid() gives it
    char out[OUTPUT_BYTES];
    char err[OUTPUT_BYTES];
};

// Where POSIX message queues are files.
static char queues[64] = "/dev/mqueue";

static void sleep_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
}

// As much of a file as fits.
static void read_file(const char *path, char *text, size_t bytes)
{
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text[fread(text, 1, bytes - 1, file)] = '\0';
    assert_int_equal(ferror(file), 0);
    fclose(file);
}

static void rewind_and_read(FILE *file, char text[OUTPUT_BYTES])
{
    rewind(file);
    text[fread(text, 1, OUTPUT_BYTES - 1, file)] = '\0';
    fclose(file);
}

// In a process group of its own, to be killed as one, and with a time limit that exec hands down.
static pid_t start(const char *path, const char *const *arguments, FILE *out, FILE *error)
{
    char *argv[MAX_ARGUMENTS + 2] = {(char *)path};

    for (size_t i = 0; i < MAX_ARGUMENTS && arguments[i] != NULL; i++)
        argv[i + 1] = (char *)arguments[i];

    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(TIME_LIMIT_S);
        if (setpgid(0, 0) < 0 || dup2(fileno(out), STDOUT_FILENO) < 0 ||
            dup2(fileno(error), STDERR_FILENO) < 0)
            _exit(126);
        execv(path, argv);
        _exit(127);
    }
    return pid;
}

static struct result run(const char *path, const char *const *arguments)
{
    FILE *out = tmpfile(), *error = tmpfile();
    struct result result;

    assert_non_null(out);
    assert_non_null(error);
    pid_t pid = start(path, arguments, out, error);
    assert_int_equal(waitpid(pid, &result.status, 0), pid);
    rewind_and_read(out, result.out);
    rewind_and_read(error, result.err);
    return result;
}

// With what the program said: cmocka alone would show two numbers.
static void assert_exit(const struct result *result, int expected)
{
    if (!WIFEXITED(result->status) || WEXITSTATUS(result->status) != expected)
        fail_msg("wait status 0x%x, not exit %d; standard error: %s", (unsigned)result->status,
                 expected, result->err);
}

static void assert_runs_silently(const char *path, const char *const *arguments)
{
    struct result result = run(path, arguments);

    assert_exit(&result, EXIT_SUCCESS);
    assert_string_equal(result.out, "");
    assert_string_equal(result.err, "");
}

__attribute__((format(printf, 2, 3))) static void add(char objects[OUTPUT_BYTES],
                                                      const char *format, ...)
{
    size_t used = strlen(objects);
    va_list values;

    va_start(values, format);
    used += (size_t)vsnprintf(objects + used, OUTPUT_BYTES - used, format, values);
    va_end(values);
    assert_true(used < OUTPUT_BYTES);
}

// The identifiers of all message queues, segments and semaphore sets; not their times and counts,
// which change.
static void add_system_v(char objects[OUTPUT_BYTES])
{
    static const char *const tables[] = {"msg", "shm", "sem"};

    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char path[64], text[OUTPUT_BYTES], *rest = NULL;

        snprintf(path, sizeof path, "/proc/sysvipc/%s", tables[i]);
        if (access(path, F_OK) < 0)
            continue; // a kernel without System V IPC
        read_file(path, text, sizeof text);
        for (char *line = strtok_r(text, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest)) {
            long key;
            int id;

            if (sscanf(line, "%ld %d", &key, &id) == 2)
                add(objects, "%s %d ", tables[i], id);
        }
    }
}

// The files of a folder that are ours by their names. Nobody else's: strangers' may come and go.
static void add_names(char objects[OUTPUT_BYTES], const char *folder)
{
    DIR *entries = opendir(folder);

    if (entries == NULL)
        return; // main() has said so, where it matters
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (strstr(entry->d_name, "forklore") != NULL && entry->d_type != DT_DIR)
            add(objects, "%s/%s ", folder, entry->d_name);
    closedir(entries);
}

static void list_objects(char objects[OUTPUT_BYTES])
{
    objects[0] = '\0';
    add_system_v(objects);
    add_names(objects, queues);
    add_names(objects, "/dev/shm");
    add_names(objects, "/tmp");
}

// No child, not even a zombie, and the objects that were there before.
static bool nothing_remains(const struct program *program)
{
    char objects[OUTPUT_BYTES];

    list_objects(objects);
    return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD &&
           strcmp(objects, program->objects) == 0;
}

// The same after a kill: whom the killed one left is reaped here, in place of init.
static void assert_nothing_remains_soon(const struct program *program)
{
    for (int waited_ms = 0; waited_ms < GONE_WITHIN_MS && !nothing_remains(program);
         waited_ms += POLL_MS)
        sleep_ms(POLL_MS);
    assert_true(nothing_remains(program));
}

static int note_what_there_is(void **state)
{
    struct program *program = *state;

    list_objects(program->objects);
    return 0;
}

// The first of a process's children, zombies included, or 0.
static pid_t first_child(pid_t pid)
{
    char path[64], children[OUTPUT_BYTES];

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    read_file(path, children, sizeof children);
    return (pid_t)strtol(children, NULL, 10);
}

// A test that failed leaves processes behind: the next one is not to be blamed for them.
static int kill_what_is_left(void **state)
{
    (void)state;
    for (pid_t child; (child = first_child(getpid())) != 0;) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    return 0;
}

static void describes_itself(void **state)
{
    const struct program *program = *state;
    struct result result = run(program->path, (const char *const[]){"--describe", NULL});
    char *fields[6], *rest = result.out;
    size_t count = 0;

    if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == EXIT_SKIP)
        assert_true(strlen(result.err) > 0);
    else
        assert_exit(&result, EXIT_SUCCESS);

    assert_true(strlen(result.out) > 0);
    assert_ptr_equal(strchr(result.out, '\n'), result.out + strlen(result.out) - 1);
    result.out[strlen(result.out) - 1] = '\0';
    for (char *field; (field = strsep(&rest, "\t")) != NULL; count++) {
        assert_true(count < 6);
        assert_true(strlen(field) > 0);
        fields[count] = field;
    }
    assert_int_equal(count, 6);
    assert_string_equal(fields[0], strrchr(program->path, '/') + 1);
    for (const char *c = fields[1]; *c != '\0'; c++)
        assert_true(islower((unsigned char)*c) || *c == '_');
    assert_string_equal(fields[2], "-");
    assert_string_equal(fields[3], "-");
}

static void skip_if_unsupported(const struct program *program)
{
    struct result result = run(program->path, (const char *const[]){"--describe", NULL});

    if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == EXIT_SKIP) {
        print_message("%s: %s", program->path, result.err);
        skip();
    }
}

static void helps(void **state)
{
    const struct program *program = *state;
    struct result result = run(program->path, (const char *const[]){"--help", NULL});

    assert_exit(&result, EXIT_SUCCESS);
    assert_non_null(strstr(result.out, "COUNT"));
    assert_string_equal(result.err, "");
}

static void refuses_bad_usage_in_one_line(void **state)
{
    static const char *const bad[][MAX_ARGUMENTS] = {
        {NULL},         {"0"},
        {"-1"},         {"abc"},
        {"1e9x"},       {""},
        {" 1"},         {"+1"},
        {"1 "},         {"0x10"},
        {"1", "2"},     {"10000001"},
        {"--nonsense"}, {"18446744073709551617"},
    };
    static const char *const bad_sizes[][MAX_ARGUMENTS] = {
        {"1", "-s"},       {"1", "-s", "0"}, {"1", "-s", "65537"}, {"1", "-s", "-1"},
        {"1", "-s", "4k"}, {"1", "-s", ""},  {"-s", "64"},
    };
    const struct program *program = *state;
    size_t sizes = program->ipc ? sizeof bad_sizes / sizeof bad_sizes[0] : 0;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0] + sizes; i++) {
        const char *const *arguments =
            i < sizeof bad / sizeof bad[0] ? bad[i] : bad_sizes[i - sizeof bad / sizeof bad[0]];
        struct result result = run(program->path, arguments);

        assert_exit(&result, 2);
        assert_string_equal(result.out, "");
        assert_true(strlen(result.err) > 1);
        assert_ptr_equal(strchr(result.err, '\n'), result.err + strlen(result.err) - 1);
    }
}

static void runs_and_leaves_nothing(void **state)
{
    const struct program *program = *state;

    skip_if_unsupported(program);
    assert_runs_silently(program->path, (const char *const[]){"1", NULL});
    assert_true(nothing_remains(program));
    assert_runs_silently(program->path, (const char *const[]){"200", NULL});
    assert_true(nothing_remains(program));
}

// SIGCHLD ignored is handed down by exec, and the kernel would then reap the children itself.
static void runs_for_a_caller_that_ignores_children(void **state)
{
    const struct program *program = *state;

    skip_if_unsupported(program);
    assert_runs_silently("/usr/bin/env",
                         (const char *const[]){"--ignore-signal=CHLD", program->path, "20", NULL});
    assert_true(nothing_remains(program));
}

// The longest message of a program that has just refused a longer one.
static size_t longest(const struct result *refusal)
{
    size_t bytes = 0;
    const char *reason = strstr(refusal->err, ": a message is at most ");

    assert_exit(refusal, EXIT_SKIP);
    assert_string_equal(refusal->out, "");
    assert_non_null(reason);
    assert_int_equal(sscanf(reason, ": a message is at most %zu bytes", &bytes), 1);
    assert_ptr_equal(strchr(refusal->err, '\n'), refusal->err + strlen(refusal->err) - 1);
    return bytes;
}

// Every size up to 64 KiB, or up to the one that it says, and that only where messages stay whole.
static void carries_every_size(void **state)
{
    static const char *const sizes[] = {"1", "64", "4095", "4096", "4097", "65536"};
    const struct program *program = *state;
    size_t most = SIZE_MAX;

    skip_if_unsupported(program);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const char *const arguments[] = {"300", "-s", sizes[i], NULL};
        struct result result = run(program->path, arguments);

        if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == EXIT_SKIP) {
            size_t said = longest(&result);

            assert_true(said < strtoul(sizes[i], NULL, 10));
            assert_true(most == SIZE_MAX || said == most);
            most = said;
        } else {
            assert_exit(&result, EXIT_SUCCESS);
            assert_string_equal(result.err, "");
            assert_true(most == SIZE_MAX); // no smaller one was refused
        }
    }
    if (most != SIZE_MAX) {
        struct result result = run(program->path, (const char *const[]){"--describe", NULL});
        char text[32];

        assert_non_null(strstr(result.out, "\tmessage\t"));
        snprintf(text, sizeof text, "%zu", most);
        assert_runs_silently(program->path, (const char *const[]){"300", "-s", text, NULL});
        snprintf(text, sizeof text, "%zu", most + 1);
        result = run(program->path, (const char *const[]){"300", "-s", text, NULL});
        assert_int_equal(longest(&result), most);
    }
    assert_true(nothing_remains(program));
}

// Waits until the initiator has a peer, which is returned.
static pid_t await_peer(pid_t initiator)
{
    pid_t peer = 0;

    for (int waited_ms = 0; waited_ms < GONE_WITHIN_MS && peer == 0; waited_ms += POLL_MS) {
        sleep_ms(POLL_MS);
        peer = first_child(initiator);
    }
    assert_true(peer > 0);
    return peer;
}

// Makes the buffers of a program's pipes and sockets small. Returns how many there were.
static int shrink_buffers(pid_t pid)
{
    int process = pidfd_open(pid, 0), smallest = 4096, shrunk = 0;

    assert_true(process >= 0);
    for (int number = STDERR_FILENO + 1; number < 10; number++) {
        int fd = pidfd_getfd(process, number, 0);

        if (fd < 0)
            continue;
        while (fcntl(fd, F_SETPIPE_SZ, smallest) < 0 && errno == EBUSY)
            ; // more than that is in it just now
        shrunk += fcntl(fd, F_GETPIPE_SZ) == smallest ||
                  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest) == 0;
        close(fd);
    }
    close(process);
    return shrunk;
}

// How often a process has waited so far.
static long waits(pid_t pid)
{
    static const char key[] = "\nvoluntary_ctxt_switches:";
    char path[64], status[OUTPUT_BYTES];

    snprintf(path, sizeof path, "/proc/%d/status", pid);
    read_file(path, status, sizeof status);
    const char *line = strstr(status, key);
    assert_non_null(line);
    return strtol(line + strlen(key), NULL, 10);
}

// A stream that has room for a part of a message gives parts; one that has room seldom does. Who
// lost a part says so, or waits for ever. It is not run to its end: between parts TCP may wait 40
// ms for an acknowledgement.
static void loops_on_short_transfers(void **state)
{
    const struct program *program = *state;
    struct result result = run(program->path, (const char *const[]){"--describe", NULL});
    char said[OUTPUT_BYTES];
    FILE *out, *error;
    int status;

    if (strstr(result.out, "\tstream\t") == NULL)
        skip();
    out = tmpfile();
    error = tmpfile();
    assert_non_null(out);
    assert_non_null(error);
    pid_t pid =
        start(program->path, (const char *const[]){"10000000", "-s", "65536", NULL}, out, error);
    await_peer(pid);
    assert_true(shrink_buffers(pid) > 0);
    sleep_ms(200);
    long before = waits(pid);
    for (int waited_ms = 0; waits(pid) < before + 10; waited_ms += POLL_MS) {
        assert_true(waited_ms < GONE_WITHIN_MS); // it goes on
        sleep_ms(POLL_MS);
    }
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    rewind_and_read(error, said);
    fclose(out);
    assert_string_equal(said, "");
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM); // it was still at it
    assert_true(nothing_remains(program));
}

enum victim { VICTIM_INITIATOR, VICTIM_GROUP, VICTIM_PEER };

// Kills a part of a long run. Returns how the initiator ended; its standard error is in `said`.
static int interrupt(const struct program *program, enum victim victim, int signal_number,
                     char said[OUTPUT_BYTES])
{
    FILE *out = tmpfile(), *error = tmpfile();
    int status;

    assert_non_null(out);
    assert_non_null(error);
    pid_t initiator = start(program->path, (const char *const[]){"10000000", NULL}, out, error);
    pid_t peer = await_peer(initiator);

    sleep_ms(50); // into the round trips
    pid_t target = victim == VICTIM_PEER ? peer : victim == VICTIM_GROUP ? -initiator : initiator;
    assert_int_equal(kill(target, signal_number), 0);
    for (int waited_ms = 0; waitpid(initiator, &status, WNOHANG) == 0; waited_ms += POLL_MS) {
        assert_true(waited_ms < GONE_WITHIN_MS);
        sleep_ms(POLL_MS);
    }
    rewind_and_read(error, said);
    fclose(out);
    return status;
}

static void killed_initiator_leaves_nothing(void **state)
{
    const struct program *program = *state;
    char said[OUTPUT_BYTES];

    skip_if_unsupported(program);
    int status = interrupt(program, VICTIM_INITIATOR, SIGKILL, said);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); // it had not finished
    assert_nothing_remains_soon(program);
}

static void killed_group_leaves_nothing(void **state)
{
    const struct program *program = *state;
    char said[OUTPUT_BYTES];

    skip_if_unsupported(program);
    int status = interrupt(program, VICTIM_GROUP, SIGKILL, said);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_nothing_remains_soon(program);
}

static void terminated_initiator_leaves_nothing(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT};
    const struct program *program = *state;
    char said[OUTPUT_BYTES];

    skip_if_unsupported(program);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        int status = interrupt(program, VICTIM_INITIATOR, signals[i], said);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
        assert_true(nothing_remains(program)); // at once: it cleared up itself
        assert_string_equal(said, "");
    }
}

static void killed_peer_fails_the_initiator(void **state)
{
    const struct program *program = *state;
    char said[OUTPUT_BYTES];

    skip_if_unsupported(program);
    int status = interrupt(program, VICTIM_PEER, SIGKILL, said);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
    assert_true(strlen(said) > 0);
    assert_true(nothing_remains(program));
}

struct check {
    const char *name;
    CMUnitTestFunction function;
    bool ipc_only;
};

#define EVERY(function)                                                                            \
    {                                                                                              \
#function, function, false                                                                 \
    }
#define IPC(function)                                                                              \
    {                                                                                              \
#function, function, true                                                                  \
    }

static const struct check checks[] = {
    EVERY(describes_itself),
    EVERY(helps),
    EVERY(refuses_bad_usage_in_one_line),
    EVERY(runs_and_leaves_nothing),
    EVERY(runs_for_a_caller_that_ignores_children),
    IPC(carries_every_size),
    IPC(loops_on_short_transfers),
    IPC(killed_initiator_leaves_nothing),
    IPC(killed_group_leaves_nothing),
    IPC(terminated_initiator_leaves_nothing),
    IPC(killed_peer_fails_the_initiator),
};

static void find(const char *pattern, glob_t *found)
{
    if (glob(pattern, 0, NULL, found) != 0)
        errx(EXIT_FAILURE,
             "no program matches %s: run make first, and this from the directory above build/",
             pattern);
}

// Message queues are files only where that is mounted, which need not be anywhere.
static void find_queues(void)
{
    int context = fsopen("mqueue", FSOPEN_CLOEXEC), mount = -1;

    if (context >= 0 && fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        mount = fsmount(context, FSMOUNT_CLOEXEC, 0);
    if (context >= 0)
        close(context);
    if (mount >= 0)
        snprintf(queues, sizeof queues, "/proc/self/fd/%d", mount); // stays open, for all tests
    else if (access(queues, R_OK | X_OK) < 0)
        printf("skipped: whether a POSIX message queue remains: %s cannot be read\n", queues);
}

int main(void)
{
    enum { CHECKS = sizeof checks / sizeof checks[0] };
    glob_t spawn, ipc;
    size_t count = 0;

    find("build/bench/spawn/*", &spawn);
    find("build/bench/ipc/*", &ipc);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        err(EXIT_FAILURE, "prctl");

    // Among nobody else's System V objects and message queues, where that is allowed: strangers'
    // coming and going would fail a test.
    if (unshare(CLONE_NEWIPC) < 0 && errno != EPERM)
        err(EXIT_FAILURE, "unshare");
    find_queues();

    size_t programs = spawn.gl_pathc + ipc.gl_pathc;
    struct program *program = calloc(programs, sizeof *program);
    struct CMUnitTest *tests = calloc(programs * CHECKS, sizeof *tests);
    if (program == NULL || tests == NULL)
        err(EXIT_FAILURE, "calloc");

    for (size_t p = 0; p < programs; p++) {
        program[p].ipc = p >= spawn.gl_pathc;
        program[p].path = program[p].ipc ? ipc.gl_pathv[p - spawn.gl_pathc] : spawn.gl_pathv[p];
        if (!can_be_followed(program[p].path))
            continue;
        for (size_t c = 0; c < CHECKS; c++) {
            char *name;

            if (checks[c].ipc_only && !program[p].ipc)
                continue;
            if (asprintf(&name, "%s %s", program[p].path + strlen("build/bench/"), checks[c].name) <
                0)
                err(EXIT_FAILURE, "asprintf");
            tests[count++] = (struct CMUnitTest){
                .name = name,
                .test_func = checks[c].function,
                .setup_func = note_what_there_is,
                .teardown_func = kill_what_is_left,
                .initial_state = &program[p],
            };
        }
    }

    int failed = _cmocka_run_group_tests("micro", tests, count, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        free((char *)tests[i].name);
    free(tests);
    free(program);
    globfree(&spawn);
    globfree(&ipc);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
