// What differs between two runs besides their ratios, as lists of lines.
#pragma once

#include "bench/report/compare/side.h"

// "name: base -> new" for each difference of the environments. Of the compiler's flags, only the
// words that the other run lacks. Costs are measured: they differ if one is over 1.5 times the
// other.
json_t *different_conditions(const struct side sides[2]);

// Whether a key of a question changes what is said, or what is measured first, but no number.
bool changes_words_only(const char *key);

// "experiment: key ..." for each question whose load or models differ.
json_t *different_questions(const struct side sides[2]);

// Adds a word to the line of an experiment: to the last one, or to a new one.
void add_word(json_t *list, const char *experiment, const char *word);
