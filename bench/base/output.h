// Files that appear whole or not at all: written under another name, renamed at the end.
#pragma once

#include <stdio.h>

struct output {
    FILE *file;
    char path[4096];     // the name it gets
    char new_path[4104]; // the name it has until then
};

// Begins folder/name. Exits with status 1 if it cannot.
struct output output_begin(const char *folder, const char *name);

// Gives the file its name. Exits with status 1 if any of it could not be written.
void output_complete(struct output *o);

// A cell of a table behind a tab: six digits, or "-" for what is not finite.
void output_number(FILE *file, double value);
