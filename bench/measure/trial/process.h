// Processes of a trial: pinned, in their own process group, ended with the trial in any case, and
// their CPU time.
#pragma once

#include "clients/core/clock.h"

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { ARGUMENTS_AT_MOST = 64 };

struct arguments {
    char *list[ARGUMENTS_AT_MOST + 1]; // NULL-terminated
    size_t count;
    int inherited[ARGUMENTS_AT_MOST]; // descriptors that the program gets besides its outputs
    size_t inherited_count;
};

// Splits a text into words in place and adds them; "-" adds none.
void arguments_add(struct arguments *a, char *words);

// Adds a descriptor that the program inherits.
void arguments_inherit(struct arguments *a, int fd);

// Starts list[0] (found in the PATH if it has no slash) on these CPUs in its own group. Its
// orphaned descendants become children of this process. Its output goes to output_fd and error_fd.
// It is killed when this process ends. Exits with status 1 if no process can be created; a program
// that cannot be executed exits with status 127.
pid_t process_start(const struct arguments *arguments, const cpu_set_t *cpus, int output_fd,
                    int error_fd);

// Tells process_is_orphan() of a child that this process keeps, which process_start() did not make.
void process_keep(pid_t pid);

// A process that kills a group when this process ends, even by SIGKILL: only the leader of a group
// is killed by the kernel then. It removes its control group, too.
struct guard {
    pid_t pid;
    int fd;
};

struct guard process_guard(pid_t group);
void process_guard_end(const struct guard *guard);

// Waits until a process has ended, until_ns (CLOCK_MONOTONIC) at most. If it has, returns true;
// *status and *usage are then wait4's, including its reaped descendants. Also returns false on a
// signal.
bool process_wait(pid_t pid, uint64_t until_ns, int *status, struct rusage *usage);

struct process_ids {
    pid_t pid, parent, group;
    char state; // R, S, D, Z (ended, not reaped) ...: proc(5)
};

// Calls visit for each process.
void process_visit(void (*visit)(const struct process_ids *ids, void *context), void *context);

// Whether a child of this process is an orphan: any child not made by process_start() (of the
// latest 64), and not kept, counts as one.
bool process_is_orphan(const struct process_ids *ids);

// Kills and reaps all orphans. Returns their number.
unsigned process_orphans_end(void);
