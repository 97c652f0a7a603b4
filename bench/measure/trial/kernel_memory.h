// Kernel memory of the whole machine, from /proc/meminfo and /proc/net/sockstat. The share of a
// single process is not available: a memory cgroup does not include sockets that the network
// created before accept (until Linux 6.13), and needs root.
#pragma once

struct kernel_memory {
    double page_tables_kib, stacks_kib;
    // All kernel objects, minus those of closed TCP connections (TIME-WAIT), if their number is
    // readable (root): they belong to earlier trials and disappear meanwhile.
    double slab_kib;
    double percpu_kib, socket_buffers_kib;
};

// Reads it now; a part that this kernel does not report is NAN. Exits with status 1 without
// /proc/meminfo.
struct kernel_memory kernel_memory_now(void);

double kernel_memory_kib(const struct kernel_memory *k);
