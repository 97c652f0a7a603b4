// The parts of pool.json (bench/report/pool.schema.json). Each returns a new reference.
#pragma once

#include "bench/report/pool/across.h"

#include <jansson.h>

json_t *machines_of_pool(const struct pool *p);  // differences.c
json_t *headlines_of_pool(const struct pool *p); // headlines.c
json_t *claims_of_pool(const struct pool *p);    // verdicts.c
json_t *grid_of_pool(const struct pool *p);      // situations.c
json_t *causes_of_pool(const struct pool *p);    // causes.c

// What the machines cost: a number of environment.json's costs, in µs; NAN if it is not recorded.
enum { COSTS_KNOWN = 3 };
extern const char *const cost_keys[COSTS_KNOWN];
extern const char *const cost_names[COSTS_KNOWN];
double cost_on(const struct pool *p, size_t machine, size_t cost);

// "fork ÷ epoll", with the x if something varies.
void subject_of(const struct pair *pair, char text[256]);
