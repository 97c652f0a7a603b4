// What a reader takes along: the conditions of a question in words, a caption, a sentence to cite,
// and BibTeX.
#pragma once

#include "bench/report/model/question.h"

#include <jansson.h>

// The run itself: {"sentence", "bibtex", "source"}; source: program, run, commit and date.
json_t *citation_section(const struct facts *f);

// Sets "conditions", "caption", "citation" and "bibtex" of a question. answer: as plain text.
void citation_add(json_t *object, const struct question *q, const char *answer);
