// One result as a clause that can be cited: "a connection costs the fork server 6.6× (6.3–6.9) the
// server CPU of epoll: 153 µs against 22.5 µs".
#pragma once

#include "bench/report/model/question.h"

#include <jansson.h>

// The result of a cell of the headline metric: {"id": "churn.fork@1", "text", "blocks", "refused"}.
// One of text and refused, the reason why it must not be cited, is null.
json_t *clause_of(const struct question *q, const struct number *n);

// The metric's name in a column's heading: "Server CPU per connection".
void clause_title(const struct question *q, const struct metric *metric, char text[SPOT_BYTES]);
