// The machines that are known: the headline ratios of other runs, in machines.tsv.
//
// The project's results/machines.tsv is written by pool from the reference runs (make machines). A
// run gets a copy of it (bench/report/later.sh), which its report is made from: so a machine that
// becomes known later changes no report that is there already.
//
// A line is a headline ratio on a machine:
//
//     machine identity machine_id experiment meaning model x ratio low high
//
// identity: architecture, processor, processors, GiB of memory, hypervisor and kernel release,
// separated by "; ". meaning: the CRC-32 of what the question measures (question_meaning).
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { IDENTITY_BYTES = 512 };

// What a machine is. Two runs are of one machine if these are equal, and so is machine_id, if both
// runs have recorded it. (A new kernel makes another machine.)
struct identity {
    char text[IDENTITY_BYTES];
    const char *machine_id; // of the environment, or "-"
};

struct identity identity_of(const json_t *environment);

bool is_one_machine(const struct identity *a, const struct identity *b);

// Of a question's conf in a run: its lines without comments, and without those that only change
// words (compare/lists.h). Exits with status 1 and one line if it cannot be read.
uint32_t question_meaning(const char *run_folder, const char *stem);
