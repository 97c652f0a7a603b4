// Quantities that a question derives from several cells (analyse/derive.h), for readers.
#pragma once

#include "bench/report/model/question.h"

#include <jansson.h>

// A derived quantity as a measured object, in its own unit: that of the headline metric, that of a
// `unit` line (its first word; the rest is part of the title), or a ratio.
json_t *quantity_measured(const struct experiment *e, const struct number *n);

// All of a question: [{"name", "title", "measured", "note", "published"}].
json_t *quantities_of(const struct question *q);
