// A table of a run that only grows, row by row. The last cell of each row is the checksum of its
// text (checksum.h), so a torn row, or a changed digit anywhere, is detected.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct record {
    int fd;
    char path[4096];
};

// Opens folder/name for appending. Exits with status 1 and one line if it cannot.
struct record record_open(const char *folder, const char *name);

// Locks it for appending. If another process has it, exits with status 1 and one line that names
// it.
void record_lock(const struct record *r);

// Truncates incomplete rows at the end, and gives a new table its header: these columns, separated
// by tabs, and the checksum's. Returns the number of removed rows. If the table has other columns,
// exits with status 1 and one line.
size_t record_begin(const struct record *r, const char *columns);

// Truncates rows at the end while `keeps` rejects the last one. Returns the number of removed rows.
size_t record_trim(const struct record *r, bool (*keeps)(const char *row, const void *context),
                   const void *context);

// Appends a row, given without checksum and newline, completely or not at all. On failure (no space
// or similar) exits with status 1 and one line.
void record_append(const struct record *r, const char *row);

// Appends several rows with one call of the system: all are there, or none.
void record_append_all(const struct record *r, char *const *rows, size_t count);
