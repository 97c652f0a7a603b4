// The sentences of the page for each state of an answer, a claim or a number, and for each reason.
#pragma once

#include "bench/report/model/answer.h"

#include <stdio.h>

enum { SENTENCE_BYTES = 400 };

// The answer to a question that has no `say` line that fits: by its state, with the reason and what
// would decide it. `n`: the headline number that the state comes from; may be NULL.
void words_of_state(enum state state, const struct number *n, char text[SENTENCE_BYTES]);

// What a reason code of validity.h says to a reader: "The client was the limit; the server could
// have done more." Other text is returned as it is.
const char *words_of_reason(const char *code);
