// Coroutine: one process, one loop, and a stack for each connection: its code is written straight
// down, as for a thread, and gives way to the loop where a thread would block.
//
// makecontext(3); setjmp(3); the loop is the one of core/epoll_loop.c. One thread accepts and
// serves. The state of a connection is in local variables, and nothing needs a lock, as nobody
// gives way but in wait_until(). Costs two changes of stacks per wait, and for each connection the
// page of its stack that is in use and two mappings, of which a process may have 65530
// (vm.max_map_count); some stacks are kept for those to come, the others go back. swapcontext()
// would be plainer, but it sets the signal mask each time: two system calls more per echo, a tenth
// of what an echo takes.
#undef _FORTIFY_SOURCE // its longjmp() refuses to go to another stack
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

// Room for a signal handler on top; what is not touched costs nothing.
enum { EVENTS_A_TURN = 512, STACK_BYTES = 32768, GUARD_BYTES = 4096, MOST_IDLE = 64 };

// The address sanitizer, where it is linked in, wants to be told of each change of stacks.
void __sanitizer_start_switch_fiber(void **, const void *, size_t) __attribute__((weak));
void __sanitizer_finish_switch_fiber(void *, const void **, size_t *) __attribute__((weak));

struct coroutine { // at the upper end of its own stack
    jmp_buf goes_on;
    const void *stack;
    size_t stack_bytes;
    LIST_ENTRY(coroutine) others;
    int fd;          // -1: idle
    short waits_for; // POLLIN or POLLOUT; EPOLLIN and EPOLLOUT are the same bits
};

struct stack {
    _Alignas(GUARD_BYTES) unsigned char guard[GUARD_BYTES];
    unsigned char usable[STACK_BYTES - sizeof(struct coroutine)];
    struct coroutine coroutine;
};

static int epoll_fd;
static struct coroutine loop, *starting;
static LIST_HEAD(coroutine_list, coroutine) busy, idle; // idle: warmest first
static unsigned idle_count;
static bool stopping;

// Goes on with the other one, at its beginning if that is given, and returns when somebody goes on
// with this one.
static void change(struct coroutine *from, struct coroutine *to, const ucontext_t *beginning)
{
    void *sanitizer = NULL;
    if (__sanitizer_start_switch_fiber)
        __sanitizer_start_switch_fiber(&sanitizer, to->stack, to->stack_bytes);
    if (!_setjmp(from->goes_on)) {
        if (beginning)
            setcontext(beginning);
        _longjmp(to->goes_on, 1);
    }
    if (__sanitizer_finish_switch_fiber)
        __sanitizer_finish_switch_fiber(sanitizer, NULL, NULL);
}

// Gives way to the loop until the connection is ready. Returns false if that will not be known.
static bool wait_until(struct coroutine *me, short ready)
{
    struct epoll_event event = {.events = (uint32_t)ready, .data.ptr = me};
    int operation = me->waits_for ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (ready != me->waits_for && epoll_ctl(epoll_fd, operation, me->fd, &event) < 0) {
        complain(errno, "a client is turned away");
        return false;
    }
    me->waits_for = ready;
    change(me, &loop, NULL);
    return !stopping;
}

static void converse(struct coroutine *me)
{
    struct ready_echo echo = {0};
    short next = POLLIN;
    while (next && wait_until(me, next))
        next = echo_ready(&echo, me->fd);
    free(echo.held);
    close(me->fd); // leaves the epoll set by that
}

// What a coroutine does: it serves one connection after the other.
static void live(void)
{
    struct coroutine *me = starting;
    if (__sanitizer_finish_switch_fiber)
        __sanitizer_finish_switch_fiber(NULL, &loop.stack, &loop.stack_bytes);
    for (;;) {
        me->fd = -1;
        change(me, &loop, NULL);
        converse(me);
    }
}

// Makes one that waits for its first connection.
static struct coroutine *make(void)
{
    struct stack *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (s == MAP_FAILED)
        return NULL;
    ucontext_t beginning;
    if (mprotect(s->guard, sizeof s->guard, PROT_NONE) < 0 || getcontext(&beginning) < 0) {
        munmap(s, sizeof *s);
        return NULL;
    }
    beginning.uc_stack.ss_sp = s->usable;
    beginning.uc_stack.ss_size = sizeof s->usable;
    makecontext(&beginning, live, 0);
    starting = &s->coroutine;
    starting->stack = s->usable;
    starting->stack_bytes = sizeof s->usable;
    change(&loop, starting, &beginning);
    return starting;
}

static void resume(struct coroutine *c)
{
    change(&loop, c, NULL);
    if (c->fd >= 0)
        return;
    LIST_REMOVE(c, others);
    if (idle_count == MOST_IDLE) {
        munmap((char *)(c + 1) - sizeof(struct stack), sizeof(struct stack));
        return;
    }
    LIST_INSERT_HEAD(&idle, c, others);
    idle_count++;
}

static void start(int connfd)
{
    struct coroutine *c = LIST_FIRST(&idle);
    if (c) {
        LIST_REMOVE(c, others);
        idle_count--;
    } else if (!(c = make())) {
        complain(errno, "a client is turned away");
        close(connfd);
        return;
    }
    LIST_INSERT_HEAD(&busy, c, others);
    c->fd = connfd;
    c->waits_for = 0;
    resume(c);
}

// Lets every connection find its way out of its code, which frees what only its stack knows of.
static int stop(void)
{
    struct coroutine *c;
    stopping = true;
    while ((c = LIST_FIRST(&busy)))
        resume(c);
    return 0;
}

static int run(struct server *server)
{
    static struct epoll_event events[EVENTS_A_TURN];
    struct epoll_event listener = {.events = EPOLLIN};
    int listen_fd = server->listen_fd;
    set_nonblocking(listen_fd);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &listener) < 0)
        err(1, "epoll");

    for (;;) {
        int ready = epoll_wait(epoll_fd, events, EVENTS_A_TURN, -1);
        if (ready < 0 && errno != EINTR)
            err(1, "epoll_wait");
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr) {
                resume(events[i].data.ptr);
                continue;
            }
            int connfd;
            while ((connfd = accept_connection(listen_fd, SOCK_NONBLOCK)) >= 0)
                start(connfd);
            if (errno != EAGAIN)
                return stop();
        }
    }
}

const struct model model = {
    .summary = "one loop over epoll; a stack per connection, which gives way where it would block",
    .source = "makecontext(3); setjmp(3)",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .run = run,
};
