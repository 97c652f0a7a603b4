// A condition of a claim as the page shows it: a row of verdicts.tsv, why it has no verdict if it
// has none, and what would decide it.
#pragma once

#include "bench/analyse/claim.h"
#include "bench/report/model/facts.h"
#include "bench/report/model/format.h"
#include "bench/report/model/words.h"

#include <jansson.h>

enum { VERDICTS = DOES_NOT_HOLD + 1 };

extern const char *const verdict_names[VERDICTS]; // as in report.json

struct condition_shown {
    struct condition parsed;
    enum verdict verdict;
    double value, low, high;
    const char *unit, *reason; // reason: a code of report.schema.json
    char bound[FORMAT_BYTES];
    char reason_text[SENTENCE_BYTES]; // may be empty
};

// Cells of verdicts.tsv.
const char *verdicts_text(const struct facts *f, size_t row, const char *column);
double verdicts_number(const struct facts *f, size_t row, const char *column);
enum verdict verdict_at(const struct facts *f, size_t row, const char *column);

// Of "same within 4 %", in whole percent.
double same_within(const struct facts *f, size_t row);

// The number of one of the two cells that a condition compares, or NULL.
const struct number *operand_number(const struct facts *f, const struct operand *o);

void condition_read(const struct facts *f, size_t row, struct condition_shown *c);

// which: the how-manieth condition of its claim it is.
json_t *condition_json(const struct facts *f, const struct experiment *claim, size_t row,
                       size_t which);
