#include "bench/measure/plan/order.h"
#include "bench/base/memory.h"
#include "bench/base/random.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 4 }; // experiment, x, headline cells, cell

struct ticket {
    long drawn[LEVELS];
    size_t index;
};

// The first row from `begin` on with the same value in a column as this one.
static size_t first_like(const struct table *t, size_t begin, size_t row, size_t column)
{
    while (strcmp(table_text(t, begin, column), table_text(t, row, column)) != 0)
        begin++;
    return begin;
}

struct place *places_of(const struct table *cells)
{
    size_t experiment = table_column(cells, "experiment"), x = table_column(cells, "x"),
           headline = table_column(cells, "headline");
    struct place *places = memory_for(cells->rows, sizeof *places);
    for (size_t row = 0; row < cells->rows; row++) {
        struct place *p = &places[row];
        p->experiment = first_like(cells, 0, row, experiment);
        p->x = first_like(cells, p->experiment, row, x);
        p->is_headline = strcmp(table_text(cells, row, headline), "yes") == 0;
    }
    return places;
}

static int compare(const void *left, const void *right)
{
    const struct ticket *a = left, *b = right;
    for (int level = 0; level < LEVELS; level++)
        if (a->drawn[level] != b->drawn[level])
            return a->drawn[level] < b->drawn[level] ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

size_t block_order(const struct place *places, size_t n, const bool *chosen, uint64_t seed,
                   size_t block, size_t *order)
{
    // Adjacent cells share a random number: one each for n experiments, x, headlines of an x, and
    // cells, including those that take no part.
    long *numbers = calloc(LEVELS * n, sizeof *numbers);
    struct ticket *tickets = calloc(n, sizeof *tickets);
    unsigned short state[3];
    size_t count = 0;
    if (!numbers || !tickets)
        err(1, "order");
    random_state(state, seed, block);
    for (size_t i = 0; i < LEVELS * n; i++)
        numbers[i] = nrand48(state);
    for (size_t i = 0; i < n; i++) {
        const struct place *p = &places[i];
        if (chosen[i])
            tickets[count++] = (struct ticket){
                {numbers[p->experiment], numbers[n + p->x],
                 p->is_headline ? numbers[2 * n + p->x] : numbers[3 * n + i], numbers[3 * n + i]},
                i};
    }
    qsort(tickets, count, sizeof *tickets, compare);
    for (size_t i = 0; i < count; i++)
        order[i] = tickets[i].index;
    free(numbers);
    free(tickets);
    return count;
}
