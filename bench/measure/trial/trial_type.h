// The trial types: how a cell is measured once. A trial type is one file bench/measure/types/NAME.c
// that registers itself with TRIAL_TYPE; it is linked into the programs and found there. An
// experiment names its type.
#pragma once

#include "bench/base/load.h"
#include "bench/base/measurement.h"
#include "bench/measure/trial/setting.h"

#include <stdbool.h>
#include <stdio.h>

// One trial of a cell. Texts are the plan's: words, or "-".
struct trial {
    const struct setting *setting;
    const char *program, *arguments;
    struct load load;
    unsigned long number; // in the plan
    unsigned long block;  // of the trial
    FILE *raw;            // receives hyperfine's report
    FILE *latencies;      // receives the histograms of open loops (latency_record.h)
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

// Exits with status 1 if there is none with this name.
const struct trial_type *trial_type_named(const char *name);
