// The contract of a way for two ends to tell each other something: two processes, or two threads of
// one.
//
// Each bench/micro/ipc/<name>.c defines `ipc`; bench/micro/ipc_run.c is what is done with it: it
// makes the peer, has the messages sent, checks every byte, and sees to it that nobody outlives a
// run. A mechanism only carries messages. One program is one mechanism: what open() makes may stand
// in static variables. What is one end's own, and not the other's, is _Thread_local: threads share
// all else.
//
// Every function that fails ends its process with err(3) or errx(3); ipc_run.c does the rest.
#pragma once

#include <stddef.h>

// STREAM: the kernel copies bytes, without boundaries.
// MESSAGE: the kernel copies messages, each whole.
// SHARED: both ends map the same memory, and the kernel only wakes.
// SPINNING: likewise, but nobody is woken: the receiver keeps looking, and its processor is busy
// all the while. Not to be ranked with the others, whose receivers leave the processor to somebody
// else.
enum family { STREAM, MESSAGE, SHARED, SPINNING };

// The two ends, also as an index: a direction is kept under the role that writes into it.
enum role { INITIATOR, PEER };
enum { ROLES = 2 };

static inline enum role opposite(enum role self)
{
    return self == INITIATOR ? PEER : INITIATOR;
}

// ROUND_TRIPS: the peer answers each message before the next one is sent.
// ONE_WAY: the initiator sends one message after the other; the peer answers the last one only.
enum traffic { ROUND_TRIPS, ONE_WAY };

enum { MAX_MESSAGE_BYTES = 64 * 1024 };

struct ipc {
    // One line: what carries the bytes, what wakes the receiver.
    const char *summary;
    // Where it is described: book, chapter.
    const char *source;
    enum family family;
    // Why this machine cannot run it, or NULL. No function: it always can.
    const char *(*unsupported)(void);
    // The longest message that it carries on this machine. No function: MAX_MESSAGE_BYTES.
    size_t (*most_bytes)(void);
    // Before there are two ends: both directions, for messages of up to MAX_MESSAGE_BYTES, or
    // most_bytes(). What needs a name gets one that begins with "forklore", and loses it before
    // this returns.
    void (*open)(enum traffic traffic);
    // By each end, in its own process or thread: keeps what is its own.
    void (*take)(enum role self);
    // By each end that is a process of its own: closes what only the other one needs. A thread must
    // not, for the other one has the same descriptors. No function: there is nothing to close.
    void (*let_go)(enum role other);
    // Waits while there is no room. If that takes a call of its own, and there is room for one
    // message, it is for ONE_WAY only: in round trips there always is room.
    void (*send)(const void *message, size_t bytes);
    // Waits for all of a message that is known to be `bytes` long.
    void (*receive)(void *message, size_t bytes);
    // Removes what would outlive both ends. No function: nothing does.
    // Is called from signal handlers; before open() and more than once, too.
    void (*remove)(void);
};

extern const struct ipc ipc;

// All `bytes` through a descriptor that may take or give fewer at a time.
void write_all(int fd, const void *data, size_t bytes);
void read_all(int fd, void *data, size_t bytes);

// Memory, filled with zeros, that both ends have once there are two. It has no name, and goes with
// the last process that has it.
void *map_shared(size_t bytes);

// The number that a file of /proc/sys holds.
size_t kernel_limit(const char *path);
