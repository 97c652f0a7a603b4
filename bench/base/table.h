// Tab-separated files with a header line, as every step of the line reads and writes them. A row is
// complete or it is an error: a file that was cut off is never taken for a result. Where the last
// column is CHECKSUM_COLUMN (checksum.h), a row that does not bear its own is an error, too.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct table {
    const char *path;
    size_t columns, rows;
    char **cells; // [rows + 1][columns], the header first
    char *text;   // what the cells point into
};

// Whether the file is there, as it is or packed (path.xz).
bool table_exists(const char *path);

// Reads a whole file, or, where only path.xz is there, that. Exits with status 1 and one line
// naming file and line if it cannot be read, has a row with more or fewer cells than the header or
// with another's checksum, or does not end with a newline.
void table_read(struct table *t, const char *path);

// Whether there is a column of that name.
bool table_has(const struct table *t, const char *name);

// A column's index by its name; exits with status 1 if there is none.
size_t table_column(const struct table *t, const char *name);

// A cell; rows count from 0, the header not included.
const char *table_text(const struct table *t, size_t row, size_t column);

// A cell as a number: NAN for "-", INFINITY for "never"; exits with status 1 if it is none of them.
double table_number(const struct table *t, size_t row, size_t column);

void table_free(struct table *t);
