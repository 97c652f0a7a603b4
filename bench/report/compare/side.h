// One of the two runs that are compared. It may be of another edition: a key or column that this
// edition does not know is no error.
#pragma once

#include "bench/base/table.h"

#include <jansson.h>

struct side {
    const char *folder, *name;
    char summary_path[4096]; // the table keeps a pointer to it
    struct table summary;
    json_t *environment;
    json_t *questions; // of the summary, as the run's own confs have them: stem: {key: [values]}
};

// Exits with status 1 and one line that says what is missing or damaged.
void side_read(struct side *s, const char *folder);

// A cell of the summary, of a column that must be there.
const char *side_cell(const struct side *s, size_t row, const char *column);

// The first value of a question's key; "" if there is none.
const char *side_get(const struct side *s, const char *stem, const char *key);

// Appends a new value to a list. Exits with status 1 and one line if the value is NULL: a name in
// it is not UTF-8, or memory is short.
void append(json_t *list, json_t *value);
