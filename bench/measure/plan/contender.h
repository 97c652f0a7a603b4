// Who takes part in an experiment: the programs of its folder; variants, which are such programs
// with options; and outsiders, commands that are not of this suite.
#pragma once

#include "bench/base/experiment.h"

#include <stdbool.h>
#include <stdio.h>

struct contender {
    char name[64];     // of the program or, where the experiment gives it one, of the variant or
                       // outsider
    char command[256]; // the program's file name in the folder; an outsider's first word
    char options[256]; // what it is always started with; empty: nothing
    unsigned long workers; // of its pool, if the options say so; else 0
    bool is_outside;
    char capacity[16];      // "one", "hashed", "workers" or "many" of a server, "-" of others
    bool has_pool;          // of a size that can be chosen
    char description[1024]; // of models.tsv: family, capacity, workers, source, summary
    char status[256];       // "ok", or "skipped: " and why this machine cannot run it
};

// All that take part in an experiment and are asked for (NULL: all of them), each described as it
// is without options. Exits with one line if the experiment asks for what there is not. The names
// of all that could take part go to `names`, each with a blank behind it. Returns how many; the
// caller frees *contenders.
size_t contenders_find(const struct experiment *e, const char *asked, FILE *names,
                       struct contender **contenders);

// What an contender is started by: its program in build/, or the statically linked copy in
// build/linked_static/, or the command outside.
void contender_program(const struct experiment *e, const struct contender *who, bool is_static,
                       char *program, size_t bytes);

// Asks a program started with these options what it is. Returns 0, or 77: it cannot run so here.
// text is then what it says of itself, or why. Exits with one line if it says anything else.
int describe(const char *program, const char *options, char *text, size_t bytes);
