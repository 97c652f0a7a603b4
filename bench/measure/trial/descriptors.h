// The processes of a server and their descriptor tables, read from /proc while they run (or are
// stopped), with the reference count of each open file.
//
// A reference is a descriptor of one of these processes that refers to the open file: fork() adds
// references and close() removes them. kcmp(2) tells whether two descriptors share an open file.
// Where it is not permitted, sockets are matched by inode, which is unique; other files cannot be
// matched.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum refers_to { LISTENING_SOCKET, CONNECTION, OTHER_FILE };

struct descriptor {
    int fd;
    enum refers_to refers_to;
    unsigned port;       // LISTENING_SOCKET: its own, CONNECTION: the client's
    unsigned references; // 0: unknown
    char target[64];     // its name in /proc
};

struct member {
    pid_t pid;
    unsigned number; // of children in the order of creation: 1, 2 ...; 0: the leader
    bool is_zombie;  // dead and not reaped
    unsigned threads;
    unsigned long long start; // ticks since boot
    size_t count;
    struct descriptor *descriptors; // by number
};

struct tree {
    pid_t leader;
    unsigned port;     // its listening port, over IPv4
    bool without_kcmp; // kcmp is not permitted
    bool at_rest;      // all threads sleep
    size_t count;
    struct member *members; // the leader first, the others by their number
    size_t seen_count;
    pid_t *seen; // children so far, so that each keeps its number
    size_t accepted_count;
    unsigned *accepted; // ports of the clients whose connections are accepted and not closed
};

// Reads the processes of leader's group again; before the first time, everything but .leader and
// .port is 0. Exits with status 1 if /proc or memory is unavailable, with 77 if the kernel does not
// list its sockets.
void tree_read(struct tree *tree);
void tree_free(struct tree *tree);

// Whether the server has accepted the connection of the client with this port and not closed it.
// (io_uring may hold it in a private table: then no descriptor refers to it.)
bool tree_has_accepted(const struct tree *tree, unsigned port);
bool tree_has_descriptor(const struct tree *tree, unsigned port);
bool tree_has_zombies(const struct tree *tree);
