// What mechanisms share in which one socket at each end carries both directions. They differ in how
// the two are made.
#pragma once

#include "bench/micro/ipc.h"

// By role.
extern int socket_pair_ends[ROLES];

void socket_pair_take(enum role self);

// Otherwise a reader would never see the end of file, or a writer no error, when the other end
// dies.
void socket_pair_let_go(enum role other);

void socket_pair_send(const void *message, size_t bytes);
void socket_pair_receive(void *message, size_t bytes);

// Members of struct ipc.
#define SOCKET_PAIR                                                                                \
    .take = socket_pair_take, .let_go = socket_pair_let_go, .send = socket_pair_send,              \
    .receive = socket_pair_receive

// A pair of connected Unix domain sockets of this type.
void socket_pair_unix(int type);
