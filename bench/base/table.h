// Tab-separated files with a header line, the format of all steps. An incomplete row is an error,
// so a truncated file is never taken for a result. If the last column is CHECKSUM_COLUMN
// (checksum.h), a row with a wrong checksum is an error, too.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct table {
    const char *path;
    size_t columns, rows;
    char **cells; // [rows + 1][columns], the header first
    char *text;   // memory that the cells point into
};

// Whether the file exists, plain or packed (path.xz).
bool table_exists(const char *path);

// Reads a whole file, plain or packed. Exits with status 1 and one line naming file and line if it
// cannot be read, has a row with a wrong number of cells or a wrong checksum, or does not end with
// a newline.
void table_read(struct table *t, const char *path);

// Whether there is a column of that name.
bool table_has(const struct table *t, const char *name);

// A column's index by its name; exits with status 1 if it does not exist.
size_t table_column(const struct table *t, const char *name);

// A cell; rows count from 0, the header not included.
const char *table_text(const struct table *t, size_t row, size_t column);

// A cell as a number: NAN for "-", INFINITY for "never"; exits with status 1 if it is none of
// these.
double table_number(const struct table *t, size_t row, size_t column);

void table_free(struct table *t);
