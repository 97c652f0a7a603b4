// What --state promises, of every server in build/servers/ with every mechanism in servers/state/,
// both found by themselves: what is counted is what was echoed, to the last request, or the two are
// refused. Run from the directory that holds both. An argument is a pattern of names to run, such
// as '*/prefork+*'.
//
// Runs in 2 parts.
#include "tests/core/census.h"
#include "tests/core/client.h"
#include "tests/core/followed.h"
#include "tests/core/part.h"
#include "tests/core/server_process.h"
#include "tests/core/sysv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <err.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, EXIT_SKIP = 77, MAX_TEXT = 4096, RUN_LIMIT_MS = 20 * SECOND_MS };
enum { WORKERS = 8, MOST_PROCESSES = 64 };

struct program {
    const char *path, *name;
    bool has_pool, has_processes; // of workers; and these are processes
    bool keeps_eight;             // serves eight clients at the same time
};

struct cell {
    const struct program *program;
    char mechanism[64];
    struct server_process server, driver;
};

// ---- running ----

struct result {
    int status;
    char out[MAX_TEXT], errors[MAX_TEXT];
};

// Exit status and all that it said.
static struct result wait_for_end(struct server_process *p)
{
    struct result r;
    int status = server_process_wait(p, RUN_LIMIT_MS);
    process_output(p, r.out, sizeof r.out);
    process_errors(p, r.errors, sizeof r.errors);
    close(p->out);
    close(p->err);
    if (!WIFEXITED(status))
        fail_msg("killed by signal %d; errors: '%s'", WTERMSIG(status), r.errors);
    r.status = WEXITSTATUS(status);
    return r;
}

static struct result run(struct cell *cell, const char *path, const char *const *arguments)
{
    server_process_start(&cell->server, path, arguments, 0);
    struct result r = wait_for_end(&cell->server);
    assert_true(no_orphans());
    return r;
}

static void expect_refusal(const struct result *r, int status, const char *words)
{
    const char *end = strchr(r->errors, '\n');
    if (r->status != status || !end || end[1] || !strstr(r->errors, words) || *r->out)
        fail_msg("exit status %d, '%s' and '%s' instead of %d and one line with '%s'", r->status,
                 r->out, r->errors, status, words);
}

static void start(struct cell *cell)
{
    const char *arguments[] = {"--state", cell->mechanism, "-w", "8", NULL};
    if (!cell->program->has_pool)
        arguments[2] = NULL;
    server_process_start(&cell->server, cell->program->path, arguments, 0);
    process_listens(&cell->server);
}

// Lets the driver make so many requests over eight connections at the same time, so many on each
// before the next (0: all). Returns how many were echoed: all of them.
static unsigned drive(struct cell *cell, const char *requests, const char *per_connection)
{
    char target[32];
    const char *const arguments[] = {"-c", "8", "-n", requests, "-k", per_connection, target, NULL};
    snprintf(target, sizeof target, "127.0.0.1:%u", cell->server.port);
    server_process_start(&cell->driver, BUILD_FOLDER "/clients/drive", arguments, 0);
    struct result r = wait_for_end(&cell->driver);
    const char *echoes = strstr(r.out, "\nechoes_total\t");
    if (r.status != 0 || !echoes)
        fail_msg("the driver: exit status %d, '%s'", r.status, r.errors);
    assert_int_equal(strtoul(echoes + strlen("\nechoes_total\t"), NULL, 10), atoi(requests));
    return (unsigned)atoi(requests);
}

// Lines that do not come one a message. Returns how many they are.
static unsigned speak(const struct cell *cell)
{
    struct client c = client_connect(cell->server.port, 0);
    client_say(&c, "byte by byte\n", 1);
    client_say(&c, "two\nlines\n", sizeof "two\nlines\n" - 1);
    client_say(&c, "\n\n", 2);
    client_say(&c, "one and a half\nand", sizeof "one and a half\nand" - 1);
    client_close(&c);
    return 6;
}

// ---- counting ----

struct pool {
    const struct cell *cell;
    pid_t killed;
    size_t children;
};

static bool is_replaced(const void *argument)
{
    const struct pool *p = argument;
    pid_t now[MOST_PROCESSES];
    size_t n = children_of(p->cell->server.pid, now, MOST_PROCESSES);
    for (size_t i = 0; i < n && i < MOST_PROCESSES; i++)
        if (now[i] == p->killed)
            return false;
    return n == p->children;
}

// The companion, if there is one, was the first to be made.
static void kill_a_worker(const struct cell *cell)
{
    pid_t children[MOST_PROCESSES];
    size_t n = children_of(cell->server.pid, children, MOST_PROCESSES);
    assert_in_range(n, WORKERS, WORKERS + 1);
    struct pool pool = {cell, children[n - 1], n};
    assert_int_equal(kill(pool.killed, SIGKILL), 0);
    if (!within(SECOND_MS, is_replaced, &pool))
        fail_msg("a killed worker is not replaced, or the companion was taken for one");
}

// Cuts the line about the workers off, if there is one. In rising order they have counted all.
static void expect_workers(char *out, unsigned requests)
{
    static const char line[] = "state tally by worker";
    char *words = strstr(out, line), *end;
    if (!words)
        return;
    unsigned long last = 0, sum = 0, count;
    const char *at = words + strlen(line);
    for (; *at == ' '; at = end) {
        count = strtoul(at, &end, 10);
        assert_true(count >= last);
        sum += last = count;
    }
    assert_string_equal(at, "\n");
    assert_int_equal(sum, requests);
    *words = '\0';
}

// As from a terminal, the signal goes to all of the server's processes.
static void stop_and_expect(struct cell *cell, unsigned requests)
{
    char expected[128];
    pid_t pids[MOST_PROCESSES + 1] = {cell->server.pid};
    size_t n = 1 + children_of(cell->server.pid, pids + 1, MOST_PROCESSES);
    assert_in_range(n, 1, MOST_PROCESSES + 1);
    assert_int_equal(kill(-cell->server.pid, SIGINT), 0);
    if (DEFERS_SIGNALS)
        port_refuses(cell->server.port); // a connection that makes accept4 return
    struct result r = wait_for_end(&cell->server);
    snprintf(expected, sizeof expected, "state %s counted %u\n", cell->mechanism, requests);
    if (strcmp(cell->mechanism, "tally") == 0)
        assert_non_null(strstr(r.out, "by worker"));
    expect_workers(r.out, requests);
    assert_string_equal(r.errors, "");
    assert_string_equal(r.out, expected);
    assert_int_equal(r.status, 0);
    assert_true(no_orphans());
    assert_int_equal(sysv_objects_of(pids, n), 0);
}

static void counts_what_it_echoes(struct cell *cell)
{
    start(cell);
    unsigned requests = drive(cell, "150", "1");
    requests += drive(cell, "400", cell->program->keeps_eight ? "0" : "1");
    requests += speak(cell);
    if (cell->program->has_processes) {
        kill_a_worker(cell);
        requests += drive(cell, "100", "1");
    }
    stop_and_expect(cell, requests);
}

// ---- killed ----

struct remains {
    const struct server_process *server;
    pid_t pids[MOST_PROCESSES + 1];
    size_t n;
};

static bool nothing_left(const void *argument)
{
    const struct remains *r = argument;
    return no_orphans() && port_refuses(r->server->port) && sysv_objects_of(r->pids, r->n) == 0;
}

// A request comes after that: children that outlive the server until their client leaves must not
// wait for the process that died with it.
static void leaves_nothing_when_killed(struct cell *cell)
{
    char byte;
    start(cell);
    struct client c = client_connect(cell->server.port, 0);
    client_say(&c, "request\n", 1);
    struct remains remains = {.server = &cell->server, .pids = {cell->server.pid}};
    remains.n = 1 + children_of(cell->server.pid, remains.pids + 1, MOST_PROCESSES);
    assert_in_range(remains.n, 1, MOST_PROCESSES + 1);
    assert_int_equal(kill(cell->server.pid, SIGKILL), 0);
    server_process_wait(&cell->server, SECOND_MS);
    if (send(c.fd, "\n", 1, MSG_NOSIGNAL) == 1 && recv(c.fd, &byte, 1, 0) < 0)
        assert_int_not_equal(errno, EAGAIN);
    client_close(&c);
    if (!within(SECOND_MS, nothing_left, &remains))
        fail_msg("something of it is left: %s", sysv_objects_of(remains.pids, remains.n)
                                                    ? "a System V object"
                                                : port_refuses(cell->server.port) ? "a process"
                                                                                  : "the port");
}

// ---- refusals ----

static struct result describe(struct cell *cell, const char *path, const char *mechanism)
{
    struct result r =
        run(cell, path, (const char *const[]){"--describe", "--state", mechanism, NULL});
    if (r.status == EXIT_SKIP)
        expect_refusal(&r, EXIT_SKIP, "");
    else if (r.status != 0)
        fail_msg("exit status %d, '%s'", r.status, r.errors);
    return r;
}

// Without --describe it is the same, and in the same words.
static void refuses_to_start(struct cell *cell, const char *reason)
{
    const char *const start[] = {"--state", cell->mechanism, NULL};
    struct result r = run(cell, cell->program->path, start);
    expect_refusal(&r, EXIT_SKIP, reason);
}

static void refuses_what_it_should(void **state)
{
    static const struct {
        const char *server, *mechanism;
        bool refused;
    } cases[] = {
        {"epoll", "plain", false},
        {"iterative", "plain", false},
        {"prefork", "plain", true},
        {"epoll_workers", "plain", true},
        {"thread", "plain", true},
        {"prethread", "atomic", false},
        {"prethread", "mutex", false},
        {"fork", "atomic", true},
        {"epoll_workers", "mutex", true},
        {"fork", "shm_mutex", false},
        {"epoll_threads", "plain", true},
        {"epoll_threads", "mutex", false},
        {"reactor", "plain", true},
        {"reactor", "mutex", false},
        {"thread", "fcntl_file", true},
        {"prefork", "fcntl_file", false},
        {"fork_exec", "shm_atomic", true},
        {"clone_vm", "shm_atomic", false},
        {"clone_vm", "unix_owner", true},
        {"prefork", "unix_owner", false},
        {"clone_vm", "tally", true},
        {"prethread", "tally", false},
        {"fork_sandboxed", "shm_atomic", true},
        {"fork_namespaces", "pipe_owner", true},
    };
    struct cell *cell = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[128];
        snprintf(path, sizeof path, BUILD_FOLDER "/servers/%s", cases[i].server);
        struct result r = describe(cell, path, cases[i].mechanism);
        if ((r.status == EXIT_SKIP) != cases[i].refused)
            fail_msg("%s --state %s", cases[i].server, cases[i].mechanism);
    }
}

static glob_t mechanisms;

static void name_of(const char *path, char *name, size_t bytes)
{
    snprintf(name, bytes, "%s", basename(path));
    name[strcspn(name, ".")] = '\0';
}

static void lists_the_mechanisms(void **state)
{
    struct cell *cell = *state;
    const char *const arguments[] = {"--state", "none", NULL};
    struct result r = run(cell, BUILD_FOLDER "/servers/fork", arguments);
    for (size_t i = 0; i < mechanisms.gl_pathc; i++) {
        char name[64];
        name_of(mechanisms.gl_pathv[i], name, sizeof name);
        expect_refusal(&r, EXIT_USAGE, name);
    }
}

// ---- the cells ----

static void keeps_its_promise(void **state)
{
    struct cell *cell = *state;
    struct result r = describe(cell, cell->program->path, cell->mechanism);
    if (r.status == EXIT_SKIP) {
        refuses_to_start(cell, r.errors);
        return;
    }
    counts_what_it_echoes(cell);
    leaves_nothing_when_killed(cell);
}

static int end_cell(void **state)
{
    struct cell *cell = *state;
    process_end(&cell->driver);
    process_end(&cell->server);
    return 0;
}

static void *allocated(void *memory)
{
    if (!memory)
        err(1, "no memory");
    return memory;
}

// What a command says in one line, and its exit status.
static int ask(const char *command, char *line, size_t bytes)
{
    FILE *output = popen(command, "re");
    if (!output)
        err(1, "%s", command);
    if (!fgets(line, (int)bytes, output))
        *line = '\0';
    return WEXITSTATUS(pclose(output));
}

// False if it is no server, or cannot run here.
static bool identify(struct program *p, const char *path)
{
    char command[300], line[1024];
    struct stat about;
    *p = (struct program){.path = path, .name = basename(path)};
    if (stat(path, &about) < 0 || !S_ISREG(about.st_mode) || !can_be_followed(path))
        return false;
    snprintf(command, sizeof command, "%s --describe 2>&1", path);
    int status = ask(command, line, sizeof line);
    if (status != 0) {
        printf("skipped: %s", line);
        return false;
    }
    p->has_processes = is_pool_of_processes(line);
    p->has_pool = p->has_processes || is_pool_of_threads(line);
    p->keeps_eight = strstr(line, "\tmany\t") || strstr(line, "\tworkers\t");
    return true;
}

// The thread sanitizer does not know that a System V semaphore orders what two threads do.
static bool is_followed(const char *mechanism)
{
    return !DEFERS_SIGNALS || strcmp(mechanism, "sysv_shm_sem") != 0;
}

static struct CMUnitTest test_of(struct cell *cell, const char *what, CMUnitTestFunction test)
{
    char *name;
    if (asprintf(&name, "%s/%s+%s", what, cell->program ? cell->program->name : "",
                 cell->mechanism) < 0)
        err(1, "no memory");
    return (struct CMUnitTest){
        .name = name, .test_func = test, .teardown_func = end_cell, .initial_state = cell};
}

int main(int argc, char **argv)
{
    glob_t servers;
    if (argc > 2)
        errx(2, "one part or one pattern of names at most");
    if (glob(BUILD_FOLDER "/servers/*", 0, NULL, &servers) != 0 ||
        glob("servers/state/*.c", 0, NULL, &mechanisms) != 0)
        errx(1, "no build/servers/ or no servers/state/ here");

    size_t pairs = servers.gl_pathc * mechanisms.gl_pathc, n = 0;
    struct program *programs = allocated(calloc(servers.gl_pathc, sizeof *programs));
    struct cell *cells = allocated(calloc(pairs + 1, sizeof *cells)), *cell = cells;
    struct CMUnitTest *tests = allocated(calloc(pairs + 2, sizeof *tests));
    tests[n++] = test_of(cell, "refuses_what_it_should", refuses_what_it_should);
    tests[n++] = test_of(cell, "lists_the_mechanisms", lists_the_mechanisms);
    for (size_t p = 0; p < servers.gl_pathc; p++) {
        if (!identify(&programs[p], servers.gl_pathv[p]))
            continue;
        for (size_t m = 0; m < mechanisms.gl_pathc; m++) {
            cell++;
            cell->program = &programs[p];
            name_of(mechanisms.gl_pathv[m], cell->mechanism, sizeof cell->mechanism);
            if (is_followed(cell->mechanism))
                tests[n++] = test_of(cell, "promise", keeps_its_promise);
            else
                printf("skipped: %s+%s: races that are none\n", programs[p].name, cell->mechanism);
        }
    }
    if (argc == 2)
        n = choose_tests(tests, n, argv[1]);
    int failed = _cmocka_run_group_tests("state", tests, n, NULL, NULL);
    for (size_t i = 0; i < n; i++)
        free((char *)tests[i].name);
    free(tests);
    free(cells);
    free(programs);
    globfree(&servers);
    globfree(&mechanisms);
    return failed != 0;
}
