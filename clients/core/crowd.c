#include "clients/core/crowd.h"

#include "clients/core/clock.h"
#include "clients/core/epoll_wait_ns.h"
#include "clients/core/message.h"
#include "clients/core/net.h"

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    ARRIVING_AT_MOST = 128, // otherwise the server's listen queue overflows
    EVENTS_A_TURN = 512,
    CHUNK_BYTES = 65536,
    LINE_BYTES = 64, // of an idle connection's only line
    STALL_BUFFER_BYTES = 8 << 10,
    // As over Ethernet. With the loopback network's 64 KiB a server's buffer grows to 4 MiB, and
    // 500 stalled connections would exhaust the kernel's TCP memory.
    STALL_SEGMENT_BYTES = 1460,
    STALLED_AFTER_NS = 50000000, // without sending another byte
    LOOK_EVERY_NS = 10000000,
    STALL_BYTES_AT_MOST = 64 << 20, // a server that takes more does not wait for its reader at all
    TRICKLED = 'a',
};

const char *const behaviour_name[BEHAVIOURS] = {"silent", "idle", "stalled", "trickling", "heavy"};

enum behaviour behaviour_named(const char *name)
{
    int behaviour = 0;
    while (behaviour < BEHAVIOURS && strcmp(name, behaviour_name[behaviour]) != 0)
        behaviour++;
    return (enum behaviour)behaviour;
}

enum state { ABSENT, CONNECTING, CONNECTED, IN_PLACE, FAILED };

struct member {
    int fd;
    enum state state;
    size_t received;  // of the expected line
    uint64_t sent;    // bytes
    uint64_t sent_ns; // STALL: time of the last successful send, or of the connect
};

static const struct crowd *crowd;
static struct standing standing;
static struct member *members;
static struct messages messages; // IDLE: the lines
static char *line;               // HEAVY: the line; STALL: a chunk of lines
static size_t line_bytes;
static int epoll_fd;
static unsigned arrived_at; // number of members that have been connected or tried
static unsigned arriving;   // of those, neither in place nor failed

// Epoll tags of descriptors that are not connections.
enum { UNTIL_TAG = -1, SIGNAL_TAG = -2 };

static void enter(unsigned i)
{
    members[i].state = IN_PLACE;
    standing.in_place++;
    arriving--;
}

static void fail(unsigned i, int error)
{
    struct member *m = &members[i];
    if (m->state == IN_PLACE)
        standing.in_place--;
    else
        arriving--;
    if (m->fd >= 0)
        close(m->fd);
    m->fd = -1;
    m->state = FAILED;
    standing.failed++;
    standing.last_errno = error;
}

// Sends what the socket accepts. Returns the number of bytes.
static size_t send_some(unsigned i, const void *data, size_t bytes)
{
    struct member *m = &members[i];
    ssize_t n;
    do
        n = send(m->fd, data, bytes, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN)
        fail(i, errno);
    if (n <= 0)
        return 0;
    m->sent += (size_t)n;
    m->sent_ns = crowd->behaviour == STALL ? now_ns() : 0;
    standing.bytes_sent += (size_t)n;
    return (size_t)n;
}

static const char *line_of(unsigned i)
{
    return crowd->behaviour == IDLE ? (const char *)message(&messages, i, 0) : line;
}

static void send_line(unsigned i)
{
    members[i].received = 0;
    // A line fits into the empty buffer of a socket.
    if (send_some(i, line_of(i), line_bytes) != line_bytes && members[i].state != FAILED)
        fail(i, ENOBUFS);
}

static void fill(unsigned i)
{
    struct member *m = &members[i];
    while (m->state != FAILED && m->sent < STALL_BYTES_AT_MOST &&
           send_some(i, line + m->sent % line_bytes, line_bytes - m->sent % line_bytes))
        ;
}

static void connected(unsigned i)
{
    int problem = 0;
    socklen_t length = sizeof problem;
    getsockopt(members[i].fd, SOL_SOCKET, SO_ERROR, &problem, &length);
    if (problem) {
        fail(i, problem);
        return;
    }
    members[i].state = CONNECTED;
    members[i].sent_ns = now_ns();
    if (crowd->behaviour != IDLE && crowd->behaviour != STALL)
        enter(i);
    if (crowd->behaviour == IDLE || crowd->behaviour == HEAVY)
        send_line(i);
}

// Checks n received bytes. False if they are not the expected ones.
static bool is_right(unsigned i, const char *data, size_t n)
{
    struct member *m = &members[i];
    if (crowd->behaviour == TRICKLE) {
        m->received += n;
        standing.echoes += n;
        return m->received <= m->sent && data[0] == TRICKLED;
    }
    if (crowd->behaviour == SILENT || n > line_bytes - m->received ||
        memcmp(data, line_of(i) + m->received, n) != 0)
        return false;
    m->received += n;
    return true;
}

static void receive(unsigned i)
{
    static char buffer[CHUNK_BYTES];
    struct member *m = &members[i];
    while (m->state != FAILED) {
        ssize_t n = recv(m->fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || !is_right(i, buffer, (size_t)n)) {
            fail(i, n < 0 ? errno : 0);
        } else if (crowd->behaviour != TRICKLE && m->received == line_bytes) {
            standing.echoes++;
            if (crowd->behaviour == IDLE)
                enter(i);
            else
                send_line(i);
        }
    }
}

static void handle(unsigned i, uint32_t events)
{
    if (members[i].state == CONNECTING)
        connected(i);
    if (members[i].state == FAILED || members[i].state == ABSENT)
        return;
    if (crowd->behaviour != STALL)
        receive(i);
    else if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        fail(i, 0);
    else
        fill(i);
}

static int make_small(int fd)
{
    int bytes = STALL_BUFFER_BYTES, segment = STALL_SEGMENT_BYTES;
    return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) < 0 ||
                   setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) < 0 ||
                   setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment) < 0
               ? -1
               : 0;
}

static void join(unsigned i)
{
    struct member *m = &members[i];
    const struct sockaddr *to = (const struct sockaddr *)&crowd->target;
    bool stalls = crowd->behaviour == STALL;
    struct epoll_event event = {.events = (stalls ? 0 : EPOLLIN) | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.u64 = i};
    m->fd = net_socket(net_source(to, i), crowd->target_bytes, to->sa_family, SOCK_NONBLOCK);
    m->state = CONNECTING;
    arriving++;
    if (m->fd < 0)
        fail(i, -m->fd);
    else if ((stalls && make_small(m->fd) < 0) ||
             (connect(m->fd, to, crowd->target_bytes) < 0 && errno != EINPROGRESS) ||
             epoll_ctl(epoll_fd, EPOLL_CTL_ADD, m->fd, &event) < 0)
        fail(i, errno);
}

// A connection counts as stalled when its socket has accepted nothing for a while: the buffers are
// full.
static void look_for_stalled(void)
{
    uint64_t now = now_ns();
    for (unsigned i = 0; i < arrived_at; i++)
        if (members[i].state == CONNECTED && now - members[i].sent_ns >= STALLED_AFTER_NS)
            enter(i);
}

// Whether the other end of until_fd has been closed.
static bool has_ended(void)
{
    char buffer[256];
    return read(crowd->until_fd, buffer, sizeof buffer) == 0;
}

// Spreads the bytes evenly over time: one connection after another.
static void trickle(uint64_t *next_ns)
{
    static const char byte = TRICKLED;
    static unsigned next;
    for (; *next_ns <= now_ns(); *next_ns += crowd->every_ns / crowd->connections) {
        if (members[next].state == IN_PLACE)
            send_some(next, &byte, 1);
        next = (next + 1) % crowd->connections;
    }
}

static void watch(int fd, int tag)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)tag};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        err(1, "cannot watch the descriptor of --until");
}

static void prepare(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    members = calloc(crowd->connections, sizeof *members);
    const char *word = crowd->behaviour == HEAVY ? crowd->word : "a line with an unread answer";
    size_t word_bytes = strlen(word) + 1;
    line_bytes = crowd->behaviour == IDLE    ? LINE_BYTES
                 : crowd->behaviour == STALL ? CHUNK_BYTES / word_bytes * word_bytes
                                             : word_bytes;
    line = malloc(line_bytes);
    if (epoll_fd < 0 || !members || !line || messages_make(&messages, LINE_BYTES) < 0 ||
        sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        err(1, "cannot allocate connections");
    for (size_t at = 0; at < line_bytes; at++)
        line[at] = at % word_bytes < word_bytes - 1 ? word[at % word_bytes] : '\n';
    int signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    if (signal_fd < 0)
        err(1, "signalfd");
    watch(signal_fd, SIGNAL_TAG);
    watch(crowd->until_fd, UNTIL_TAG);
}

// Waits for an event or a point in time. False if told to end.
static bool turn(uint64_t until_ns)
{
    static struct epoll_event events[EVENTS_A_TURN];
    bool goes_on = true;
    int count = epoll_wait_ns(epoll_fd, events, EVENTS_A_TURN,
                              until_ns == UINT64_MAX ? UINT64_MAX : ns_until(until_ns));
    for (int e = 0; e < count; e++) {
        uint64_t tag = events[e].data.u64;
        if (tag == (uint64_t)SIGNAL_TAG || (tag == (uint64_t)UNTIL_TAG && has_ended()))
            goes_on = false;
        else if (tag < crowd->connections)
            handle((unsigned)tag, events[e].events);
    }
    return goes_on;
}

struct standing crowd_run(const struct crowd *to_run, void (*ready)(const struct standing *))
{
    crowd = to_run;
    prepare();
    uint64_t limit_ns = now_ns() + crowd->limit_ns, next_ns = now_ns();
    bool is_ready = false;
    for (;;) {
        while (arrived_at < crowd->connections && arriving < ARRIVING_AT_MOST)
            join(arrived_at++);
        uint64_t wake_ns = is_ready ? UINT64_MAX : limit_ns;
        if (crowd->behaviour == TRICKLE) {
            trickle(&next_ns);
            wake_ns = next_ns;
        } else if (crowd->behaviour == STALL && !is_ready) {
            look_for_stalled();
            wake_ns = now_ns() + LOOK_EVERY_NS;
        }
        standing.waiting = crowd->connections - standing.in_place - standing.failed;
        if (!is_ready && (standing.waiting == 0 || now_ns() >= limit_ns)) {
            ready(&standing);
            is_ready = true;
        }
        if (!turn(wake_ns))
            return standing;
    }
}
