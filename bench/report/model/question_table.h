// All numbers of a question as a table that can be sorted and searched, each with the values of the
// blocks behind it.
#pragma once

#include "bench/report/model/question.h"

#include <jansson.h>

// {"columns": [{"id", "title", "unit", "text"}], "rows": [{"model", "x", "hue", "pool", "fork",
// "cells": [{"text", "interval", "sort", "validity", "reason"}], "dots", "cite"}]}. The best model
// first, each model's rows in the order of x, which is "-" if nothing varies. Each cell has its own
// unit (µs or ms), so a heading has none.
json_t *question_table(const struct question *q);
