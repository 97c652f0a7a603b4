// What servers/core/listener.c makes of each error of accept: whether to accept again, and what is
// said and waited for first. accept4, nanosleep and the clock are planned here, so that no time
// passes: listener.c is included as text.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTION = 777 };

// What accept4 fails with from now on, one after the other; then it has a connection.
static int planned[4];
static unsigned accepts, pauses;
static time_t now_s;
static int said_fd; // instead of standard error

static int planned_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    (void)fd, (void)address, (void)length;
    assert_true(flags & SOCK_CLOEXEC);
    assert_true(accepts < sizeof planned / sizeof *planned);
    errno = planned[accepts++];
    return errno ? -1 : CONNECTION;
}

static int counted_nanosleep(const struct timespec *time, struct timespec *left)
{
    (void)left;
    assert_int_equal(time->tv_sec, 0);
    assert_int_equal(time->tv_nsec, 10000000);
    pauses++;
    return 0;
}

static int planned_clock(clockid_t clock, struct timespec *now)
{
    (void)clock;
    *now = (struct timespec){.tv_sec = now_s};
    return 0;
}

#define accept4 planned_accept4
#define nanosleep counted_nanosleep
#define clock_gettime planned_clock
#undef STDERR_FILENO
#define STDERR_FILENO said_fd
#include "servers/core/listener.c"

static int listener;

static void plan(int first, int second, int third)
{
    memcpy(planned, (int[]){first, second, third, 0}, sizeof planned);
    accepts = pauses = 0;
    now_s += 10; // what was said before is long ago
    assert_true(ftruncate(said_fd, 0) == 0 && lseek(said_fd, 0, SEEK_SET) == 0);
}

// What listener.c has written to standard error since the last plan.
static const char *said(void)
{
    static char text[512];
    ssize_t n = pread(said_fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static const struct {
    int error;
    bool again, pauses;
} rows[] = {
    {EINTR, true, false},     {ECONNABORTED, true, false}, {EPROTO, true, false},
    {EPERM, true, false},     {ENETDOWN, true, false},     {EHOSTUNREACH, true, false},
    {ETIMEDOUT, true, false}, {EMFILE, true, true},        {ENFILE, true, true},
    {ENOBUFS, true, true},    {ENOMEM, true, true},        {EINVAL, false, false},
    {EBADF, false, false},
};

enum { ROWS = sizeof rows / sizeof *rows };

static void expect_said(int error, bool something)
{
    char line[256];
    snprintf(line, sizeof line, "%s: clients wait to be accepted: %s\n",
             program_invocation_short_name, strerror(error));
    assert_string_equal(said(), something ? line : "");
}

static void each_errno_is_decided(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ROWS; i++) {
        plan(0, 0, 0);
        assert_int_equal(accept_again(rows[i].error), rows[i].again);
        assert_int_equal(pauses, rows[i].pauses);
        expect_said(rows[i].error, rows[i].pauses);
    }
}

// Twice the same, and then a connection; or the end, with the errno that says so.
static void a_blocking_accept_goes_on(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ROWS; i++) {
        plan(rows[i].error, rows[i].error, 0);
        int fd = accept_connection(listener, 0);
        assert_int_equal(fd, rows[i].again ? CONNECTION : -1);
        assert_int_equal(accepts, rows[i].again ? 3 : 1);
        assert_int_equal(pauses, rows[i].pauses ? 2 : 0);
        if (!rows[i].again)
            assert_int_equal(errno, rows[i].error);
        expect_said(rows[i].error, rows[i].pauses); // once a second
    }
}

// A caller that does not wait in accept has others to serve, and comes back.
static void a_non_blocking_accept_returns(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ROWS; i++) {
        plan(rows[i].error, 0, 0);
        assert_int_equal(accept_connection(listener, SOCK_NONBLOCK), -1);
        assert_int_equal(accepts, 1);
        assert_int_equal(errno, rows[i].again ? EAGAIN : rows[i].error);
        assert_int_equal(pauses, rows[i].pauses);
    }
}

static void eagain_is_passed_on(void **unused)
{
    (void)unused;
    plan(EAGAIN, 0, 0);
    assert_int_equal(accept_connection(listener, SOCK_NONBLOCK), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(accepts, 1);
    assert_string_equal(said(), "");
}

// Without descriptors accept never gets as far as to see that the listener was shut down.
static void it_ends_without_descriptors(void **unused)
{
    (void)unused;
    int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); // one that does not listen
    plan(EMFILE, EMFILE, EMFILE);
    assert_int_equal(accept_connection(other, 0), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(accepts, 1);
    close(other);
}

static int prepare(void **unused)
{
    (void)unused;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    said_fd = memfd_create("said", MFD_CLOEXEC);
    return listener < 0 || listen(listener, 1) < 0 || said_fd < 0 ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_errno_is_decided),
        cmocka_unit_test(a_blocking_accept_goes_on),
        cmocka_unit_test(a_non_blocking_accept_returns),
        cmocka_unit_test(eagain_is_passed_on),
        cmocka_unit_test(it_ends_without_descriptors),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
