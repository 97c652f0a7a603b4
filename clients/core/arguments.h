// What the clients are told on their command lines, as values. Whatever is none ends the program
// with one line and status 2; what this machine does not allow, with status 1.
#pragma once

#include <stdint.h>
#include <sys/socket.h>

// `what` names the argument in the line.
double number(const char *text, const char *what, double least, double most);
uint64_t whole(const char *text, const char *what, double least, double most);

// Seconds, at least so many, as ns.
uint64_t seconds(const char *text, const char *what, double least);

// The address of HOST:PORT. Returns its length.
socklen_t resolve(const char *target, struct sockaddr_storage *address);

// Raises the limit of descriptors to what is allowed, which must be enough for so many connections.
void make_room_for(unsigned connections);
