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

// The functions below that take a group take in all that is in its control group, if it has one
// (control_group.h).

// Whether a process is of a group.
bool process_is_of_group(const struct process_ids *ids, pid_t group);

// Sends SIGTERM to all of a group.
void process_group_terminate(pid_t group);

// Kills and reaps the rest of a group. True if there was any.
bool process_group_kill(pid_t group);

// The same; adds the CPU time, page faults and switches of all that it reaped to a sum, including
// those of their own reaped descendants.
bool process_group_end(pid_t group, struct rusage *sum);

// The processes of a group, without those that have ended.
unsigned process_group_count(pid_t group);

// Whether one of them ignores SIGCHLD: the kernel then reaps its children, and their CPU time is
// lost.
bool process_group_ignores_children(pid_t group);

// The CPU time in ns of the living processes of a group. Dead ones are not included, unless there
// is a control group.
uint64_t process_group_cpu_ns(pid_t group);

// The memory of the living processes of a group, in KiB: shared pages count proportionally (Pss in
// /proc/PID/smaps_rollup); processes that share all memory with the leader count once. NAN if the
// kernel does not say whether they do. Takes 30 to 100 us per process.
double process_group_pss_kib(pid_t group);

// The total run-queue delay of its living threads; 0 if the kernel does not report it.
uint64_t process_group_run_queue_delay_ns(pid_t group);

// Whether one of its threads runs, or is waiting for a CPU.
bool process_group_runs(pid_t group);

bool process_count_descriptors(pid_t pid, unsigned *count);

// Of the process with the most in a group.
unsigned process_group_most_descriptors(pid_t group);

// The resources of a process.
struct process_state {
    unsigned descriptors;
    unsigned children; // including zombies
    unsigned zombies;
    unsigned memory_kib; // resident anonymous pages: its heap, stack and written data
};

// Reads it now. False if the process does not exist or may not be inspected.
bool process_look(pid_t pid, struct process_state *state);

// The same once its descriptors and children have not changed for 10 ms, or 50 ms while there are
// zombies; after 200 ms in any case. By then pending closes and reaping are done.
bool process_look_at_rest(pid_t pid, struct process_state *state);

// Reads up to a newline into line (without it), until_ns at most. False at end of file, or if none
// comes in time. Reads single bytes, so as not to consume what follows the line: for short lines.
bool read_line(int fd, char *line, size_t bytes, uint64_t until_ns);

// Reads all that comes up to the end, until_ns at most, as far as there is room; the text ends with
// a zero.
void read_to_end(int fd, char *text, size_t bytes, uint64_t until_ns);
