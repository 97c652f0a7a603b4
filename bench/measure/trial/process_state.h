// What one process holds, from /proc.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

// A line "NAME: N kB" of /proc/PID/smaps_rollup, which counts page by page; /proc/PID/status may
// lag by many pages.
bool process_rollup_kib(pid_t pid, const char *name, unsigned *kib);

// The state in the stat file of a process or thread (proc(5)); 0 if it has been reaped meanwhile.
char process_state_of(const char *stat_path);

bool process_count_descriptors(pid_t pid, unsigned *count);

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
