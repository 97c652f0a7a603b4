// Background connections to an echo server, all with one behaviour, while another client is
// measured. They show how such clients affect the server and its other clients.
//
// One thread, one epoll loop. A connection costs about 60 bytes here and a socket in the kernel;
// silent and idle ones cost no time.
#pragma once

#include <stdint.h>
#include <sys/socket.h>

enum behaviour {
    SILENT,  // connects and never sends a byte
    IDLE,    // one echo, which proves that it is served, then nothing more
    STALL,   // sends lines until the server takes no more, and never reads an answer
    TRICKLE, // sends single bytes of a line that never ends, and reads the echo
    HEAVY,   // sends a line, waits for its echo, sends it again: a closed loop
    BEHAVIOURS
};

extern const char *const behaviour_name[BEHAVIOURS];

// Returns BEHAVIOURS for an unknown name.
enum behaviour behaviour_named(const char *name);

struct crowd {
    struct sockaddr_storage target;
    socklen_t target_bytes;
    enum behaviour behaviour;
    unsigned connections;
    const char *word;  // HEAVY: the line without its newline
    uint64_t every_ns; // TRICKLE: time between two bytes of a connection
    uint64_t limit_ns; // the time limit for all to be in place
    int until_fd;      // it runs until end of file here (or SIGTERM)
};

// State of the connections. In place: connected and, for IDLE, echoed, or, for STALL, unable to
// send more.
struct standing {
    unsigned in_place, waiting,
        failed;      // failed: refused, reset, closed by the server, or wrong answer
    uint64_t echoes; // lines; TRICKLE: bytes
    uint64_t bytes_sent;
    int last_errno; // of the last failure; 0: closed by the server, or wrong answer
};

// Runs the connections. ready() is called once: when all are in place or have failed, or the time
// limit is over. Returns their state when told to end. If it cannot run at all, it ends the program
// with one line and status 1.
struct standing crowd_run(const struct crowd *crowd, void (*ready)(const struct standing *));
