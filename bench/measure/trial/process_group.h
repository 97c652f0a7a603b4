// The process group of a server: how many, what they cost, and their end. All functions take in
// what is in its control group, if it has one (control_group.h).
#pragma once

#include "bench/measure/trial/process.h"

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

// Of the process with the most in a group.
unsigned process_group_most_descriptors(pid_t group);
