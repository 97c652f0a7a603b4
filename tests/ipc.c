// What the options of the programs in build/bench/micro/ipc/ promise: messages of every size, to a
// process and to a thread, there and back and one way; and whoever of them is killed, nothing
// remains. Run from the directory that holds build/. What holds without options is in micro.c, and
// that wrong bytes are noticed in ipc_mutants.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/core/census.h"
#include "tests/core/program.h"
#include "tests/core/remains.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ARGUMENTS = 8 };

static const char for_ever[] = "10000000"; // messages: longer than any test takes

static const char *const modes[][2] = {
    {"--peer=process", NULL},
    {"--peer=thread", NULL},
    {"--peer=process", "--one-way"},
    {"--peer=thread", "--one-way"},
};
enum { MODES = sizeof modes / sizeof modes[0] };

struct list {
    const char *arguments[MAX_ARGUMENTS + 1];
    size_t count;
};

static void add(struct list *list, const char *argument)
{
    assert_true(list->count < MAX_ARGUMENTS);
    list->arguments[list->count++] = argument;
}

static struct list list_of(size_t mode, const char *count)
{
    struct list list = {{NULL}, 0};

    add(&list, count);
    for (size_t i = 0; i < 2 && modes[mode][i] != NULL; i++)
        add(&list, modes[mode][i]);
    return list;
}

static bool is_thread(size_t mode)
{
    return strcmp(modes[mode][0], "--peer=thread") == 0;
}

// ThreadSanitizer does not know that semop() and sigwaitinfo() order what two threads do.
static bool is_eligible(const char *path)
{
    const char *name = strrchr(path, '/') + 1;

    if (!DEFERS_SIGNALS || (strcmp(name, "sysv_shm_sem") != 0 && strcmp(name, "signal") != 0))
        return true;
    printf("skipped: %s: orders its threads in a way that this sanitizer does not know\n", path);
    return false;
}

// ---- what runs ----

static void sleep_ms(long ms)
{
    const struct timespec pause = {.tv_nsec = ms * 1000000};

    nanosleep(&pause, NULL);
}

struct offspring {
    pid_t parent, child;
};

// In a group of its own, which it makes when it has seen to it that it hears of its parent's death.
static bool has_child(const void *offspring)
{
    struct offspring *o = (struct offspring *)offspring;

    return children_of(o->parent, &o->child, 1) > 0 && getpgid(o->child) == o->child;
}

// Starts a run without end. Returns the child that each has: the peer, or the process of both
// threads.
static pid_t start_for_ever(struct program *program, struct list *list)
{
    program_start(program, list->arguments, 0);
    struct offspring offspring = {program->process.pid, 0};
    assert_true(within(START_LIMIT_MS, has_child, &offspring));
    return offspring.child;
}

static void refuses_nonsense_in_one_line(void **state)
{
    static const char *const bad[][4] = {
        {"1", "-s"},
        {"1", "-s", "0"},
        {"1", "-s", "65537"},
        {"1", "-s", "-1"},
        {"1", "-s", "4k"},
        {"-s", "64"},
        {"1", "--peer"},
        {"1", "--peer", "threads"},
        {"--peer", "thread"},
        {"1", "--peer-cpu"},
        {"1", "--peer-cpu", "-1"},
        {"1", "--peer-cpu", "0,1"},
        {"1", "--one-way=yes"},
        {"--one-way"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct result result = program_run(*state, bad[i]);

        assert_result(&result, EXIT_USAGE);
    }
}

// The longest message, as a program says that refuses a longer one; also to who only asks.
static size_t longest(struct program *program, struct list list)
{
    size_t bytes = 0;
    struct result result = program_run(program, list.arguments);
    const char *reason = strstr(result.err, ": a message is at most ");

    assert_result(&result, EXIT_SKIP);
    assert_non_null(reason);
    assert_int_equal(sscanf(reason, ": a message is at most %zu bytes", &bytes), 1);
    add(&list, "--describe");
    assert_false(program_can(program, list.arguments));
    return bytes;
}

static struct list list_of_size(size_t mode, const char *count, const char *bytes)
{
    struct list list = list_of(mode, count);

    add(&list, "-s");
    add(&list, bytes);
    return list;
}

static void expect_success(struct program *program, struct list list)
{
    struct result result = program_run(program, list.arguments);

    assert_result(&result, EXIT_SUCCESS);
}

// Where not every size is carried: messages are whole, and only those are refused that are longer.
static void carries_up_to(struct program *program, size_t mode, size_t most)
{
    struct result result = program_run(program, (const char *const[]){"--describe", NULL});
    char text[32];

    assert_non_null(strstr(result.out, "\tmessage\t"));
    snprintf(text, sizeof text, "%zu", most);
    expect_success(program, list_of_size(mode, "300", text));
    snprintf(text, sizeof text, "%zu", most + 1);
    assert_int_equal(longest(program, list_of_size(mode, "300", text)), most);
}

static void carries_every_size_in(struct program *program, size_t mode)
{
    static const char *const sizes[] = {"1", "64", "4095", "4096", "4097", "65536"};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct list list = list_of_size(mode, "300", sizes[i]), question = list;

        add(&question, "--describe");
        if (!program_can(program, question.arguments)) {
            carries_up_to(program, mode, longest(program, list));
            break; // all that follow are longer
        }
        expect_success(program, list);
    }
    expect_success(program, list_of(mode, "1"));
    expect_success(program, list_of(mode, "3000")); // more than any has room for
}

static void carries_every_size(void **state)
{
    skip_if_unsupported(*state);
    for (size_t mode = 0; mode < MODES; mode++)
        if (is_thread(mode) || !DEFERS_SIGNALS)
            carries_every_size_in(*state, mode);
    assert_true(nothing_remains());
}

// ---- where it runs ----

// The other thread of a process that has two, or 0.
static pid_t second_thread(pid_t process)
{
    char path[64];
    pid_t second = 0;

    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    for (const struct dirent *task; (task = readdir(tasks)) != NULL;) {
        pid_t thread = (pid_t)strtol(task->d_name, NULL, 10);

        if (thread != 0 && thread != process)
            second = thread;
    }
    closedir(tasks);
    return second;
}

// The processors that a process, or a thread, may run on.
static cpu_set_t processors_of(pid_t id)
{
    cpu_set_t set;

    assert_int_equal(sched_getaffinity(id, sizeof set, &set), 0);
    return set;
}

static int last_processor(void)
{
    cpu_set_t all = processors_of(0);
    int last = CPU_SETSIZE - 1;

    while (!CPU_ISSET((size_t)last, &all))
        last--;
    return last;
}

struct pinned {
    pid_t process; // the peer, or the one whose second thread that is
    bool is_thread;
    cpu_set_t to;
};

static bool is_pinned(const void *pinned)
{
    const struct pinned *p = pinned;
    pid_t peer = p->is_thread ? second_thread(p->process) : p->process;

    if (peer == 0)
        return false;
    cpu_set_t set = processors_of(peer);
    return CPU_EQUAL(&set, &p->to);
}

static void puts_the_peer_where_it_is_told(void **state)
{
    struct program *program = *state;
    int last = last_processor();
    cpu_set_t before = processors_of(0);
    char number[32];

    skip_if_unsupported(program);
    snprintf(number, sizeof number, "%d", last);
    for (size_t mode = 0; mode < MODES; mode++) {
        struct list list = list_of(mode, for_ever);
        struct pinned pinned = {.is_thread = is_thread(mode)};

        add(&list, "--peer-cpu");
        add(&list, number);
        CPU_ZERO(&pinned.to);
        CPU_SET((size_t)last, &pinned.to);
        pinned.process = start_for_ever(program, &list);
        assert_true(within(START_LIMIT_MS, is_pinned, &pinned));

        cpu_set_t now = processors_of(pinned.is_thread ? pinned.process : program->process.pid);
        assert_true(CPU_EQUAL(&now, &before));
        program_end(program);
    }
}

// Which is more than those that the caller is bound to, and fewer than there can be.
static void knows_the_processors(void **state)
{
    static const char *const missing[] = {"1023", "1024", "2147483647"};
    struct program *program = *state;
    cpu_set_t all = processors_of(0), first;
    char number[32];

    skip_if_unsupported(program);
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        const char *const arguments[] = {"1", "--peer-cpu", missing[i], NULL};
        const char *const question[] = {"--describe", "--peer-cpu", missing[i], NULL};
        struct result result = program_run(program, arguments);

        assert_result(&result, EXIT_SKIP);
        assert_false(program_can(program, question));
    }

    snprintf(number, sizeof number, "%d", last_processor());
    CPU_ZERO(&first);
    for (size_t cpu = 0; CPU_COUNT(&first) == 0; cpu++)
        if (CPU_ISSET(cpu, &all))
            CPU_SET(cpu, &first);
    assert_int_equal(sched_setaffinity(0, sizeof first, &first), 0);
    bool can =
        program_can(program, (const char *const[]){"--describe", "--peer-cpu", number, NULL});
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
    assert_true(can);
}

// ---- what the buffers have no room for ----

// Makes the buffers of a program's pipes and sockets small. Returns how many there were.
static int shrink_buffers(pid_t pid)
{
    int process = (int)syscall(SYS_pidfd_open, pid, 0), smallest = 4096, shrunk = 0;

    assert_true(process >= 0);
    for (int number = STDERR_FILENO + 1; number < 10; number++) {
        int fd = (int)syscall(SYS_pidfd_getfd, process, number, 0);

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
    static const char key[] = "voluntary_ctxt_switches:";
    char path[64], line[256];
    long count = -1;

    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *status = fopen(path, "re");
    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            count = strtol(line + strlen(key), NULL, 10);
    fclose(status);
    assert_true(count >= 0);
    return count;
}

struct waiter {
    pid_t pid;
    long before;
};

static bool goes_on(const void *waiter)
{
    const struct waiter *w = waiter;

    return waits(w->pid) >= w->before + 10;
}

static void expect_terminated(struct program *program, int signal_number)
{
    char said[MAX_TEXT];
    int status = server_process_wait(&program->process, STOP_LIMIT_MS);

    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signal_number); // it had not finished
    assert_true(nothing_remains()); // at once: it cleared up itself
    assert_string_equal(process_errors(&program->process, said, sizeof said), "");
    program_end(program);
}

// A stream that has room for a part of a message gives parts; one that has room seldom does. Who
// lost a part says so, or waits for ever. It is not run to its end: between parts TCP may wait 40
// ms for an acknowledgement.
static void loops_on_short_transfers(void **state)
{
    struct program *program = *state;
    struct result result = program_run(program, (const char *const[]){"--describe", NULL});

    if (strstr(result.out, "\tstream\t") == NULL)
        skip();
    for (size_t mode = 0; mode < MODES; mode++) {
        struct list list = list_of_size(mode, for_ever, "65536");

        if (is_thread(mode))
            continue; // whose descriptors are not where they are looked for
        start_for_ever(program, &list);
        struct waiter waiter = {.pid = program->process.pid};
        assert_true(shrink_buffers(waiter.pid) > 0);
        sleep_ms(200);
        waiter.before = waits(waiter.pid);
        assert_true(within(STOP_LIMIT_MS, goes_on, &waiter));
        assert_int_equal(kill(waiter.pid, SIGTERM), 0);
        expect_terminated(program, SIGTERM);
    }
}

// ---- who is killed ----

enum victim { VICTIM_PARENT, VICTIM_GROUP, VICTIM_CHILD };

static void interrupt(struct program *program, size_t mode, enum victim victim, int signal_number)
{
    struct list list = list_of(mode, for_ever);
    pid_t child = start_for_ever(program, &list), parent = program->process.pid;

    sleep_ms(10); // into the messages
    pid_t target = victim == VICTIM_CHILD ? child : victim == VICTIM_GROUP ? -parent : parent;
    assert_int_equal(kill(target, signal_number), 0);
}

static void kill_in_every_mode(struct program *program, enum victim victim)
{
    char said[MAX_TEXT];

    skip_if_unsupported(program);
    for (size_t mode = 0; mode < MODES; mode++) {
        interrupt(program, mode, victim, SIGKILL);
        int status = server_process_wait(&program->process, STOP_LIMIT_MS);

        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        assert_true(nothing_remains_soon());
        if (is_thread(mode)) // a process may see that its peer has gone before it is told to go
            assert_string_equal(process_errors(&program->process, said, sizeof said), "");
        program_end(program);
    }
}

static void killed_parent_leaves_nothing(void **state)
{
    kill_in_every_mode(*state, VICTIM_PARENT);
}

static void killed_group_leaves_nothing(void **state)
{
    kill_in_every_mode(*state, VICTIM_GROUP);
}

static void terminated_parent_leaves_nothing(void **state)
{
    skip_if_unsupported(*state);
    for (size_t mode = 0; mode < MODES; mode++) {
        interrupt(*state, mode, VICTIM_PARENT, SIGTERM);
        expect_terminated(*state, SIGTERM);
        interrupt(*state, mode, VICTIM_PARENT, SIGINT);
        expect_terminated(*state, SIGINT);
    }
}

static void killed_child_fails_the_parent(void **state)
{
    struct program *program = *state;
    char said[MAX_TEXT];

    skip_if_unsupported(program);
    for (size_t mode = 0; mode < MODES; mode++) {
        interrupt(program, mode, VICTIM_CHILD, SIGKILL);
        int status = server_process_wait(&program->process, STOP_LIMIT_MS);

        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
        assert_true(nothing_remains());
        assert_true(strlen(process_errors(&program->process, said, sizeof said)) > 0);
        program_end(program);
    }
}

int main(void)
{
    static const struct check checks[] = {
        CHECK(carries_every_size),
        // Where signal handlers are put off, only the one before this line can be run:
        CHECK(refuses_nonsense_in_one_line),
        CHECK(puts_the_peer_where_it_is_told),
        CHECK(knows_the_processors),
        CHECK(loops_on_short_transfers),
        CHECK(killed_parent_leaves_nothing),
        CHECK(killed_group_leaves_nothing),
        CHECK(terminated_parent_leaves_nothing),
        CHECK(killed_child_fails_the_parent),
    };
    enum { CHECKS = sizeof checks / sizeof checks[0] };

    remains_isolate();
    int failed = check_programs("ipc", BUILD_FOLDER "/bench/micro/ipc/*", is_eligible, checks,
                                DEFERS_SIGNALS ? 1 : CHECKS);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
