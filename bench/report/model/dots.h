// The values of the blocks behind a number, in order of time: drift and outliers are visible.
#pragma once

#include "bench/base/metric.h"
#include "bench/report/model/facts.h"

#include <jansson.h>

// {"values": [[place, y], ...], "median_y", "low_y", "high_y"}: percent of the width from the left,
// and of the height from the top, where the largest of the values is. The interval is null if there
// is none. null if fewer than two blocks have a value.
json_t *dots_of(const struct facts *f, const struct number *n, const struct metric *metric);
