// A counter of this network namespace, since it exists. What the kernel drops by itself shows only
// there: a client only sees that no answer comes.
#pragma once

// Reads a file of which a line has the names of the counters and those after it their numbers. Both
// kinds of line begin with the group; a counter with several numbers is their sum. NAN: it is not
// counted here.
double kernel_count(const char *path, const char *group, const char *name, int base);

// Connections that found a listener's queue full.
double kernel_count_accept_queue(void);

// Packets for whose connection conntrack had no room (nf_conntrack_max).
double kernel_count_connection_table(void);
