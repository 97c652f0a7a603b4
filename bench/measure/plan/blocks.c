#include "bench/measure/plan/blocks.h"

#include "bench/base/memory.h"
#include "bench/measure/plan/layout.h"
#include "bench/measure/plan/order.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Those of cells.tsv that the plan repeats, from the first on: experiment to load.
enum { PLANNED_COLUMNS = 7 };

struct record blocks_open(const char *run_folder)
{
    struct record plan = record_open(run_folder, "plan.tsv");
    record_begin(&plan, "trial\tblock\texperiment\ttype\tmodel\tx\tprogram\targuments\tload"
                        "\tbudget_s");
    return plan;
}

static char *row_of(const struct table *cells, size_t cell, size_t trial, uint64_t seed,
                    const struct block *b)
{
    char *row;
    size_t bytes, model = table_column(cells, "model"), program = table_column(cells, "program");
    FILE *file = open_memstream(&row, &bytes);
    const char *load = b->loads ? b->loads[cell] : NULL;
    if (!file)
        err(1, "plan.tsv");
    fprintf(file, "%zu\t%zu", trial, b->number);
    for (size_t column = 0; column + 1 < PLANNED_COLUMNS; column++) {
        const char *text = table_text(cells, cell, column);
        fputc('\t', file);
        if (column == program)
            layout_draw(text, table_text(cells, cell, model), seed, b->number, file);
        else
            fputs(text, file);
    }
    fprintf(file, "\t%s", load ? load : table_text(cells, cell, PLANNED_COLUMNS - 1));
    if (isnan(b->budget_s))
        fputs("\t-", file);
    else
        fprintf(file, "\t%.17g", b->budget_s); // every digit: the scheduler is to choose the same
    if (fclose(file) == EOF)
        err(1, "plan.tsv");
    return row;
}

size_t blocks_rows(const struct table *cells, uint64_t seed, const struct block *block,
                   char ***rows)
{
    struct place *places = places_of(cells);
    size_t *order = memory_for(cells->rows, sizeof *order),
           count = block_order(places, cells->rows, block->chosen, seed, block->number, order);
    *rows = memory_for(count, sizeof **rows);
    for (size_t i = 0; i < count; i++)
        (*rows)[i] = row_of(cells, order[i], block->trials_before + i + 1, seed, block);
    free(order);
    free(places);
    return count;
}

void blocks_append(const struct record *plan, const struct table *cells, uint64_t seed,
                   const struct block *block)
{
    char **rows;
    size_t count = blocks_rows(cells, seed, block, &rows);
    record_append_all(plan, rows, count);
    for (size_t i = 0; i < count; i++)
        free(rows[i]);
    free(rows);
}
