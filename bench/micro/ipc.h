// The interface of a messaging mechanism between two ends: two processes, or two threads of one
// process.
//
// Each bench/micro/ipc/<name>.c defines `ipc`; bench/micro/ipc_run.c uses it: it creates the peer,
// sends the messages, checks every byte, and ensures that no process outlives a run. A mechanism
// only carries messages. Each program contains one mechanism, so open() may keep its objects in
// static variables. Variables of a single end are _Thread_local, because threads share everything
// else.
//
// Every function that fails ends its process with err(3) or errx(3); ipc_run.c does the rest.
#pragma once

#include <stddef.h>

// STREAM: the kernel copies bytes, without boundaries.
//
// MESSAGE: the kernel copies whole messages.
//
// SHARED: both ends map the same memory, and the kernel only wakes them.
//
// SPINNING: the same, but without a wake-up: the receiver polls, and its CPU is busy all the time.
// Not ranked with the others, whose receivers release the CPU.
enum family { STREAM, MESSAGE, SHARED, SPINNING };

// The two ends, also as an index: each direction is stored under the role that writes into it.
enum role { INITIATOR, PEER };
enum { ROLES = 2 };

static inline enum role opposite(enum role self)
{
    return self == INITIATOR ? PEER : INITIATOR;
}

// ROUND_TRIPS: the peer answers each message before the next one is sent.
//
// ONE_WAY: the initiator sends messages without waiting; the peer answers only the last one.
enum traffic { ROUND_TRIPS, ONE_WAY };

enum { MAX_MESSAGE_BYTES = 64 * 1024 };

struct ipc {
    // One line: what carries the bytes, what wakes the receiver.
    const char *summary;
    // Where it is described: book, chapter.
    const char *source;
    enum family family;
    // Why this machine cannot run it, or NULL. If the member is NULL, it always can.
    const char *(*unsupported)(void);
    // The longest message that it carries on this machine. If NULL: MAX_MESSAGE_BYTES.
    size_t (*most_bytes)(void);
    // Called before the second end exists: both directions, for messages of up to
    // MAX_MESSAGE_BYTES, or most_bytes(). A name, if needed, begins with "forklore" and is removed
    // before this returns.
    void (*open)(enum traffic traffic);
    // Called by each end, in its own process or thread: keeps what belongs to this end.
    void (*take)(enum role self);
    // Called by each end that is a process of its own: closes what only the other end needs. A
    // thread must not, because both ends have the same descriptors. NULL: there is nothing to
    // close.
    void (*let_go)(enum role other);
    // Waits while there is no room. If that takes a separate call, and there is room for one
    // message, it happens only with ONE_WAY: in round trips there is always room.
    void (*send)(const void *message, size_t bytes);
    // Waits for a whole message, which is known to be `bytes` long.
    void (*receive)(void *message, size_t bytes);
    // Removes what would outlive both ends. NULL: nothing does. Called from signal handlers; also
    // before open(), and possibly more than once.
    void (*remove)(void);
};

extern const struct ipc ipc;

// Transfers all `bytes` through a descriptor that may transfer fewer at a time.
void write_all(int fd, const void *data, size_t bytes);
void read_all(int fd, void *data, size_t bytes);

// Zeroed anonymous memory, shared with the second end. It disappears with the last process that
// maps it.
void *map_shared(size_t bytes);

// The number in a file of /proc/sys.
size_t kernel_limit(const char *path);
