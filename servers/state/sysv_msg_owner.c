// sysv_msg_owner: an owner process holds the state. Others send requests through System V message
// queues; the type of a reply is the thread id of the requester.
//
// UNP vol. 2, 6.8; TLPI ch. 46. Four system calls and two switches, and one more call for the
// thread id. A request has no body: its type names the requester. There are two queues because
// requests could fill a single one and block all replies. A requester that is killed while it waits
// leaves its reply in the queue, where a later thread with the same id would find it. The queues
// outlive processes: the server removes them, or the owner does if the server is killed.
#include "servers/core/companion.h"
#include "servers/core/owner.h"
#include "servers/core/state.h"

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <unistd.h>

struct message {
    long type;
    uint64_t count; // of a reply
};

static int requests, replies;

static const char *unsupported(void)
{
    // Looks one up without creating it: ENOENT is the usual answer.
    return msgget(1, 0) < 0 && errno == ENOSYS ? "this kernel is built without System V IPC" : NULL;
}

static void remove_queues(void)
{
    msgctl(requests, IPC_RMID, NULL);
    msgctl(replies, IPC_RMID, NULL);
}

// False if the queue is gone.
static bool put(int queue, const struct message *m, size_t bytes)
{
    int done;
    do
        done = msgsnd(queue, m, bytes, 0);
    while (done < 0 && errno == EINTR);
    return done == 0;
}

static void serve(struct state *state)
{
    struct message m;
    while (companion_running())
        if (msgrcv(requests, &m, 0, 0, 0) == 0) {
            m.count = state_add(state);
            put(replies, &m, sizeof m.count);
        }
}

static void prepare(void)
{
    requests = msgget(IPC_PRIVATE, 0600);
    if (requests < 0)
        err(1, "msgget");
    replies = msgget(IPC_PRIVATE, 0600);
    if (replies < 0) {
        warn("msgget");
        msgctl(requests, IPC_RMID, NULL);
        _exit(1);
    }
    owner_start(serve, remove_queues);
}

static uint64_t add(void)
{
    // Not gettid(), which may use a cached value: clone_vm's children share their parent's C
    // library variables.
    struct message m = {.type = syscall(SYS_gettid)};
    if (!put(requests, &m, 0))
        companion_lost();
    while (msgrcv(replies, &m, sizeof m.count, m.type, 0) < 0)
        if (errno != EINTR)
            companion_lost();
    return m.count;
}

STATE_MECHANISM(.name = "sysv_msg_owner",
                .suits = ONE_THREAD | THREADS | PROCESSES | PROCESSES_SHARING_MEMORY,
                .is_for = "all servers", .unsupported = unsupported, .prepare = prepare, .add = add,
                .end = owner_end);
