// The order of the cells of a block, and which cells an answer needs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/measure/plan/headline.h"
#include "bench/measure/plan/order.h"

// Two questions: one of two x, whose headline is at one of them, and one without.
static const char cells_text[] = "experiment\tmodel\tx\theadline\n"
                                 "one\tbase\t1\tno\n"
                                 "one\tbase\t2\tyes\n"
                                 "one\thead\t1\tno\n"
                                 "one\thead\t2\tyes\n"
                                 "one\tother\t2\tno\n"
                                 "one\tmore\t2\tno\n"
                                 "two\tbase\t-\tyes\n"
                                 "two\thead\t-\tyes\n"
                                 "two\tother\t-\tno\n"
                                 "two\tmore\t-\tno\n"
                                 "two\tlast\t-\tno\n"
                                 "two\tlater\t-\tno\n";
enum { CELLS = 12 };

static struct place *read_places(void)
{
    char path[] = "/tmp/forklore-order-XXXXXX";
    int fd = mkstemp(path);
    struct table table;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, cells_text, strlen(cells_text)), strlen(cells_text));
    close(fd);
    table_read(&table, path);
    unlink(path);
    assert_int_equal(table.rows, CELLS);
    struct place *places = places_of(&table);
    table_free(&table);
    return places;
}

static const bool all[CELLS] = {true, true, true, true, true, true,
                                true, true, true, true, true, true};

// Those that are chosen stand in the order that they have among all.
static void only_the_chosen_are_there(void **unused)
{
    (void)unused;
    struct place *places = read_places();
    size_t order[CELLS], part[CELLS], count = 0;
    bool chosen[CELLS] = {false, true, false, true, true, false, false, true};
    assert_int_equal(block_order(places, CELLS, all, 7, 3, order), CELLS);
    assert_int_equal(block_order(places, CELLS, chosen, 7, 3, part), 4);
    for (size_t i = 0; i < CELLS; i++)
        if (chosen[order[i]])
            assert_int_equal(part[count++], order[i]);
    assert_int_equal(count, 4);
    free(places);
}

// The places in a block from the first to the last of those that satisfy.
static size_t spread(const size_t *order, size_t n, const struct place *places, size_t experiment,
                     size_t x, bool headlines)
{
    size_t first = n, last = 0;
    for (size_t i = 0; i < n; i++) {
        const struct place *p = &places[order[i]];
        if (p->experiment != experiment || (x < CELLS && p->x != x) ||
            (headlines && !p->is_headline))
            continue;
        first = first < i ? first : i;
        last = i;
    }
    return last - first + 1;
}

static void what_is_compared_stands_together(void **unused)
{
    (void)unused;
    enum { RUNS = 4000 };
    struct place *places = read_places();
    size_t base_first = 0, one_first = 0, headline_at[4] = {0}, same = 0;
    size_t before[CELLS] = {0};
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        size_t order[CELLS], again[CELLS], at[CELLS];
        assert_int_equal(block_order(places, CELLS, all, seed, 1, order), CELLS);
        assert_int_equal(block_order(places, CELLS, all, seed, 1, again), CELLS);
        assert_memory_equal(order, again, sizeof order);
        same += memcmp(order, before, sizeof order) == 0;
        memcpy(before, order, sizeof order);
        memset(at, 0xff, sizeof at);
        for (size_t i = 0; i < CELLS; i++)
            at[order[i]] = i;
        for (size_t i = 0; i < CELLS; i++)
            assert_true(at[i] < CELLS); // each once
        assert_int_equal(spread(order, CELLS, places, 0, CELLS, false), 6);
        assert_int_equal(spread(order, CELLS, places, 0, 0, false), 2);
        assert_int_equal(spread(order, CELLS, places, 0, 1, false), 4);
        assert_int_equal(spread(order, CELLS, places, 0, 1, true), 2);
        assert_int_equal(spread(order, CELLS, places, 6, 6, true), 2);
        base_first += at[1] < at[3];
        one_first += at[0] < 6;
        size_t x_begins = at[0] < at[1] ? 2 : 0, in_x = (at[1] < at[3] ? at[1] : at[3]) % 6;
        headline_at[in_x - x_begins]++;
    }
    // Four standard deviations of RUNS fair coins are 126; of one in three, 119.
    assert_in_range(base_first, RUNS / 2 - 127, RUNS / 2 + 127);
    assert_in_range(one_first, RUNS / 2 - 127, RUNS / 2 + 127);
    for (size_t i = 0; i < 3; i++)
        assert_in_range(headline_at[i], RUNS / 3 - 120, RUNS / 3 + 120);
    assert_true(same < 5);
    free(places);
}

static void which_cells_are_headline_cells(void **unused)
{
    (void)unused;
    char *keys[] = {"headline", "headline_at", "baseline", "derive", "derive", "answer"};
    char *values[] = {"fork thread",   "64 512",           "epoll",
                      "shown a - b@8", "hidden c - d / 2", "shown nothing"};
    const struct experiment e = {.stem = "e", .lines = 6, .keys = keys, .values = values};
    assert_true(is_headline_cell(&e, "fork", "64") && is_headline_cell(&e, "thread", "512"));
    assert_true(is_headline_cell(&e, "epoll", "64"));
    assert_false(is_headline_cell(&e, "fork", "6") || is_headline_cell(&e, "epoll", "1"));
    assert_true(is_headline_cell(&e, "a", "1") && is_headline_cell(&e, "b", "8"));
    assert_false(is_headline_cell(&e, "b", "1") || is_headline_cell(&e, "c", "64"));
}

static void a_crossover_needs_its_baseline(void **unused)
{
    (void)unused;
    char *keys[] = {"headline", "headline_at", "baseline", "derive", "answer"};
    char *values[] = {"fork", "64", "epoll", "below crossover thread 1.1", "below"};
    const struct experiment e = {.stem = "e", .lines = 5, .keys = keys, .values = values};
    assert_true(is_headline_cell(&e, "thread", "8") && is_headline_cell(&e, "epoll", "8"));
    assert_false(is_headline_cell(&e, "fork", "8"));
}

// A change also needs it, but only at its two x; a spread needs none.
static void which_cells_a_change_and_a_spread_need(void **unused)
{
    (void)unused;
    char *keys[] = {"headline", "headline_at", "baseline", "derive", "derive", "answer"};
    char *values[] = {"fork",       "64", "epoll", "longer change thread 1 8", "wide spread poll",
                      "longer wide"};
    const struct experiment e = {.stem = "e", .lines = 6, .keys = keys, .values = values};
    assert_true(is_headline_cell(&e, "thread", "1") && is_headline_cell(&e, "thread", "8"));
    assert_true(is_headline_cell(&e, "epoll", "1") && is_headline_cell(&e, "epoll", "8"));
    assert_false(is_headline_cell(&e, "thread", "2") || is_headline_cell(&e, "epoll", "2"));
    assert_true(is_headline_cell(&e, "poll", "1") && is_headline_cell(&e, "poll", "2"));
    assert_false(is_headline_cell(&e, "fork", "1"));
}

static void a_change_of_a_variant_needs_its_own_baseline(void **unused)
{
    (void)unused;
    char *keys[] = {"headline", "headline_at", "baseline", "variant", "derive", "answer"};
    char *values[] = {"fork+a", "64", "own", "fork+a fork --a", "longer change fork+a 1 8",
                      "longer"};
    const struct experiment e = {.stem = "e", .lines = 6, .keys = keys, .values = values};
    assert_true(is_headline_cell(&e, "fork+a", "1") && is_headline_cell(&e, "fork", "8"));
    assert_false(is_headline_cell(&e, "fork", "2"));
}

static void variants_bring_their_own_baseline(void **unused)
{
    (void)unused;
    char *keys[] = {"headline", "baseline", "variant", "variant", "variant"};
    char *values[] = {"fork+much", "own", "fork+much fork --much", "fork+some fork --some",
                      "vfork+much vfork --much"};
    const struct experiment e = {.stem = "e", .lines = 5, .keys = keys, .values = values};
    assert_true(is_headline_cell(&e, "fork+much", "-") && is_headline_cell(&e, "fork", "-"));
    assert_false(is_headline_cell(&e, "fork+some", "-") || is_headline_cell(&e, "vfork", "-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_chosen_are_there),
        cmocka_unit_test(what_is_compared_stands_together),
        cmocka_unit_test(which_cells_are_headline_cells),
        cmocka_unit_test(a_crossover_needs_its_baseline),
        cmocka_unit_test(which_cells_a_change_and_a_spread_need),
        cmocka_unit_test(a_change_of_a_variant_needs_its_own_baseline),
        cmocka_unit_test(variants_bring_their_own_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
