// What a reader of a question's numbers must know, one line each: servers that were not on equal
// footing, programs that cannot run on that machine, and cells that were left out, have no valid
// trial, or were dropped for lack of time.
#pragma once

#include "bench/report/model/question.h"

#include <jansson.h>

json_t *notes_of(const struct question *q);

// Those about cells that were left out, alone.
void notes_say_left_out(const struct question *q, json_t *lines);

// A number's reasons to doubt it, or why there is none, as text for readers; empty without any.
json_t *note_reason(const struct number *n);
