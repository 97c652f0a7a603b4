// unix_owner: an owner process holds the state, behind an AF_UNIX socket. Each serving thread or
// process connects once and then sends requests over that connection.
//
// unix(7); UNP vol. 1, ch. 15; TLPI ch. 57. Each thread and process has its own connection, made
// with its first request and closed when it ends. So a reply cannot go astray, and each end notices
// when the other is gone. SOCK_SEQPACKET keeps message boundaries. The kernel chooses an abstract
// address, so nothing is left behind. The owner is a small epoll server. Costs two system calls in
// the requester, three in the owner (one to wait for many requests), and two switches; also a
// connection for each new process or thread.
#include "servers/core/companion.h"
#include "servers/core/listener.h"
#include "servers/core/owner.h"
#include "servers/core/state.h"

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { EVENTS_PER_ITERATION = 64 };

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static socklen_t address_bytes = sizeof address;
static int listener;            // the owner's
static pthread_key_t connected; // a thread's descriptor plus one, because NULL means none

static void watch(int epoll_fd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        complain(errno, "epoll_ctl: requester dropped");
        close(fd);
    }
}

static void answer(int fd, struct state *state)
{
    char request;
    if (recv(fd, &request, 1, 0) == 1) {
        uint64_t count = state_add(state);
        send(fd, &count, sizeof count, MSG_NOSIGNAL); // fails if the requester has died
    } else {
        close(fd);
    }
}

static void serve(struct state *state)
{
    struct epoll_event events[EVENTS_PER_ITERATION];
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        err(1, "epoll_create1");
    set_nonblocking(listener);
    watch(epoll_fd, listener);
    while (companion_running()) {
        int ready = epoll_wait(epoll_fd, events, EVENTS_PER_ITERATION, -1), fd;
        for (int i = 0; i < ready; i++)
            if (events[i].data.fd != listener)
                answer(events[i].data.fd, state);
            else if ((fd = accept_connection(listener, 0)) >= 0)
                watch(epoll_fd, fd);
    }
}

static void disconnect(void *descriptor_plus_one)
{
    close((int)(intptr_t)descriptor_plus_one - 1);
}

static void prepare(void)
{
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t)) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &address_bytes) < 0 ||
        listen(listener, SOMAXCONN) < 0)
        err(1, "cannot create the owner's socket");
    errno = pthread_key_create(&connected, disconnect);
    if (errno)
        err(1, "pthread_key_create");
    owner_start(serve, NULL);
    close(listener);
}

static int connect_to_owner(void)
{
    int fd;
    while ((fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) < 0)
        if (!accept_again(errno)) // waits while there are no descriptors
            err(1, "socket");
    while (connect(fd, (struct sockaddr *)&address, address_bytes) < 0)
        if (errno != EINTR)
            companion_lost();
    pthread_setspecific(connected, (void *)(intptr_t)(fd + 1));
    return fd;
}

static uint64_t add(void)
{
    intptr_t known = (intptr_t)pthread_getspecific(connected);
    int fd = known ? (int)known - 1 : connect_to_owner();
    uint64_t count;
    ssize_t n;
    do
        n = send(fd, "", 1, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n != 1)
        companion_lost();
    do
        n = recv(fd, &count, sizeof count, 0);
    while (n < 0 && errno == EINTR);
    if (n != sizeof count)
        companion_lost();
    return count;
}

STATE_MECHANISM(.name = "unix_owner", .suits = ONE_THREAD | THREADS | PROCESSES,
                .is_for = "threads, and processes with their own thread-local variables",
                .prepare = prepare, .add = add, .end = owner_end);
