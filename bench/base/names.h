// Lists of names, separated by blanks, as experiments and knobs have them.
#pragma once

#include <stdbool.h>

// Whether a name is among the words of a list.
bool is_listed(const char *name, const char *list);

// Ends the program with status 2 and one line if one of the words asked for (NULL: none) is not
// among those that there are. what: what such a word names.
void check_names(const char *asked, const char *there_are, const char *what);
