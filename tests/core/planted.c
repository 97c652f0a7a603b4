#include "tests/core/planted.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 256, BUFFER_BYTES = 65536 };

struct tally *tally;
static pid_t server;

static void sleep_ms(long ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&time, &time) < 0 && errno == EINTR)
        ;
}

// Blocks until all is sent: the client is expected to read the answers.
static bool send_all(int fd, const char *text, size_t bytes)
{
    while (bytes) {
        ssize_t n = send(fd, text, bytes, MSG_NOSIGNAL);
        if (n < 0)
            return false;
        text += n;
        bytes -= (size_t)n;
    }
    return true;
}

static bool reset(int fd)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return false;
}

// Tells this lie about a message. Returns whether the connection stays. text has room for a byte
// more, and what lies behind it is the message before.
static bool tell(enum lie lie, int fd, char *text, const char *stale, size_t n)
{
    switch (lie) {
    case DROPS_A_BYTE:
        memmove(text + n / 2, text + n / 2 + 1, n - n / 2 - 1);
        return send_all(fd, text, n - 1);
    case FLIPS_A_BIT:
        text[tally->lies * 7 % n] ^= 1;
        return send_all(fd, text, n);
    case ANSWERS_STALE:
        return send_all(fd, stale, n);
    case ADDS_A_BYTE:
        text[n] = '!';
        return send_all(fd, text, n + 1);
    case ADDS_IT_LATER:
        send_all(fd, text, n);
        sleep_ms(2);
        return send_all(fd, "!", 1);
    case CLOSES_HALFWAY:
        send_all(fd, text, n / 2);
        return false;
    case RESETS_HALFWAY:
        send_all(fd, text, n / 2);
        return reset(fd);
    case CLOSES_WHEN_IDLE:
        send_all(fd, text, n);
        sleep_ms(2);
        return false;
    case GUESSES:
        memset(text + n, 'A', 63);
        return send_all(fd, text, n + 63);
    case FORGETS:
    case NEVER_ANSWERS:
        return true;
    case SLOW:
        sleep_ms(SLOW_MS);
        return send_all(fd, text, n);
    case STALLS:
        sleep_ms(STALL_MS);
        return send_all(fd, text, n);
    default:
        return false;
    }
}

// A message is what one call reads: clients wait for an answer before they send another one.
static bool answer(enum lie lie, int fd)
{
    static char text[BUFFER_BYTES + 64], stale[BUFFER_BYTES];
    ssize_t got = recv(fd, text, lie == GUESSES ? 1 : BUFFER_BYTES, 0);
    if (got <= 0)
        return false;
    size_t n = (size_t)got;
    tally->bytes += n;
    tally->messages += text[n - 1] == '\n';
    uint64_t number = tally->messages;
    bool lies = lie == STALLS         ? number == STALL_AT
                : lie >= GUESSES      ? true
                : lie >= DROPS_A_BYTE ? number % LIE_EVERY == LIE_EVERY / 2
                                      : false;
    bool stays;
    if (lies) {
        stays = tell(lie, fd, text, stale, n);
        tally->lies++;
    } else {
        stays = send_all(fd, text, n);
    }
    memcpy(stale, text, n);
    return stays;
}

static void take_in(int listen_fd, struct pollfd *polled, nfds_t *used)
{
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    int on = 1, fd = accept4(listen_fd, (struct sockaddr *)&from, &length, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    uint32_t address = ntohl(from.sin_addr.s_addr);
    if (address >> 8 == INADDR_LOOPBACK >> 8)
        tally->from[address & 0xff]++;
    else
        tally->from_elsewhere++;
    tally->accepted++;
    tally->open++;
    polled[(*used)++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static _Noreturn void serve(enum lie lie, int listen_fd)
{
    static struct pollfd polled[MOST_CONNECTIONS + 1];
    nfds_t used = 1;
    polled[0] = (struct pollfd){.fd = listen_fd, .events = POLLIN};
    while (lie == NOT_THERE || lie == NEVER_ACCEPTS)
        pause();
    for (;;) {
        if (poll(polled, used, -1) < 0)
            continue;
        for (nfds_t i = used - 1; i > 0; i--) {
            if (polled[i].revents && !answer(lie, polled[i].fd)) {
                close(polled[i].fd);
                polled[i] = polled[--used];
                tally->open--;
            }
        }
        if (polled[0].revents && used <= MOST_CONNECTIONS)
            take_in(listen_fd, polled, &used);
    }
}

unsigned plant(enum lie lie)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    uproot();
    if (!tally)
        tally =
            mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (tally == MAP_FAILED || fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0 ||
        (lie != NOT_THERE && listen(fd, lie == NEVER_ACCEPTS ? 1 : 1024) < 0))
        err(1, "cannot plant a server");
    memset(tally, 0, sizeof *tally);
    pid_t test = getpid();
    server = fork();
    if (server < 0)
        err(1, "fork");
    if (server == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != test)
            _exit(1);
        serve(lie, fd);
    }
    close(fd);
    return ntohs(address.sin_port);
}

void uproot(void)
{
    if (server <= 0)
        return;
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    server = 0;
}
