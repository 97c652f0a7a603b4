// The kinds of trial: what is done to measure a cell once. A kind is one file
// bench/measure/types/NAME.c, which describes itself with KIND; it is linked into the steps and
// found there. An experiment names its kind.
#pragma once

#include "bench/base/load.h"
#include "bench/base/measurement.h"
#include "bench/measure/trial/setting.h"

#include <stdbool.h>
#include <stdio.h>

// One trial of a cell. The text is the plan's: words, "-" where there are none.
struct trial {
    const struct setting *setting;
    const char *program, *arguments;
    struct load load;
    unsigned long number; // of the trial in its plan
    unsigned long block;  // that it is part of
    FILE *raw;            // takes what hyperfine said
    FILE *latencies;      // takes the histograms of open loops (latency_record.h)
};

struct trial_type {
    const char *name;
    bool serves; // its programs are servers
    // Faults go into m->status. m has been reset.
    void (*measure)(const struct trial *trial, struct measurement *m);
};

#define TRIAL_TYPE(...)                                                                            \
    static const struct trial_type type = {__VA_ARGS__};                                           \
    static const struct trial_type *const entry __attribute__((used, section("trial_types"))) =    \
        &type

// Exits with status 1 if there is none of that name.
const struct trial_type *trial_type_named(const char *name);
