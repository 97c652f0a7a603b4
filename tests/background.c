// Background connections for the driver, as a program: connections that behave in one behaviour,
// against servers that count, lie or stop serving.
#include "tests/core/driver.h"
#include "tests/core/planted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clients/core/clock.h"

enum { MOST_WORDS = 24 };

static struct {
    pid_t pid; // 0: ended
    int in, out;
    int status; // exit status, or 128 + signal
    char text[2048];
} background;

// Its output and errors come by one pipe, in the order in which they were said.
static void start(const char *format, ...)
{
    static char words[512];
    char *list[MOST_WORDS] = {BUILD_FOLDER "/clients/background"}, *rest = words, *word;
    int in[2], out[2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    for (int i = 1; (word = strsep(&rest, " ")) && i < MOST_WORDS - 1; i++)
        list[i] = word;
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    background.pid = fork();
    assert_true(background.pid >= 0);
    if (background.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(out[1], STDERR_FILENO);
        execv(list[0], list);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    background.in = in[1];
    background.out = out[0];
    background.text[0] = '\0';
}

// Waits until it says a line, which must be this one.
static void expect_line(const char *wanted)
{
    char line[256];
    size_t length = 0;
    uint64_t limit_ns = now_ns() + LIMIT_MS * UINT64_C(1000000);
    struct pollfd readable = {.fd = background.out, .events = POLLIN};
    while (length + 1 < sizeof line && now_ns() < limit_ns)
        if (poll(&readable, 1, 100) > 0 &&
            (read(background.out, line + length, 1) != 1 || line[length++] == '\n'))
            break;
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    assert_string_equal(line, wanted);
}

// Waits until it has ended, and reads the rest of what it said.
static void end(void)
{
    size_t length = 0;
    ssize_t n;
    if (background.in >= 0)
        close(background.in);
    background.in = -1;
    while ((n = read(background.out, background.text + length,
                     sizeof background.text - 1 - length)) > 0)
        length += (size_t)n;
    background.text[length] = '\0';
    close(background.out);
    assert_int_equal(waitpid(background.pid, &background.status, 0), background.pid);
    background.pid = 0;
    background.status = WIFSIGNALED(background.status) ? 128 + WTERMSIG(background.status)
                                                       : WEXITSTATUS(background.status);
}

static int end_all(void **unused)
{
    if (background.pid > 0 && kill(background.pid, SIGKILL) == 0)
        waitpid(background.pid, NULL, 0);
    background.pid = 0;
    return end_programs(unused);
}

static double said(const char *name)
{
    const char *at = strstr(background.text, name);
    if (!at)
        fail_msg("no %s in '%s'", name, background.text);
    return strtod(at + strlen(name), NULL);
}

static void expect_end(int status, double in_place, double waiting, double failed)
{
    end();
    if (background.status != status)
        fail_msg("status %d instead of %d: %s", background.status, status, background.text);
    assert_true(said("in_place\t") == in_place);
    assert_true(said("waiting\t") == waiting);
    assert_true(said("failed\t") == failed);
}

static void wait_until(const atomic_uint_fast64_t *count, uint64_t value)
{
    for (int ms = 0; ms < LIMIT_MS && *count != value; ms++)
        poll(NULL, 0, 1);
    assert_int_equal(*count, value);
}

// ---- behaviours ----

static void idle_ones_are_served_once(void **unused)
{
    (void)unused;
    start("-c 200 127.0.0.1:%u", plant(HONEST));
    expect_line("ready 200 waiting 0 failed 0");
    assert_int_equal(tally->open, 200);
    assert_int_equal(tally->messages, 200);
    poll(NULL, 0, 50);
    assert_int_equal(tally->messages, 200);
    expect_end(0, 200, 0, 0);
    assert_true(said("echoes\t") == 200);
    wait_until(&tally->open, 0);
}

// Established connections from 127.0.0.LAST to a port, by their own ports: while others come and
// go, the kernel's list can hold one twice.
static unsigned connections_from(unsigned last, unsigned port)
{
    char line[256];
    bool seen[65536] = {false};
    unsigned from, own, to, state, count = 0;
    FILE *file = fopen("/proc/net/tcp", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, " %*u: %x:%x %*x:%x %x", &from, &own, &to, &state) != 4 || to != port ||
            state != 1 || from != htonl(INADDR_LOOPBACK - 1 + last) || seen[own & 0xffff])
            continue;
        seen[own & 0xffff] = true;
        count++;
    }
    fclose(file);
    return count;
}

static void many_come_from_several_addresses(void **unused)
{
    (void)unused;
    unsigned port = start_server(BUILD_FOLDER "/servers/epoll", "");
    start("-c 2500 127.0.0.1:%u", port);
    expect_line("ready 2500 waiting 0 failed 0");
    assert_int_equal(connections_from(1, port), 1000);
    assert_int_equal(connections_from(2, port), 1000);
    assert_int_equal(connections_from(3, port), 500);
    expect_end(0, 2500, 0, 0);
}

static void silent_ones_send_nothing(void **unused)
{
    (void)unused;
    start("-c 20 -m silent 127.0.0.1:%u", plant(HONEST));
    expect_line("ready 20 waiting 0 failed 0");
    wait_until(&tally->accepted, 20);
    poll(NULL, 0, 20);
    assert_int_equal(tally->bytes, 0);
    expect_end(0, 20, 0, 0);
    assert_true(said("bytes_sent\t") == 0);
}

// The planted server would wait for its lines to end; these never do.
static void trickling_ones_send_bytes_of_a_line(void **unused)
{
    (void)unused;
    start("-c 10 -m trickling --every 0.02 127.0.0.1:%u",
          start_server(BUILD_FOLDER "/servers/epoll", ""));
    expect_line("ready 10 waiting 0 failed 0");
    uint64_t start_ns = now_ns();
    poll(NULL, 0, 300);
    double expected = (double)(now_ns() - start_ns) / 20e6 * 10;
    expect_end(0, 10, 0, 0);
    assert_true(said("bytes_sent\t") >= 0.7 * expected - 10);
    assert_true(said("bytes_sent\t") <= 1.5 * expected + 100); // it may end later
    assert_true(said("echoes\t") >= said("bytes_sent\t") - 10);
}

static void heavy_ones_ask_again_and_again(void **unused)
{
    (void)unused;
    start("-c 3 -m heavy --word please 127.0.0.1:%u",
          start_server(BUILD_FOLDER "/servers/epoll", ""));
    expect_line("ready 3 waiting 0 failed 0");
    poll(NULL, 0, 100);
    expect_end(0, 3, 0, 0);
    double echoes = said("echoes\t"), lines = said("bytes_sent\t") / (double)strlen("please\n");
    assert_true(echoes > 30);
    assert_true(lines >= echoes && lines <= echoes + 3);
}

// They fill the buffers between them and the server, no more, and no other client waits for them.
static void stalled_ones_fill_the_buffers(void **unused)
{
    (void)unused;
    unsigned port = start_server(BUILD_FOLDER "/servers/epoll", "");
    start("-c 5 -m stalled 127.0.0.1:%u", port);
    expect_line("ready 5 waiting 0 failed 0");
    io = epoll;
    drive(port, "-c 2 -n 200");
    expect_success();
    expect_figure("echoes", 200);
    expect_end(0, 5, 0, 0);
    assert_true(said("bytes_sent\t") > 5 * 30000);
    assert_true(said("bytes_sent\t") < 5 * 4e6);
    assert_true(said("echoes\t") == 0);
}

// ---- servers that do not do ----

static void some_wait_for_ever(void **unused)
{
    (void)unused;
    start("-c 10 --limit 0.3 127.0.0.1:%u", start_server(BUILD_FOLDER "/servers/prefork", "-w 4"));
    expect_line("ready 4 waiting 6 failed 0");
    expect_end(0, 4, 6, 0);
}

static void nobody_is_there(void **unused)
{
    (void)unused;
    start("-c 10 127.0.0.1:%u", plant(NOT_THERE));
    expect_line("ready 0 waiting 0 failed 10");
    expect_end(1, 0, 0, 10);
    assert_non_null(strstr(background.text, "10 of 10 connections failed (Connection refused)"));
}

static void lies_are_seen(void **unused)
{
    (void)unused;
    static const enum lie lies[] = {FLIPS_A_BIT, ADDS_A_BYTE, CLOSES_HALFWAY, RESETS_HALFWAY};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        start("-c 60 127.0.0.1:%u", plant(lies[i]));
        expect_line("ready 58 waiting 0 failed 2");
        assert_int_equal(tally->lies, 2);
        expect_end(1, 58, 0, 2);
    }
}

static void connections_can_break_later(void **unused)
{
    (void)unused;
    start("-c 8 127.0.0.1:%u", plant(HONEST));
    expect_line("ready 8 waiting 0 failed 0");
    uproot();
    poll(NULL, 0, 50);
    expect_end(1, 0, 0, 8);
}

// ---- beginning and ending ----

static void it_waits_to_begin(void **unused)
{
    (void)unused;
    start("-c 5 --wait 127.0.0.1:%u", plant(HONEST));
    expect_line("waiting");
    poll(NULL, 0, 20);
    assert_int_equal(tally->accepted, 0);
    assert_int_equal(write(background.in, "\n", 1), 1);
    expect_line("ready 5 waiting 0 failed 0");
    expect_end(0, 5, 0, 0);
    start("-c 5 --wait 127.0.0.1:%u", plant(HONEST));
    expect_line("waiting");
    end();
    assert_int_equal(background.status, 1);
    assert_string_equal(background.text,
                        "background: no start signal: --until reached end of file\n");
}

static void sigterm_ends_it(void **unused)
{
    (void)unused;
    start("-c 5 127.0.0.1:%u", plant(HONEST));
    expect_line("ready 5 waiting 0 failed 0");
    kill(background.pid, SIGTERM);
    int in = background.in; // stays open
    background.in = -1;
    expect_end(0, 5, 0, 0);
    close(in);
}

static void bad_input(void **unused)
{
    (void)unused;
    static const char *const cases[][2] = {
        {"-c 5", "HOST:PORT is missing"},
        {"-c 0 127.0.0.1:1", "CONNECTIONS must be a number"},
        {"-m lazy 127.0.0.1:1",
         "BEHAVIOUR must be silent, idle, stalled, trickling or heavy, not 'lazy'"},
        {"--every 0 127.0.0.1:1", "SECONDS between two bytes"},
        {"--until x 127.0.0.1:1", "FD must be a number"},
        {"127.0.0.1:1 127.0.0.1:2", "unexpected argument '127.0.0.1:2' after HOST:PORT"},
        {"127.0.0.1", "'127.0.0.1' is not HOST:PORT"},
        {"--lazy 127.0.0.1:1", "unrecognized option '--lazy'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start("%s", cases[i][0]);
        end();
        if (background.status != 2 || !strstr(background.text, cases[i][1]) ||
            strchr(background.text, '\n') != background.text + strlen(background.text) - 1)
            fail_msg("'%s': status %d and '%s'", cases[i][0], background.status, background.text);
    }
}

// A server knows how many clients it can have at once.
static void servers_say_how_many(void **unused)
{
    (void)unused;
    static const struct {
        const char *command, *reason;
    } cases[] = {
        {BUILD_FOLDER "/servers/select --clients 1020 --describe", NULL},
        {BUILD_FOLDER "/servers/select --clients 1021 --describe", "serves at most 1020 clients"},
        {BUILD_FOLDER "/servers/fork --max-children 7 --clients 7 --describe", NULL},
        {BUILD_FOLDER "/servers/fork --max-children 7 --clients 8 --describe",
         "limited to 7 processes"},
        {"prlimit --nofile=100 " BUILD_FOLDER "/servers/poll --clients 84 --describe", NULL},
        {"prlimit --nofile=100 " BUILD_FOLDER "/servers/poll --clients 85 --describe",
         "100 descriptors"},
        {"prlimit --nofile=100 " BUILD_FOLDER "/servers/thread --clients 85 --describe",
         "100 descriptors"},
        {"prlimit --nofile=100 " BUILD_FOLDER "/servers/fork --clients 85 --describe", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[256], text[512];
        snprintf(command, sizeof command, "%s 2>&1", cases[i].command);
        FILE *output = popen(command, "re");
        assert_non_null(output);
        text[fread(text, 1, sizeof text - 1, output)] = '\0';
        int status = WEXITSTATUS(pclose(output));
        if (status != (cases[i].reason ? 77 : 0) ||
            (cases[i].reason && !strstr(text, cases[i].reason)))
            fail_msg("'%s': status %d and '%s'", cases[i].command, status, text);
    }
}

#define BACKGROUND(test) cmocka_unit_test_teardown(test, end_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BACKGROUND(idle_ones_are_served_once),
        BACKGROUND(many_come_from_several_addresses),
        BACKGROUND(silent_ones_send_nothing),
        BACKGROUND(trickling_ones_send_bytes_of_a_line),
        BACKGROUND(heavy_ones_ask_again_and_again),
        BACKGROUND(stalled_ones_fill_the_buffers),
        BACKGROUND(some_wait_for_ever),
        BACKGROUND(nobody_is_there),
        BACKGROUND(lies_are_seen),
        BACKGROUND(connections_can_break_later),
        BACKGROUND(it_waits_to_begin),
        BACKGROUND(sigterm_ends_it),
        BACKGROUND(bad_input),
        BACKGROUND(servers_say_how_many),
    };
    return cmocka_run_group_tests_name("background", tests, begin_tests, end_tests);
}
