// The processes of a server and their descriptor tables, read from /proc while they run (or are
// stopped), with the references that each open file has.
//
// A reference is a descriptor of one of these processes that refers to the open file: what fork()
// adds to and close() takes away from. The kernel tells whether two do (kcmp(2)). Where it may not
// be asked, a socket is told by its inode, which no other open file has; other files cannot be
// told.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum refers_to { LISTENING_SOCKET, CONNECTION, OTHER_FILE };

struct descriptor {
    int fd;
    enum refers_to refers_to;
    unsigned port;       // of LISTENING_SOCKET its own, of CONNECTION the client's
    unsigned references; // 0: cannot be told
    char target[64];     // what /proc calls it
};

struct member {
    pid_t pid;
    unsigned number; // of children in the order in which they were made: 1, 2 ...; 0: the leader
    bool is_zombie;  // has ended and was not waited for
    unsigned threads;
    unsigned long long start; // ticks since boot
    size_t count;
    struct descriptor *descriptors; // by number
};

struct tree {
    pid_t leader;
    unsigned port;     // where it listens, over IPv4
    bool without_kcmp; // it was refused
    bool at_rest;      // all threads sleep
    size_t count;
    struct member *members; // the leader first, the others by their number
    size_t seen_count;
    pid_t *seen; // children so far, so that each keeps its number
    size_t accepted_count;
    unsigned *accepted; // ports of the clients whose connections it has accepted and not closed
};

// Reads the processes of leader's group anew; of a tree that is read first, all but .leader and
// .port is 0. Exits with status 1 if /proc or memory is not there, with 77 if the kernel does not
// list its sockets.
void tree_read(struct tree *tree);
void tree_free(struct tree *tree);

// Whether the server has accepted the connection of the client with this port, and has not closed
// it. (io_uring can hold one in a table of its own: then no descriptor refers to it.)
bool tree_has_accepted(const struct tree *tree, unsigned port);
bool tree_has_descriptor(const struct tree *tree, unsigned port);
bool tree_has_zombies(const struct tree *tree);
