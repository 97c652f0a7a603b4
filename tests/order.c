// Which cells take part in a block, with whom, and in which order.
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

enum { EVERY = 6, BLOCKS = 60 };

// Two questions: one of two x, whose headline is at one of them, and one that takes part in every
// second block.
static const char cells_text[] = "experiment\tmodel\tx\tevery\theadline\n"
                                 "one\tbase\t1\t6\tno\n"
                                 "one\tbase\t2\t1\tyes\n"
                                 "one\thead\t1\t6\tno\n"
                                 "one\thead\t2\t1\tyes\n"
                                 "one\tother\t2\t6\tno\n"
                                 "one\tmore\t2\t6\tno\n"
                                 "two\tbase\t-\t2\tyes\n"
                                 "two\thead\t-\t2\tyes\n"
                                 "two\tother\t-\t6\tno\n"
                                 "two\tmore\t-\t6\tno\n"
                                 "two\tlast\t-\t6\tno\n"
                                 "two\tlater\t-\t6\tno\n";
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

static void turns_are_taken(void **unused)
{
    (void)unused;
    struct place *places = read_places();
    size_t parts[CELLS] = {0}, together = 0;
    for (size_t i = 0; i < CELLS; i++)
        assert_true(takes_part(&places[i], 1));
    for (size_t block = 2; block <= BLOCKS + 1; block++) {
        bool part[CELLS];
        for (size_t i = 0; i < CELLS; i++) {
            part[i] = takes_part(&places[i], block);
            parts[i] += part[i];
        }
        assert_true(part[1] && part[3]);
        assert_true(part[0] == part[2] && part[0] == part[4] && part[0] == part[5]);
        assert_int_equal(part[6], part[7]);
        for (size_t i = 8; i < CELLS; i++)
            assert_true(part[i] == part[8] &&
                        (!part[i] || part[6])); // with all they are compared to
        together += part[0] && part[8];
    }
    for (size_t i = 0; i < CELLS; i++)
        assert_int_equal(parts[i], BLOCKS / places[i].every);
    assert_int_equal(together, 0); // the rare ones of two questions take turns
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
        assert_int_equal(block_order(places, CELLS, seed, 1, order), CELLS);
        assert_int_equal(block_order(places, CELLS, seed, 1, again), CELLS);
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

static void who_is_behind_the_headline(void **unused)
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
        cmocka_unit_test(turns_are_taken),
        cmocka_unit_test(what_is_compared_stands_together),
        cmocka_unit_test(who_is_behind_the_headline),
        cmocka_unit_test(a_crossover_needs_its_baseline),
        cmocka_unit_test(variants_bring_their_own_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
