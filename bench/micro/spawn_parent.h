// What the parent is like when it makes its children: what a child may have to copy.
#pragma once

#include <stdbool.h>

struct parent {
    unsigned long touch_mib;   // memory of its own that it has written to
    bool huge;                 // that memory is in transparent huge pages, and otherwise not
    unsigned long descriptors; // that are open, the standard three included; 0: as inherited
    unsigned long mappings;    // of one page each, written to, beside its own
    unsigned long threads;     // that sleep, beside the one that makes the children
};

// Ends the program with status 2 if the description is nonsense, and with 77 and the reason if this
// machine cannot fulfil it.
void parent_check(const struct parent *parent);

// Fulfils it, or ends the program with 77 and the reason.
void parent_become(const struct parent *parent);
