// The cells of an experiment: each contender with each value of what varies, how to start it, and
// its load.
#pragma once

#include "bench/base/experiment.h"
#include "bench/measure/plan/contender.h"

#include <sched.h>
#include <stdio.h>

// The CPUs of server and client.
struct processors {
    cpu_set_t server, client;
};

// The columns of cells.tsv. program: of all layouts, if each block draws one (layout.h). load: in
// the format of load.h. least_s: the minimum duration of a trial. headline: whether it is a
// headline cell (yes or no).
#define CELL_COLUMNS "experiment\ttype\tmodel\tx\tprogram\targuments\tload\tleast_s\theadline"

// The columns of left_out.tsv.
#define LEFT_OUT_COLUMNS "experiment\tmodel\tx\treason"

// Writes a row for each cell of a contender to one of the two files. A cell is left out if some of
// its connections would wait for ever, if there are too few CPUs, or if the program reports that it
// cannot run here. is_chosen: it was requested by name, and takes part in as many blocks as
// headline cells.
void cells_write(const struct experiment *e, const struct contender *who, bool is_chosen,
                 const struct processors *processors, FILE *cells, FILE *left_out);
