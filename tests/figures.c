// figures, the program: what its tables show must be what accept, fork and close do. The references
// are counted again here, from the rows that were printed.
//
// The test is a subreaper: whatever process the program leaves behind becomes a child of the test.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/core/server_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char program[] = BUILD_FOLDER "/bench/figures/figures";

enum { MOST_ROWS = 64, LIMIT_S = 60, MOST_ARGUMENTS = 4 };

struct result {
    int status;
    char out[65536], err[4096];
};

static struct result result;

// ---- running it ---------------------------------------------------------------------------------

// ptrace(2) and kcmp(2) fail from now on, as they do in many containers.
static bool forbid_looking(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kcmp, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog list = {sizeof filter / sizeof *filter, filter};
    return setenv("ASAN_OPTIONS", "detect_leaks=0", 1) == 0 && // LeakSanitizer traces, too
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &list) == 0;
}

static pid_t start(const char *const *arguments, bool may_look, int out, int error)
{
    char *list[MOST_ARGUMENTS + 2] = {(char *)program};
    for (size_t i = 0; i < MOST_ARGUMENTS && arguments[i]; i++)
        list[i + 1] = (char *)arguments[i];
    pid_t test = getpid(), pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    alarm(LIMIT_S);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == test &&
        dup2(out, STDOUT_FILENO) >= 0 && dup2(error, STDERR_FILENO) >= 0 &&
        (may_look || forbid_looking()))
        execv(program, list);
    _exit(126);
}

static bool nothing_is_left(const void *unused)
{
    (void)unused;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static void run_as(bool may_look, const char *const *arguments)
{
    int out = memfd_create("out", MFD_CLOEXEC), error = memfd_create("err", MFD_CLOEXEC);
    assert_true(out >= 0 && error >= 0);
    pid_t pid = start(arguments, may_look, out, error);
    assert_int_equal(waitpid(pid, &result.status, 0), pid);
    assert_true(nothing_is_left(NULL));
    ssize_t n = pread(out, result.out, sizeof result.out - 1, 0);
    assert_true(n >= 0);
    result.out[n] = '\0';
    n = pread(error, result.err, sizeof result.err - 1, 0);
    assert_true(n >= 0);
    result.err[n] = '\0';
    close(out);
    close(error);
}

#define RUN(...) run_as(true, (const char *const[]){__VA_ARGS__, NULL})

static void expect_success(void)
{
    if (!WIFEXITED(result.status) || WEXITSTATUS(result.status) != 0)
        fail_msg("wait status %#x: %s", (unsigned)result.status, result.err);
    assert_string_equal(result.err, "");
}

static void expect_failure(int status, const char *words)
{
    assert_true(WIFEXITED(result.status));
    assert_int_equal(WEXITSTATUS(result.status), status);
    if (!strstr(result.err, words) || strchr(result.err, '\n') != strrchr(result.err, '\n'))
        fail_msg("not one line with '%s': %s", words, result.err);
    assert_string_equal(result.out, "");
}

// ---- reading a table ----------------------------------------------------------------------------

struct row {
    int pid, fd;
    char role[16], what[96];
    unsigned refcnt; // 0: not told
};

static struct row rows[MOST_ROWS];
static size_t row_count;

static bool parse_row(const char *line, struct row *r)
{
    unsigned child;
    if (sscanf(line, "%d child %u %d %95[^\n]", &r->pid, &child, &r->fd, r->what) == 4)
        snprintf(r->role, sizeof r->role, "child %u", child);
    else if (sscanf(line, "%d %15s %d %95[^\n]", &r->pid, r->role, &r->fd, r->what) != 4)
        return false;
    char *last = strrchr(r->what, ' ');
    assert_non_null(last);
    r->refcnt = (unsigned)strtoul(last + 1, NULL, 10);
    return true;
}

static char drawing[8192];

// Reads the table and the drawing below the line that begins so. An empty line is behind the title,
// the table and the drawing.
static void read_figure(const char *title)
{
    char begin[128];
    snprintf(begin, sizeof begin, "\n%s", title);
    const char *at = strstr(result.out, begin);
    if (!at)
        fail_msg("nothing is called '%s'", title);
    const char *table = strstr(at + 1, "\n\n");
    assert_non_null(table);
    const char *below = strstr(table + 2, "\n\n");
    assert_non_null(below);
    const char *end = strstr(below + 2, "\n\n");
    assert_non_null(end);
    assert_true((size_t)(end - below) < sizeof drawing);
    memcpy(drawing, below, (size_t)(end - below));
    drawing[end - below] = '\0';
    const char *line = strchr(table + 2, '\n'); // behind the names of the columns
    for (row_count = 0; line < below; line = strchr(line + 1, '\n')) {
        assert_true(row_count < MOST_ROWS);
        if (!parse_row(line + 1, &rows[row_count++]))
            fail_msg("not a row: %.80s", line + 1);
    }
}

// How many descriptors refer to what is called so; each row has to say that.
static unsigned references(const char *what)
{
    unsigned count = 0;
    for (size_t i = 0; i < row_count; i++)
        count += strncmp(rows[i].what, what, strlen(what)) == 0;
    for (size_t i = 0; i < row_count; i++)
        if (strncmp(rows[i].what, what, strlen(what)) == 0)
            assert_int_equal(rows[i].refcnt, count);
    return count;
}

static bool holds(const char *role, const char *what)
{
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(rows[i].role, role) == 0 && strncmp(rows[i].what, what, strlen(what)) == 0)
            return true;
    return false;
}

static unsigned occurrences(const char *text, const char *words)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, words)); at += strlen(words))
        n++;
    return n;
}

static const char listener[] = "listening socket";
static const char *const connections[] = {"connection to client 1", "connection to client 2"};

static void expect_references(const char *title, unsigned listening, unsigned first,
                              unsigned second)
{
    read_figure(title);
    assert_int_equal(references(listener), listening);
    assert_int_equal(references(connections[0]), first);
    assert_int_equal(references(connections[1]), second);
}

// ---- the tests ----------------------------------------------------------------------------------

static void skip_where_servers_do_not_stop(void)
{
    if (!DEFERS_SIGNALS)
        return;
    printf("skipped: %s: this sanitizer puts off the signals that stop and reap\n", program);
    skip();
}

static void run_fork(const char *const *arguments)
{
    skip_where_servers_do_not_stop();
    run_as(true, arguments);
    expect_success();
    if (strstr(result.out, "cannot be stopped")) {
        printf("skipped: %s: ptrace is not permitted here\n", program);
        skip();
    }
}

static void the_figures_of_fork(void **unused)
{
    (void)unused;
    run_fork((const char *const[]){NULL});
    expect_references("Before any client", 1, 0, 0);
    expect_references("Figure 12-1: ", 1, 1, 0);
    assert_true(holds("parent", connections[0]));
    expect_references("On the way to figure 12-2: ", 2, 2, 0);
    assert_true(holds("parent", connections[0]) && holds("child 1", connections[0]));
    assert_true(holds("parent", listener) && holds("child 1", listener));
    expect_references("Figure 12-2: ", 1, 1, 0);
    assert_true(holds("parent", listener) && holds("child 1", connections[0]));
    expect_references("Figure 12-3: ", 1, 1, 1);
    assert_true(holds("parent", connections[1]) && holds("child 1", connections[0]));
    expect_references("On the way to figure 12-4: ", 2, 1, 2);
    assert_true(holds("parent", connections[1]) && holds("child 2", connections[1]));
    expect_references("Figure 12-4: ", 1, 1, 1);
    assert_true(holds("parent", listener) && holds("child 1", connections[0]) &&
                holds("child 2", connections[1]));
    int first_child = 0;
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(rows[i].role, "child 1") == 0)
            first_child = rows[i].pid;

    char gone[64];
    snprintf(gone, sizeof gone, "child 1, process %d, is gone and reaped\n", first_child);
    assert_non_null(strstr(result.out, gone));
    expect_references("Client 1 has finished", 1, 0, 1);
    for (size_t i = 0; i < row_count; i++)
        assert_int_not_equal(rows[i].pid, first_child);
    assert_true(holds("child 2", connections[1]));
    assert_int_equal(occurrences(result.out, "and got it back\n"), 4);
}

// Where both parent and child have client 2's connection.
static void expect_forked_drawing(void)
{
    read_figure("On the way to figure 12-4: ");
    assert_int_equal(occurrences(drawing, "listenfd("), 2);
    assert_int_equal(occurrences(drawing, "connfd("), 3);
    assert_int_equal(occurrences(drawing, "refcnt=2"), 4);
    assert_int_equal(occurrences(drawing, "refcnt=1"), 1);
    assert_int_equal(occurrences(drawing, "┤ connfd("), 1); // client 1's line
    assert_int_equal(occurrences(drawing, "╡ connfd("), 2); // and client 2's
    assert_int_equal(occurrences(drawing, "╞"), 1);
}

static void the_drawings_of_fork(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        unsigned lines;
    } files[] = {{"before", 0}, {"12-1", 1},  {"12-2a", 2}, {"12-2", 1},
                 {"12-3", 2},   {"12-4a", 3}, {"12-4", 2},  {"after", 1}};
    char folder[] = "/tmp/forklore_figures_XXXXXX", path[128], text[16384];
    assert_non_null(mkdtemp(folder));
    run_fork((const char *const[]){"--svg", folder, NULL});
    expect_forked_drawing();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/figure_%s.svg", folder, files[i].name);
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        assert_ptr_equal(strstr(text, "<svg xmlns=\"http://www.w3.org/2000/svg\""), text);
        assert_string_equal(text + strlen(text) - strlen("</svg>\n"), "</svg>\n");
        assert_int_equal(occurrences(text, "<path class=\"line"), files[i].lines);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0); // nothing else is in it
}

static void servers_of_other_kinds(void **unused)
{
    (void)unused;
    skip_where_servers_do_not_stop();
    RUN("epoll");
    expect_success();
    expect_references("Client 2 has connected", 1, 1, 1);
    assert_true(holds("server", connections[0]) && holds("server", connections[1]));
    expect_references("Client 1 has finished", 1, 0, 1);

    RUN("thread");
    expect_success();
    expect_references("Client 2 has connected", 1, 1, 1);
    assert_true(holds("server", connections[0]) && holds("server", connections[1]));
    assert_non_null(strstr(result.out, ", 3 threads"));
    expect_references("Client 1 has finished", 1, 0, 1);

    RUN("prefork", "-w", "2");
    expect_success();
    expect_references("Client 2 has connected", 3, 1, 1); // by the parent and each worker
    assert_false(holds("parent", connections[0]) || holds("parent", connections[1]));
    assert_true(holds("child 1", connections[0]) != holds("child 1", connections[1]));
    expect_references("Client 1 has finished", 3, 0, 1);
}

static void a_client_that_waits_for_its_turn(void **unused)
{
    (void)unused;
    skip_where_servers_do_not_stop();
    RUN("iterative");
    expect_success();
    expect_references("Client 2 has connected", 1, 1, 0);
    assert_int_equal(occurrences(result.out, "waiting for accept"), 1);
    expect_references("Client 1 has finished", 1, 0, 1);
}

static void where_looking_is_forbidden(void **unused)
{
    (void)unused;
    skip_where_servers_do_not_stop();
    run_as(false, (const char *const[]){NULL});
    expect_success();
    assert_non_null(strstr(result.out, "(ptrace: Operation not permitted)"));
    assert_non_null(strstr(result.out, "does not allow kcmp"));
    expect_references("Client 1 has connected", 1, 1, 0);
    assert_true(holds("parent", listener) && holds("child 1", connections[0]));
    for (size_t i = 0; i < row_count; i++)
        if (strncmp(rows[i].what, "other: ", 7) == 0)
            assert_int_equal(rows[i].refcnt, 0); // not told, rather than guessed
    expect_references("Client 2 has connected", 1, 1, 1);
    expect_references("Client 1 has finished", 1, 0, 1);
}

static void what_is_no_server(void **unused)
{
    (void)unused;
    RUN("nosuch");
    expect_failure(2, "no such server: ");
    RUN("/bin/true");
    expect_failure(1, "/bin/true did not print 'listening on 127.0.0.1:PORT'");
    RUN("fork", "--nosuch");
    expect_failure(1, "unrecognized option '--nosuch'");
    RUN("--nosuch");
    expect_failure(2, "unrecognized option '--nosuch'");
    RUN("--svg", "/nosuch/folder");
    expect_failure(1, "/nosuch/folder");
}

// Killed while it holds the server, blocked because its output is not read.
static void nothing_outlives_it(void **unused)
{
    (void)unused;
    static const char *const servers[] = {"fork", "prefork", "thread"};
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        int channel[2], waiting = 0, status;
        assert_int_equal(pipe2(channel, O_CLOEXEC), 0);
        int room = fcntl(channel[1], F_SETPIPE_SZ, 4096);
        assert_true(room > 0);
        pid_t pid = start((const char *const[]){servers[i], NULL}, true, channel[1], STDERR_FILENO);
        close(channel[1]);
        for (int ms = 0; waiting < room && ms < START_LIMIT_MS; ms++) {
            assert_int_equal(ioctl(channel[0], FIONREAD, &waiting), 0);
            usleep(1000);
        }
        assert_int_equal(waiting, room);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        assert_true(within(STOP_LIMIT_MS, nothing_is_left, NULL));
        close(channel[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_figures_of_fork),
        cmocka_unit_test(the_drawings_of_fork),
        cmocka_unit_test(servers_of_other_kinds),
        cmocka_unit_test(a_client_that_waits_for_its_turn),
        cmocka_unit_test(where_looking_is_forbidden),
        cmocka_unit_test(what_is_no_server),
        cmocka_unit_test(nothing_outlives_it),
    };
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
