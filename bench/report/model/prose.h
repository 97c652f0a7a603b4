// Text that is put together piece by piece.
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
