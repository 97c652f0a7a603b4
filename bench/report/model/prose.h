// Text that is put together piece by piece, and JSON that exists or ends the program.
#pragma once

#include <jansson.h>
#include <stdio.h>

struct prose {
    FILE *to; // where the pieces are written
    char *text;
    size_t bytes;
};

// Exits with status 1 and one line if out of memory, as the other two.
void prose_begin(struct prose *p);

// The whole text. The caller frees it.
char *prose_end(struct prose *p);

// The whole text as a JSON string.
json_t *prose_json(struct prose *p);

// Ends the program with status 1 and one line if a JSON value could not be made: a text in it is
// not UTF-8, or out of memory. `what`: what it was for.
json_t *json_made(json_t *value, const char *what);

// Appends a value; takes over the reference.
void json_add(json_t *list, json_t *value, const char *what);
