// The contenders of an experiment: the programs of its folder; variants, which are such programs
// with options; outsiders, commands outside this suite; and foreign servers (foreign.h).
#pragma once

#include "bench/base/experiment.h"

#include <stdbool.h>
#include <stdio.h>

struct foreign_servers;

enum { SKIPPED = 77 }; // the status of a program that cannot run here, and says why

struct contender {
    char name[64];         // of the program or, if given, of the variant or outsider
    char command[256];     // the program's file name in the folder; an outsider's first word
    char options[256];     // options that it always gets; may be empty
    unsigned long workers; // of its pool, if the options set it; else 0
    bool is_outside;
    bool is_foreign;        // the command is the launcher of foreign servers, the options its name
    bool is_own;            // it is the user's
    char capacity[16];      // "one", "hashed", "workers" or "many" of a server, "-" of others
    bool has_pool;          // with a configurable size
    char description[1024]; // of models.tsv: family, capacity, workers, source, summary
    char status[256];       // "ok", or "skipped: " and why this machine cannot run it
};

// All contenders of an experiment that are requested (NULL: all of them), each described without
// options. Foreign servers are tried (foreign_try). Exits with one line if the experiment names
// something unknown. The names of all possible contenders are added to `names`, each followed by a
// blank. Returns their number; the caller frees *contenders.
size_t contenders_find(const struct experiment *e, const char *asked,
                       struct foreign_servers *foreign, FILE *names, struct contender **contenders);

// The program of a contender: in build/, or an outside command. If x is a linking or a layout, the
// copy in build/linked_static/ or build/layouts/X/. NULL: x does not matter.
void contender_program(const struct experiment *e, const struct contender *who, const char *x,
                       char *program, size_t bytes);

// Runs --describe with these options. Returns 0, or 77: it cannot run here. text is then the
// description, or the reason. Exits with one line on any other answer.
int describe(const char *program, const char *options, char *text, size_t bytes);
