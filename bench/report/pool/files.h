// What pool writes beside pool.json.
#pragma once

#include "bench/report/pool/input.h"

#include <jansson.h>

// FOLDER/plots/forest_QUESTION.tsv and .words for each question with headline ratios, and
// FOLDER/plots/cost_NAME.tsv and .words for each cost that at least three machines know. The folder
// must be there.
void write_forests(const json_t *pool, const char *folder);

// FOLDER/machines.tsv: the headline ratios on each machine, one a line, with what identifies the
// machine and the question (model/known.h).
void write_machines(const struct pool *p, const char *folder);
