// Properties of the parent when it creates its children: what a child may have to copy.
#pragma once

#include <stdbool.h>

struct parent {
    unsigned long touch_mib;   // its own memory that it has written to
    bool huge;                 // whether that memory is in transparent huge pages
    unsigned long descriptors; // open ones, including the standard three; 0: as inherited
    unsigned long mappings;    // additional ones, of one written page each
    unsigned long threads;     // additional ones, sleeping
};

// Ends the program with status 2 if the properties are invalid, and with 77 and the reason if this
// machine cannot provide them.
void parent_check(const struct parent *parent);

// Creates them, or ends the program with 77 and the reason.
void parent_become(const struct parent *parent);
