// Processes that a trial starts: pinned, in a process group of their own, ended with the trial
// whatever happens to it, and their CPU time.
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
};

// Adds the words of a text, which are cut out of it in place; "-" adds none.
void arguments_add(struct arguments *a, char *words);

// Starts list[0], found by the PATH if it has no slash, on these processors and in a group of its
// own. What its descendants leave behind becomes children of this process. Its output goes to
// output_fd and error_fd; it inherits inherited_fd too (-1: none). It is killed when this process
// ends. Exits with status 1 if there can be no process; a program that cannot be executed exits
// with status 127.
pid_t process_start(const struct arguments *arguments, const cpu_set_t *cpus, int output_fd,
                    int error_fd, int inherited_fd);

// Waits until a process has ended, until_ns (CLOCK_MONOTONIC) at most. True if it has: *status and
// *usage are then wait4's, its reaped descendants included. False too when a signal comes.
bool process_wait(pid_t pid, uint64_t until_ns, int *status, struct rusage *usage);

struct process_ids {
    pid_t pid, parent, group;
};

// Calls visit with each process that there is.
void process_visit(void (*visit)(const struct process_ids *ids, void *context), void *context);

// Whether a child of this process is an orphan that came to it: any that it has not made by
// process_start() (of the latest 64) counts as one.
bool process_is_orphan(const struct process_ids *ids);

// Kills and reaps all such. Returns how many there were.
unsigned process_orphans_end(void);

// Kills and reaps what is left of a group. True if anything was.
bool process_group_kill(pid_t group);

// The CPU time in ns that the living processes of a group have used so far. What the dead ones used
// is not in it.
uint64_t process_group_cpu_ns(pid_t group);

// What the living processes of a group have in memory, in KiB: what is shared counts for each by
// its part (Pss in /proc/PID/smaps_rollup); the memory of those that share all of it with the
// leader counts once. Looks for 30 to 100 us at each process.
double process_group_pss_kib(pid_t group);
// How long its living threads have waited for a processor so far, all together; 0 where the kernel
// does not say.
uint64_t process_group_run_queue_delay_ns(pid_t group);

// Whether one of its threads runs, or would if it had a processor.
bool process_group_runs(pid_t group);

bool process_count_descriptors(pid_t pid, unsigned *count);

// Of the process of a group that has most.
unsigned process_group_most_descriptors(pid_t group);

// What a process holds.
struct process_state {
    unsigned descriptors;
    unsigned children; // zombies included
    unsigned zombies;
    unsigned memory_kib; // resident pages that no file backs: its heap, stack and written data
};

// Looks at it now. False if it is not there, or may not be looked at.
bool process_look(pid_t pid, struct process_state *state);

// The same once its descriptors and children have not changed for 10 ms, or 50 ms while there are
// zombies; after 200 ms in any case. Whoever is about to close something or to reap somebody has
// then done so.
bool process_look_at_rest(pid_t pid, struct process_state *state);

// Reads up to a newline into line (without it), until_ns at most. False at the end, or if it does
// not come in time. It takes a byte at a time, to leave what follows the line: for short ones.
bool read_line(int fd, char *line, size_t bytes, uint64_t until_ns);

// Reads all that comes up to the end, until_ns at most, as far as there is room; the text ends with
// a zero.
void read_to_end(int fd, char *text, size_t bytes, uint64_t until_ns);
