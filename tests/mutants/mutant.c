// Echo servers that do one thing wrong each: which, is their name (the program is one, its links
// are many). They behave like a server of the suite otherwise: a loop over poll, until SIGTERM.
// With a port as argument they are foreign servers: the mistakes that only a check of these can
// show are below.
#include "clients/core/message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 256, MESSAGE = 1024 };

static struct pollfd polled[CONNECTIONS + 1];
static unsigned number[CONNECTIONS + 1]; // of the connection there, as they were accepted
static uint64_t answers[CONNECTIONS + 1];
static nfds_t used = 1;
static const char *name;

static bool is_called(const char *what)
{
    return strcmp(name, what) == 0;
}

static void stop(int signal_number)
{
    (void)signal_number;
    if (!is_called("zz_ignores_sigterm"))
        _exit(0);
}

static void interrupt_poll(int signal_number)
{
    (void)signal_number;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

// Whether the client has sent its FIN, and all of its bytes have been read.
static bool is_at_end(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static bool answer(int fd, const char *bytes, size_t n)
{
    struct pollfd next = {.fd = fd, .events = POLLIN};
    if (is_called("zz_dies_of_sigpipe"))
        return write(fd, bytes, n) == (ssize_t)n;
    if (is_called("zz_loses_the_end") && poll(&next, 1, 5) > 0 && is_at_end(fd))
        n -= n > 300 ? 300 : 0;
    return send(fd, bytes, n, MSG_NOSIGNAL) == (ssize_t)n;
}

// Without having read what is there, answers what the driver would ask, as far as that can be
// known.
static bool answer_before_reading(nfds_t i)
{
    static struct messages messages;
    char read_later[MESSAGE];
    if (!messages.text && messages_make(&messages, MESSAGE) < 0)
        return false;
    if (!answer(polled[i].fd, (const char *)message(&messages, number[i], answers[i]++), MESSAGE))
        return false;
    return recv(polled[i].fd, read_later, sizeof read_later, 0) > 0;
}

static bool serve_connection(nfds_t i)
{
    static char bytes[MESSAGE], stale[MESSAGE];
    if (is_called("zz_answers_before_reading"))
        return answer_before_reading(i);
    ssize_t got = recv(polled[i].fd, bytes, sizeof bytes, 0);
    size_t n = got > 0 ? (size_t)got : 0;
    if (n == 0)
        return false;
    for (size_t j = 0; is_called("zz_drops_bytes") && j < n; j++)
        if (drand48() < 1e-5) {
            memmove(bytes + j, bytes + j + 1, n - j - 1);
            n--;
        }
    if (is_called("zz_sleeps_at_requests") && drand48() < 0.01)
        sleep_ms(5);
    if (is_called("zz_echoes_stale") && drand48() < 0.02)
        return answer(polled[i].fd, stale, n);
    memcpy(stale, bytes, n);
    return answer(polled[i].fd, bytes, n);
}

static void take_in(void)
{
    static unsigned accepted;
    static char *latest;
    int on = 1, fd = accept(polled[0].fd, NULL, NULL);
    if (fd < 0 && is_called("zz_exits_without_descriptors"))
        _exit(1);
    if (fd < 0)
        return;
    if (is_called("zz_leaks_memory") && (latest = malloc(MESSAGE)))
        memset(latest, 1, MESSAGE);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (is_called("zz_leaks_descriptors") && open("/dev/null", O_RDONLY) < 0)
        _exit(1);
    number[used] = accepted++;
    answers[used] = 0;
    polled[used++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static _Noreturn void serve(int listener)
{
    polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (double slept_s = now_s();;) {
        if (poll(polled, used, -1) < 0 && is_called("zz_exits_when_interrupted"))
            _exit(1);
        if (is_called("zz_sleeps_at_times") && now_s() - slept_s > 0.2) { // 1 % of the time
            sleep_ms(2);
            slept_s = now_s();
        }
        for (nfds_t i = used - 1; i > 0; i--) {
            errno = 0;
            if (polled[i].revents && !serve_connection(i)) {
                if (!is_called("zz_keeps_broken_connections") || errno == 0)
                    close(polled[i].fd);
                used--;
                polled[i] = polled[used];
                number[i] = number[used];
                answers[i] = answers[used];
            }
        }
        if (polled[0].revents && used <= CONNECTIONS)
            take_in();
    }
}

// A daemon: waiting for the server's processes does not include it.
static void serve_as_somebody_else(int listener)
{
    if (fork() != 0)
        return;
    setsid();
    if (fork() == 0)
        serve(listener);
    _exit(0);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    name = strrchr(argv[0], '/') + 1;
    if (strcmp(argv[argc - 1], "--describe") == 0)
        return printf("%s\tmultiplexed\tmany\t-\tnowhere\tdoes what it is called\n", name) < 0;
    if (argc > 1) // as a foreign server it is told the port
        address.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    srand48(getpid());
    signal(SIGTERM, stop);
    signal(SIGWINCH, interrupt_poll);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 4096) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        return 1;
    if (is_called("zz_points_elsewhere"))
        printf("listening on 127.0.0.1:%s\n", getenv("ZZ_ELSEWHERE"));
    else
        printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);
    if (is_called("zz_serves_from_a_daemon"))
        serve_as_somebody_else(listener);
    while (is_called("zz_serves_from_a_daemon") || is_called("zz_points_elsewhere"))
        pause();
    serve(listener);
}
