// The cells of an experiment: each that takes part, with each value of what varies; how it is then
// started, and what is asked of it.
#pragma once

#include "bench/base/experiment.h"
#include "bench/measure/plan/contender.h"

#include <sched.h>
#include <stdio.h>

// Where server and client run.
struct processors {
    cpu_set_t server, client;
};

// The columns of cells.tsv. load: as load.h writes it. least_s: the time that a trial cannot go
// below. every: it takes part in one of so many blocks. headline: whether it is behind the
// experiment's headline (yes or no).
#define CELL_COLUMNS                                                                               \
    "experiment\ttype\tmodel\tx\tprogram\targuments\tload\tleast_s\tevery\theadline"

// The columns of left_out.tsv.
#define LEFT_OUT_COLUMNS "experiment\tmodel\tx\treason"

// Writes a row for each cell of an contender to one file or the other: a cell is left out if some
// of its connections would wait for ever, if there are not so many processors, or if the program
// says that it cannot run so here. is_chosen: somebody asked for it by its name, and it takes part
// in as many blocks as what is behind the headline.
void cells_write(const struct experiment *e, const struct contender *who, bool is_chosen,
                 const struct processors *processors, FILE *cells, FILE *left_out);
