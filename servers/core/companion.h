// A process beside the server: it holds what the others share, or only sees to it that nothing of
// that is left if the server is killed.
//
// It is the server's child, but no model's: no SIGCHLD tells of its end, and no wait finds it that
// does not ask for it (wait(2), __WCLONE), so that nobody takes it for a worker. Only the server
// ends it: SIGTERM and SIGINT, which a terminal sends to the whole group, do not reach it. If the
// server dies, it cleans up and ends, too. If both are killed with SIGKILL at the same moment,
// nobody does.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

// Starts it, once a server and before there is anything that it must not inherit: it calls work()
// and ends. clean_up() removes what would outlive both (NULL: nothing does); each of them calls it
// at its end, perhaps from a signal handler. Fails with a message and exit status 1.
void companion_start(void (*work)(void), void (*clean_up)(void));

// In the companion: false once it is to return from work(). A system call that blocks then fails
// with EINTR.
bool companion_goes_on(void);

// In the server: ends and reaps it, if there is one, and cleans up. Async-signal-safe, and nothing
// in any other process. A server that exits does it by itself.
void companion_end(void);

// 0: there is none.
pid_t companion_pid(void);

// Its work is needed, but it is gone, by itself or with the server: ends the process. A thread that
// needs it while the server ends waits for that.
_Noreturn void companion_lost(void);
