// What the kernel holds in memory for everybody together, by /proc/meminfo and /proc/net/sockstat.
// Nobody may look at one process's share of it: a memory cgroup has no part in a socket that the
// network made before anybody accepted it (until Linux 6.13), and needs root.
#pragma once

struct kernel_memory {
    double page_tables_kib, stacks_kib;
    // Of objects of all kinds, less those that remember closed TCP connections (TIME-WAIT), where
    // one may see how many those are (root): they are of earlier trials, and go away meanwhile.
    double slab_kib;
    double percpu_kib, socket_buffers_kib;
};

// Reads it now; a part that this kernel does not tell is NAN. Exits with status 1 if there is no
// /proc/meminfo.
struct kernel_memory kernel_memory_now(void);

double kernel_memory_kib(const struct kernel_memory *k);
