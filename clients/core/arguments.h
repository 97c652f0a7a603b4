// Command-line arguments of the clients, as values. A bad value ends the program with one line and
// status 2; something that this machine does not allow, with status 1.
#pragma once

#include <argp.h>
#include <stdint.h>
#include <sys/socket.h>

// `what` names the argument in the error message.
double number(const char *text, const char *what, double least, double most);
uint64_t whole(const char *text, const char *what, double least, double most);

// Parses seconds, at least `least`, and returns nanoseconds.
uint64_t seconds(const char *text, const char *what, double least);

// The address of HOST:PORT: of several, the first that accepts a connection, which is said on
// standard error. Returns its length.
socklen_t resolve(const char *target, struct sockaddr_storage *address);

// The one argument, HOST:PORT: what a parser of options does with all that is none of its own.
error_t target_option(int key, char *argument, struct argp_state *state, const char **target);

// Raises the descriptor limit to the allowed maximum, which must be enough for this many
// connections.
void make_room_for(unsigned connections);
