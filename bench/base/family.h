// The families of models.tsv: what makes progress on several connections at once, or what kind of
// program it is.
#pragma once

#include <stdbool.h>

// Whether a server is not of this suite: "foreign", or "foreign_" and its shape.
bool family_is_foreign(const char *family);

// Whether a program can be the best in a situation. One client at a time is no answer; libraries
// and foreign servers are no models.
bool family_competes(const char *family);
