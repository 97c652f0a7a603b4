// The observed server, and real clients of it.
//
// Any failure ends the program with one line. The server then ends as well, even if this process is
// killed.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { SUBJECT_LIMIT_S = 10 }; // for every expected event

struct subject {
    pid_t pid;
    unsigned port;       // on 127.0.0.1
    char command[1024];  // the command line
    bool is_process;     // by its own description it serves with processes,
    bool per_connection; // and makes one per connection
};

// Starts a server. `words` are the program, by path or by its name in the build folder's
// servers/, and its arguments, up to NULL. Without arguments, a pool gets a size that can be drawn.
struct subject subject_start(char *const *words);

// Stops it, checks that it ends properly and leaves no process behind, and prints its messages.
void subject_stop(struct subject *subject);

// Returns the socket of a connected client and stores its port in *port.
int subject_connect(const struct subject *subject, unsigned *port);

// Sends this text, at most 255 bytes, and checks that it comes back.
void subject_echo(int fd, const char *words);
