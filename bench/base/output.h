// Files that appear complete or not at all: written under a temporary name and renamed at the end.
#pragma once

#include <stdio.h>

struct output {
    FILE *file;
    char path[4096];     // final name
    char new_path[4104]; // temporary name
};

// Creates folder/name. Exits with status 1 if it cannot.
struct output output_begin(const char *folder, const char *name);

// Renames the file to its final name. Exits with status 1 if any of it could not be written.
void output_complete(struct output *o);

// A cell of a table after a tab: six digits, or "-" if not finite.
void output_number(FILE *file, double value);
