// A table of a run that only grows, a row a time. Each row bears the checksum of its text as its
// last cell (checksum.h): so a row that was torn, and a digit that was changed anywhere, are known
// for it.
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

// Cuts rows off the end for as long as the last one is not whole, and gives a new table its header:
// these columns, separated by tabs, and that of the checksum. Returns how many rows went.
size_t record_begin(const struct record *r, const char *columns);

// Cuts rows off the end for as long as `keeps` says no to the last one. Returns how many went.
size_t record_trim(const struct record *r, bool (*keeps)(const char *row, const void *context),
                   const void *context);

// Appends a row, given without its checksum and its newline; it is there whole or not at all. Exits
// with status 1 and one line if there is no room, or the like.
void record_append(const struct record *r, const char *row);
