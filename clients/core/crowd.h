// A crowd of connections to an echo server that all behave in one behaviour, beside whoever is
// measured: what they do to the server, and to others, is the question.
//
// One thread, one epoll loop. A connection costs some 60 bytes here and a socket in the kernel;
// those that are silent or idle cost no time.
#pragma once

#include <stdint.h>
#include <sys/socket.h>

enum behaviour {
    SILENT,  // connects and never sends a byte
    IDLE,    // one echo, which shows that it is served, then not a byte more
    STALL,   // sends lines as long as the server takes them, and never reads an answer
    TRICKLE, // sends a byte now and then of a line that never ends, and reads the echo
    HEAVY,   // sends a line, waits for its echo, sends it again: a closed loop
    BEHAVIOURS
};

extern const char *const behaviour_name[BEHAVIOURS];

// BEHAVIOURS if none is called so.
enum behaviour behaviour_named(const char *name);

struct crowd {
    struct sockaddr_storage target;
    socklen_t target_bytes;
    enum behaviour behaviour;
    unsigned connections;
    const char *word;  // HEAVY: the line without its end
    uint64_t every_ns; // TRICKLE: between two bytes of a connection
    uint64_t limit_ns; // how long it may take until all are in place
    int until_fd;      // it goes on until this ends (or SIGTERM)
};

// How the connections stand. In place: connected and, where the behaviour is IDLE, echoed, or,
// where it is STALL, unable to send more.
struct standing {
    unsigned in_place, waiting, failed; // refused, reset or closed by the server, or answered wrong
    uint64_t echoes;                    // lines; TRICKLE: bytes
    uint64_t bytes_sent;
    int last_errno; // of the latest that failed; 0: the server closed it, or answered wrong
};

// Runs a crowd. ready is called once: as soon as all connections are in place or have failed, or
// the limit is over. Returns how they stand when its end is asked for; ends the program with one
// line and status 1 if it cannot run at all.
struct standing crowd_run(const struct crowd *crowd, void (*ready)(const struct standing *));
