// A port that is given to another program as soon as a server has ended: that is not the server's,
// so no test of a server may call it left open.
#include "tests/core/server_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENS_MS = 300 };

static struct server_process server = {.out = -1, .err = -1};

static bool is_mine(const void *fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)server.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return bind(*(const int *)fd, (struct sockaddr *)&address, sizeof address) == 0;
}

// Listens for a while once the server no longer does.
static void *take_over(void *fd)
{
    if (within(STOP_LIMIT_MS, is_mine, fd) && listen(*(int *)fd, 1) == 0)
        poll(NULL, 0, LISTENS_MS);
    close(*(int *)fd);
    return NULL;
}

static void taken_by_another(void **unused)
{
    (void)unused;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    pthread_t other;
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    server_process_start(&server, BUILD_FOLDER "/servers/fork", (const char *const[]){NULL}, 0);
    process_listens(&server);
    assert_int_equal(pthread_create(&other, NULL, take_over, &fd), 0);
    process_stops_cleanly(&server, SIGTERM);
    assert_int_equal(pthread_join(other, NULL), 0);
}

static int end(void **unused)
{
    (void)unused;
    process_end(&server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(taken_by_another, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
