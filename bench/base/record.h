// A file of a run that only grows, by whole lines: what is appended is there whole or not at all.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct record {
    int fd;
    char path[4096];
};

// Opens folder/name for appending. Exits with status 1 and one line if it cannot.
struct record record_open(const char *folder, const char *name);

// Sees to it that nobody else appends. Exits with status 1 and one line that names who does.
void record_lock(const struct record *r);

// Cuts lines off the end for as long as the last one is not complete or is_good says no to it; line
// numbers count from 1. Returns how many went. It is read into memory as a whole.
size_t record_trim(const struct record *r,
                   bool (*is_good)(const char *line, size_t length, size_t number,
                                   const void *context),
                   const void *context);

bool record_is_empty(const struct record *r);

// Exits with status 1 and one line if there is no room, or the like.
void record_append(const struct record *r, const char *text, size_t length);
