// The three mistakes that servers/fork.c can make: each shows its symptom, the correct server shows
// none of them, and all can be stopped as any server can.
#include "tests/core/census.h"
#include "tests/core/client.h"
#include "tests/core/followed.h"
#include "tests/core/server_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char program[] = BUILD_FOLDER "/servers/fork";
static const char no_files[] = "clients wait to be accepted: Too many open files";
static const char no_children[] = "child limit reached: clients wait for one to end";

enum { CLIENTS = 10 };
enum mistake { NONE, KEEP_CONNFD, REAP_ONE, NO_REAP, MISTAKES };
static const char *const names[MISTAKES] = {"none", "keep-connfd", "reap-one", "no-reap"};

static struct server_process server = {.out = -1, .err = -1};

static void start(enum mistake mistake, const char *more, rlim_t files)
{
    const char *arguments[4] = {more, NULL};
    size_t n = more ? 1 : 0;
    if (mistake != NONE) {
        arguments[n++] = "--mistake";
        arguments[n] = names[mistake];
    }
    server = (struct server_process){.out = -1, .err = -1};
    server.traced = files > 0; // LeakSanitizer fails where no descriptor is left, too
    server_process_start(&server, program, arguments, files);
    process_listens(&server);
}

static void stop(const char *says)
{
    server.says = says;
    process_stops_cleanly(&server, SIGTERM);
    close(server.out);
    close(server.err);
}

static int end(void **unused)
{
    (void)unused;
    process_end(&server);
    return 0;
}

// ---- what the server holds when no client is being served ----

struct expectation {
    unsigned descriptors, zombies;
};

static bool holds(const void *argument)
{
    const struct expectation *e = argument;
    struct census now = census(&server);
    return now.processes == 1 && now.descriptors == e->descriptors && now.zombies == e->zombies;
}

static void expect(enum mistake mistake, unsigned descriptors, unsigned zombies)
{
    struct expectation expectation = {descriptors, zombies};
    if (within(SECOND_MS, holds, &expectation))
        return;
    struct census now = census(&server);
    fail_msg("%s: %u processes, %u descriptors instead of %u, %u zombies instead of %u",
             names[mistake], now.processes, now.descriptors, descriptors, now.zombies, zombies);
}

static void serve_one(unsigned number)
{
    struct client c = client_connect(server.port, number);
    client_exchange(&c, 100, NULL);
    client_close(&c);
}

// Each has ended and was looked after before the next one comes: no signal stands for two.
static void one_by_one(void **unused)
{
    (void)unused;
    for (enum mistake m = NONE; m < MISTAKES; m++) {
        start(m, NULL, 0);
        unsigned before = census_at_rest(&server).descriptors;
        for (unsigned i = 1; i <= CLIENTS; i++) {
            serve_one(i);
            expect(m, before + (m == KEEP_CONNFD ? i : 0), m == NO_REAP ? i : 0);
        }
        stop(NULL);
    }
}

struct crowd {
    pid_t children[CLIENTS];
};

static bool are_dead(const void *argument)
{
    const struct crowd *crowd = argument;
    for (unsigned i = 0; i < CLIENTS; i++)
        if (!process_is(crowd->children[i], 'Z'))
            return false;
    return true;
}

// All children end while the server is stopped: it gets one signal for all of them.
static void serve_all_and_merge_signals(void)
{
    struct client clients[CLIENTS];
    struct crowd crowd;
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = client_connect(server.port, i);
        client_exchange(&clients[i], 100, NULL);
    }
    assert_int_equal(children_of(server.pid, crowd.children, CLIENTS), CLIENTS);
    assert_int_equal(kill(server.pid, SIGSTOP), 0);
    assert_true(within(SECOND_MS, process_is_stopped, &server.pid));
    for (unsigned i = 0; i < CLIENTS; i++)
        client_close(&clients[i]);
    assert_true(within(SECOND_MS, are_dead, &crowd));
    assert_int_equal(kill(server.pid, SIGCONT), 0);
}

static void all_at_once(void **unused)
{
    (void)unused;
    for (enum mistake m = NONE; m < MISTAKES; m++) {
        start(m, NULL, 0);
        unsigned before = census_at_rest(&server).descriptors;
        serve_all_and_merge_signals();
        unsigned descriptors = before + (m == KEEP_CONNFD ? CLIENTS : 0);
        unsigned zombies = m == REAP_ONE ? CLIENTS - 1 : m == NO_REAP ? CLIENTS : 0;
        expect(m, descriptors, zombies);
        // One more and its signal: what was missed is not made up for.
        serve_one(CLIENTS);
        expect(m, descriptors + (m == KEEP_CONNFD), zombies + (m == NO_REAP));
        stop(NULL);
    }
}

// ---- what a client sees ----

// A client that has said all waits for the server's end.
static void the_end_of_a_connection(void **unused)
{
    (void)unused;
    for (enum mistake m = NONE; m < MISTAKES; m++) {
        start(m, NULL, 0);
        unsigned before = census_at_rest(&server).descriptors;
        struct client c = client_connect(server.port, 1);
        client_exchange(&c, 1000, NULL);
        if (m == KEEP_CONNFD) {
            assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
            expect(m, before + 1, 0); // who served it has closed and exited
            assert_false(client_has_news(&c, 50));
            stop(NULL);
            client_expect_end(&c);
            continue;
        }
        client_finish(&c);
        stop(NULL);
    }
}

// How many clients in turn are answered; the last one, who is not, waits.
static unsigned served_of(unsigned most, struct client *waiting)
{
    enum { PATIENCE_MS = 200 * SLOWNESS };
    for (unsigned i = 0; i < most; i++) {
        *waiting = client_connect(server.port, i);
        client_send(waiting, 100);
        if (!client_has_news(waiting, PATIENCE_MS))
            return i;
        client_expect(waiting, 100);
        client_close(waiting);
    }
    return most;
}

static void out_of_descriptors(void **unused)
{
    (void)unused;
    enum { FILES = 40 };
    struct client waiting;
    start(NONE, NULL, FILES);
    assert_int_equal(served_of(2 * FILES, &waiting), 2 * FILES);
    stop(NULL);

    start(KEEP_CONNFD, NULL, FILES);
    unsigned before = census_at_rest(&server).descriptors;
    unsigned served = served_of(2 * FILES, &waiting);
    assert_in_range(served, FILES / 2, FILES - 4); // 0 to 2 and the listener were there before
    expect(KEEP_CONNFD, before + served, 0);
    expect_no_spinning(&server);
    stop(no_files);
    client_close(&waiting);
}

static void out_of_children(void **unused)
{
    (void)unused;
    struct client waiting;
    for (enum mistake m = NONE; m < MISTAKES; m++) {
        start(m, "--max-children=10", 0);
        unsigned before = census_at_rest(&server).descriptors;
        if (m == NO_REAP) {
            assert_int_equal(served_of(2 * CLIENTS, &waiting), CLIENTS);
            expect(m, before, CLIENTS);
            expect_no_spinning(&server);
            stop(no_children);
            client_close(&waiting);
        } else {
            assert_int_equal(served_of(2 * CLIENTS, &waiting), 2 * CLIENTS);
            stop(""); // on a slow machine some wait until one has ended: it may say so
        }
    }
}

// All children allowed but one are zombies: the rest of the service is one client at a time.
static void one_child_left(void **unused)
{
    (void)unused;
    start(REAP_ONE, "--max-children=10", 0);
    unsigned before = census_at_rest(&server).descriptors;
    serve_all_and_merge_signals();
    expect(REAP_ONE, before, CLIENTS - 1);
    struct client first = client_connect(server.port, 1), second;
    client_exchange(&first, 100, NULL);
    second = client_connect(server.port, 2);
    client_send(&second, 100);
    assert_false(client_has_news(&second, 50));
    client_finish(&first);
    client_expect(&second, 100);
    client_finish(&second);
    expect(REAP_ONE, before, CLIENTS - 1);
    stop(no_children);
}

// ---- the program ----

// With clients who are being served, besides what is left of those before.
static void stopping_under_load(void **unused)
{
    (void)unused;
    for (enum mistake m = NONE; m < MISTAKES; m++) {
        struct client clients[CLIENTS];
        start(m, NULL, 0);
        serve_all_and_merge_signals();
        for (unsigned i = 0; i < CLIENTS; i++) {
            clients[i] = client_connect(server.port, i);
            client_exchange(&clients[i], 100, NULL);
        }
        stop(NULL);
        for (unsigned i = 0; i < CLIENTS; i++)
            client_close(&clients[i]);
    }
}

// Its output and error output together.
static int run_to_end(const char *const *arguments, char *text, size_t bytes)
{
    server = (struct server_process){.out = -1, .err = -1};
    server_process_start(&server, program, arguments, 0);
    int status = server_process_wait(&server, START_LIMIT_MS);
    size_t length = strlen(process_output(&server, text, bytes));
    process_errors(&server, text + length, bytes - length);
    close(server.out);
    close(server.err);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void names_of_mistakes(void **unused)
{
    (void)unused;
    static const char *const wrong[][4] = {{"--mistake=none"},
                                           {"--mistake="},
                                           {"--mistake", "no"},
                                           {"--mistake=no-reap", "--mistake=x"}};
    static const char *const describe[] = {"--describe", NULL}, *const describe_mistake[] = {
                                                                    "--mistake=no-reap",
                                                                    "--describe", NULL};
    char text[1024], same[1024];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(run_to_end(wrong[i], text, sizeof text), 2);
        assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); // one line
        for (enum mistake m = KEEP_CONNFD; m < MISTAKES; m++)
            assert_non_null(strstr(text, names[m]));
    }
    assert_int_equal(run_to_end(describe, text, sizeof text), 0);
    assert_int_equal(run_to_end(describe_mistake, same, sizeof same), 0);
    assert_string_equal(text, same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(one_by_one, end),
        cmocka_unit_test_teardown(all_at_once, end),
        cmocka_unit_test_teardown(the_end_of_a_connection, end),
        cmocka_unit_test_teardown(out_of_descriptors, end),
        cmocka_unit_test_teardown(out_of_children, end),
        cmocka_unit_test_teardown(one_child_left, end),
        cmocka_unit_test_teardown(stopping_under_load, end),
        cmocka_unit_test_teardown(names_of_mistakes, end),
    };
    if (!can_be_followed(program)) {
        printf("[  SKIPPED ] %zu test(s).\n", sizeof tests / sizeof *tests);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
