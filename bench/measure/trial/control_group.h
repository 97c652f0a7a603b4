// The control group of a foreign server, in the cgroup v2 hierarchy: a child of this process's own
// group. It holds every descendant, also those that leave the process group, and counts the CPU
// time of those that were never reaped. No controller is needed for that.
//
// One server is measured at a time, so this process has one at most. Where none can be made, the
// server is counted by its process group. The environment variable CONTROL_GROUP names another
// folder to make them in, or is "none".
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Makes one, and removes empty ones of benches that have ended. Where the controller of pids is on,
// it bounds the tasks. False: there is no writable hierarchy, or there is a group already.
bool control_group_make(unsigned most_tasks);

// Its folder, for the launcher, which enters it.
const char *control_group_folder(void);

// It is from now on that of the process group of a server.
void control_group_is_of(pid_t process_group);

// Whether that process group has one. All below are only for those, and do nothing for others.
bool control_group_exists(pid_t process_group);

// Calls visit with each living process in it, as it is now. Returns their number.
unsigned control_group_visit(pid_t process_group, void (*visit)(pid_t pid, void *context),
                             void *context);

// Whether a process, which may have ended and not been reaped, is of it.
bool control_group_holds(pid_t process_group, pid_t pid);

// The CPU time of all that ever ran in it. Exact while none of them runs; one that runs may have
// used some ms more.
bool control_group_cpu_ns(pid_t process_group, uint64_t *cpu_ns);

// Kills all in it, and waits until they have ended.
void control_group_kill(pid_t process_group);

// Kills all in it, and removes it. The processes are reaped by whoever is their parent.
void control_group_remove(pid_t process_group);

// Another may be made.
void control_group_forget(void);
