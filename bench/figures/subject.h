// A server that is looked at, and clients that it really serves.
//
// Whatever is not as it must be ends the program with one line; the server then ends with it, also
// when this process is killed.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { SUBJECT_LIMIT_S = 10 }; // for whatever must come

struct subject {
    pid_t pid;
    unsigned port;       // on 127.0.0.1
    char command[1024];  // how it was started
    bool is_process;     // it says of itself that it serves by processes,
    bool per_connection; // and makes one for each connection
};

// Starts a server: words are the program, by its path, or by its name if it is in servers/ beside
// this program's folder; and its arguments, up to a NULL. A pool gets a size that can be drawn if
// there are no arguments.
struct subject subject_start(char *const *words);

// Stops it, checks that it ends well and leaves no process behind, and hands on what it complained
// about.
void subject_stop(struct subject *subject);

// Returns the socket of a client that is connected; its port is put into *port.
int subject_connect(const struct subject *subject, unsigned *port);

// Sends these words, 255 bytes at most, and checks that they come back.
void subject_echo(int fd, const char *words);
