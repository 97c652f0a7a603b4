// A companion process of the server. It holds shared state, or only cleans up if the server is
// killed.
//
// It is the server's child but not a worker: its end sends no SIGCHLD, and only wait calls with
// __WCLONE find it (wait(2)). Only the server ends it: it ignores SIGTERM and SIGINT, which a
// terminal sends to the whole group. If the server dies, the companion cleans up and exits. If both
// are killed with SIGKILL at the same moment, nothing cleans up.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

// Starts the companion. Call it once per server, before anything exists that the companion must not
// inherit. It calls work() and exits. clean_up() (may be NULL) removes what would outlive both;
// server and companion each call it when they end, possibly from a signal handler. On failure:
// message and exit status 1.
void companion_start(void (*work)(void), void (*clean_up)(void));

// In the companion: false once work() has to return. A blocking system call then fails with EINTR.
bool companion_running(void);

// In the server: ends and reaps the companion, if any, and cleans up. Async-signal-safe; does
// nothing in other processes. Called automatically when the server exits.
void companion_end(void);

// 0 if there is none.
pid_t companion_pid(void);

// Called by code that needs the companion and finds it gone: ends the process. If the server itself
// is ending, the calling thread waits for that.
_Noreturn void companion_lost(void);
