// Lists of names, separated by blanks, as experiments and knobs have them.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Whether a name is among the words of a list.
bool is_listed(const char *name, const char *list);

// Ends the program with status 2 and one line if one of the words asked for (NULL: none) is not
// among those that there are. what: what such a word names.
void check_names(const char *asked, const char *there_are, const char *what);

// The same word of a list that ends with NULL; NULL if it is none of them.
const char *word_of(const char *word, const char *const *words);

// How many letters to insert, delete, replace, or swap with their neighbour make one word the other
// (of the first 63 of each).
size_t edit_distance(const char *a, const char *b);
