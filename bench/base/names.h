// Lists of names separated by blanks, as in experiments and settings.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Whether a name is among the words of a list.
bool is_listed(const char *name, const char *list);

// Ends the program with status 2 and one line if a requested word (NULL: none) is not in the list.
// what: the kind of thing that a word names.
void check_names(const char *asked, const char *there_are, const char *what);

// The equal word of a list that ends with NULL; NULL if there is none.
const char *word_of(const char *word, const char *const *words);

// The number of letters to insert, delete, replace, or swap with a neighbour to make one word the
// other (of the first 63 of each).
size_t edit_distance(const char *a, const char *b);
