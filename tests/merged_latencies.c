// Percentiles of merged histograms: the same as of all values in one, with intervals that cover a
// known truth although blocks differ; and the file that keeps the histograms, cut, compressed and
// continued.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/analyse/estimates.h"
#include "bench/analyse/latencies.h"
#include "bench/analyse/merged_latencies.h"
#include "tests/core/deep.h"

enum { MOST_BLOCKS = 40, MOST_VALUES = 400, REQUESTS = 200 };

static struct histogram blocks[MOST_BLOCKS], all;
static unsigned short state[3];

static double gaussian(void)
{
    return sqrt(-2 * log1p(-erand48(state))) * cos(2 * acos(-1) * erand48(state));
}

// A histogram without its empty slots, as a run's file would give it.
static void make_sparse(const struct histogram *h, struct sparse *s)
{
    *s = (struct sparse){.max_ns = histogram_max(h)};
    s->slot = calloc(MOST_VALUES, sizeof *s->slot);
    s->count = calloc(MOST_VALUES, sizeof *s->count);
    uint64_t left = histogram_count(h); // beyond the last of them are most of the slots
    for (size_t slot = 0; left > 0; slot++)
        if (h->counts[slot] > 0) {
            assert_true(slot < HISTOGRAM_SLOTS && s->slots < MOST_VALUES);
            left -= h->counts[slot];
            s->slot[s->slots] = (uint32_t)slot;
            s->count[s->slots++] = h->counts[slot];
        }
}

static struct pool pool_of_blocks(const struct histogram *from, size_t n)
{
    struct sparse sparse[MOST_BLOCKS];
    const struct sparse *of[MOST_BLOCKS] = {0};
    struct pool pool;
    for (size_t i = 0; i < n; i++) {
        make_sparse(&from[i], &sparse[i]);
        of[i] = &sparse[i];
    }
    pool_make(&pool, of, n);
    for (size_t i = 0; i < n; i++) {
        free(sparse[i].slot);
        free(sparse[i].count);
    }
    return pool;
}

static void merged_is_all_in_one(void **unused)
{
    (void)unused;
    memset(state, 3, sizeof state);
    histogram_reset(&all);
    for (size_t i = 0; i < 10; i++) {
        histogram_reset(&blocks[i]);
        for (size_t k = 0; i != 4 && k < 300; k++) { // one block has nothing
            uint64_t ns = (uint64_t)(50e3 * exp(gaussian() + (double)i / 4));
            histogram_record(&blocks[i], ns);
            histogram_record(&all, ns);
        }
    }
    struct pool pool = pool_of_blocks(blocks, 10);
    for (double percent = 0.5; percent < 99.5; percent += 0.5) {
        struct estimate e = pool_percentile(&pool, percent, 200, 1);
        assert_int_equal(e.n, 9);
        assert_true(e.value == (double)histogram_percentile(&all, percent) / 1e3);
        assert_true(e.low <= e.value && e.value <= e.high);
    }
    pool_free(&pool);
}

// Not the mean of the blocks' percentiles, nor their median: nine quick blocks and a slow one that
// has more requests than all of them.
static void percentiles_are_not_averaged(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < 10; i++) {
        histogram_reset(&blocks[i]);
        for (size_t k = 0; k < (i == 9 ? 1000 : 100); k++)
            histogram_record(&blocks[i], i == 9 ? 2000 : 1000);
    }
    struct pool pool = pool_of_blocks(blocks, 10);
    assert_true(pool_percentile(&pool, 50, 0, 1).value == 2);
    assert_true(pool_percentile(&pool, 47, 0, 1).value == 1);
    pool_free(&pool);
}

static void percentiles_need_samples(void **unused)
{
    (void)unused;
    histogram_reset(&blocks[0]);
    histogram_reset(&blocks[1]);
    for (size_t k = 0; k < 999; k++)
        histogram_record(&blocks[k % 2], 1000);
    struct pool few = pool_of_blocks(blocks, 2);
    assert_int_equal(pool_percentile(&few, 99, 100, 1).n, 0);
    assert_true(isnan(pool_percentile(&few, 99, 100, 1).value));
    assert_int_equal(pool_percentile(&few, 98.9, 100, 1).n, 2);
    histogram_record(&blocks[1], 1000);
    struct pool enough = pool_of_blocks(blocks, 2);
    assert_true(pool_percentile(&enough, 99, 100, 1).value == 1);
    assert_int_equal(pool_ratio(&enough, &few, 99, 100, 1).n, 0);
    assert_int_equal(pool_ratio(&few, &enough, 99, 100, 1).n, 0);
    struct pool none = {0};
    pool_make(&none, (const struct sparse *[]){NULL, NULL}, 2);
    assert_int_equal(pool_percentile(&none, 50, 100, 1).n, 0);
    assert_int_equal(pool_ratio(&enough, &none, 50, 100, 1).n, 0);
    pool_free(&few);
    pool_free(&enough);
    pool_free(&none);
}

// Each block is twice as slow as the one before: only if the same blocks are drawn is the ratio
// sure.
static void ratio_is_paired(void **unused)
{
    (void)unused;
    static struct histogram twice[MOST_BLOCKS];
    memset(state, 5, sizeof state);
    for (size_t i = 0; i < 12; i++) {
        histogram_reset(&blocks[i]);
        histogram_reset(&twice[i]);
        for (size_t k = 0; k < 200; k++) {
            uint64_t ns = (uint64_t)(1e3 * exp2((double)i) * (1 + erand48(state)));
            histogram_record(&blocks[i], ns);
            histogram_record(&twice[i], 2 * ns);
        }
    }
    struct pool one = pool_of_blocks(blocks, 12), other = pool_of_blocks(twice, 12);
    for (double percent = 10; percent < 99; percent += 10) {
        struct estimate e = pool_ratio(&other, &one, percent, 500, 1);
        assert_int_equal(e.n, 12);
        assert_true(fabs(e.value / 2 - 1) < 0.002);
        assert_true(fabs(e.low / 2 - 1) < 0.002 && fabs(e.high / 2 - 1) < 0.002);
        struct estimate alone = pool_percentile(&one, percent, 500, 1);
        assert_true(alone.high / alone.low > 2); // unlike the ratio
    }
    // A block that one of them lacks is none of the ratio's.
    histogram_reset(&blocks[11]);
    struct pool without = pool_of_blocks(blocks, 12);
    struct estimate e = pool_ratio(&other, &without, 50, 500, 1);
    assert_int_equal(e.n, 11);
    assert_true(fabs(e.value / 2 - 1) < 0.002);
    pool_free(&one);
    pool_free(&other);
    pool_free(&without);
}

// ---- intervals against simulated truth ----

static const double within_sd = 0.5, own_sd = 0.05, true_ratio = 1.5;

// Both cells of a sample: what a block does to both, what it does to each, and each request's own.
static void simulate(size_t n, double block_sd, struct pool *numerator, struct pool *denominator)
{
    static struct histogram others[MOST_BLOCKS];
    for (size_t i = 0; i < n; i++) {
        double shared = block_sd * gaussian(), own[2] = {own_sd * gaussian(), own_sd * gaussian()};
        histogram_reset(&blocks[i]);
        histogram_reset(&others[i]);
        for (size_t k = 0; k < REQUESTS; k++) {
            double one = within_sd * gaussian(), other = within_sd * gaussian();
            histogram_record(&blocks[i], (uint64_t)(50e3 * exp(shared + own[0] + one)));
            histogram_record(&others[i],
                             (uint64_t)(true_ratio * 50e3 * exp(shared + own[1] + other)));
        }
    }
    *denominator = pool_of_blocks(blocks, n);
    *numerator = pool_of_blocks(others, n);
}

static bool covers(struct estimate e, double truth)
{
    return e.low <= truth && truth <= e.high;
}

enum { USUAL = 300, DEEP = 600 };

struct coverage { // in percent, of the median and of the 99th percentile
    double alone[2], ratio[2], ratio_90[2];
};

static struct coverage coverage(size_t n, double block_sd)
{
    enum { DRAWS = 400 };
    const size_t runs = simulations(USUAL, DEEP);
    static const double percents[] = {50, 99}, quantiles[] = {0, 2.3263478740};
    double sd = sqrt(within_sd * within_sd + block_sd * block_sd + own_sd * own_sd);
    struct coverage c = {0};
    memset(state, 9, sizeof state);
    for (uint64_t s = 0; s < runs; s++) {
        struct pool numerator, denominator;
        simulate(n, block_sd, &numerator, &denominator);
        for (size_t p = 0; p < 2; p++) {
            struct estimate alone = pool_percentile(&denominator, percents[p], DRAWS, s),
                            ratio = pool_ratio(&numerator, &denominator, percents[p], DRAWS, s);
            c.alone[p] += covers(alone, 50 * exp(sd * quantiles[p])) * 100.0 / (double)runs;
            c.ratio[p] += covers(ratio, true_ratio) * 100.0 / (double)runs;
            c.ratio_90[p] +=
                (ratio.low_90 <= true_ratio && true_ratio <= ratio.high_90) * 100.0 / (double)runs;
        }
        pool_free(&numerator);
        pool_free(&denominator);
    }
    for (size_t p = 0; p < 2; p++)
        print_message("%zu blocks that differ by %.0f %%: the interval of p%g covers %.1f %%, its "
                      "ratio's %.1f %%, its ratio's 90 %% interval %.1f %%\n",
                      n, 100 * block_sd, percents[p], c.alone[p], c.ratio[p], c.ratio_90[p]);
    return c;
}

static void intervals_cover_the_truth(void **unused)
{
    (void)unused;
    for (size_t n = 20; n <= MOST_BLOCKS; n += 20) {
        struct coverage c = coverage(n, 0.1);
        for (size_t p = 0; p < 2; p++) {
            assert_true(is_near(c.alone[p], 95, 2, USUAL, DEEP));
            assert_true(is_near(c.ratio[p], 95, 2, USUAL, DEEP));
            assert_true(is_near(c.ratio_90[p], 90, 3, USUAL, DEEP));
        }
    }
}

// What statistics.h admits: rare slow blocks make the tail, and few samples have them.
static void intervals_of_tails_are_narrow_where_blocks_differ_much(void **unused)
{
    (void)unused;
    struct coverage c = coverage(20, 0.4);
    assert_true(is_near(c.alone[0], 95, 2, USUAL, DEEP));
    assert_true(80 <= c.alone[1] && c.alone[1] <= 90);
    assert_true(is_near(c.ratio[1], 95, 2, USUAL, DEEP)); // what they share cancels
}

// ---- the file ----

#define HEADER "trial\thistogram\n"

static char folder[] = "/tmp/forklore-pool-XXXXXX";

static int begin(void **unused)
{
    (void)unused;
    return mkdtemp(folder) ? 0 : -1;
}

static int end(void **unused)
{
    (void)unused;
    char path[64];
    snprintf(path, sizeof path, "%s/latency.tsv", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/latency.tsv.xz", folder);
    unlink(path);
    return rmdir(folder);
}

// One slow block in six: whatever is drawn says 1 or 1000.
static double of_a_slow_block(const uint16_t *times, const void *unused)
{
    (void)unused;
    return times[2] > 0 ? 1000 : 1;
}

static void intervals_stay_within_what_was_measured(void **unused)
{
    (void)unused;
    struct estimate e = bootstrap_blocks(of_a_slow_block, NULL, 6, 10000, 1);
    assert_float_equal(e.value, 1000, 1e-6);
    assert_float_equal(e.high, 1000, 1e-6);
    assert_float_equal(e.low, 1, 1e-6);
}

static void write_text(const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/latency.tsv", folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void expect_values(const struct latencies *l, size_t trial, uint64_t slot, uint64_t count)
{
    const struct sparse *s = &l->of[trial - 1];
    assert_int_equal(s->slots, count ? 1 : 0);
    if (count) {
        assert_int_equal(s->slot[0], slot);
        assert_int_equal(s->count[0], count);
    }
}

static void file_is_read(void **unused)
{
    (void)unused;
    struct latencies l;
    char command[128];
    latencies_read(&l, folder, 3); // there is none
    for (size_t trial = 1; trial <= 3; trial++)
        expect_values(&l, trial, 0, 0);
    latencies_free(&l);

    write_text(HEADER "1\th1 2 7 7 7:2\n2\th1 1 5 5 5\n");
    latencies_read(&l, folder, 3);
    expect_values(&l, 1, 7, 2);
    expect_values(&l, 2, 5, 1);
    expect_values(&l, 3, 0, 0);
    latencies_free(&l);

    // Packed.
    snprintf(command, sizeof command, "xz %s/latency.tsv", folder);
    assert_int_equal(system(command), 0);
    latencies_read(&l, folder, 3);
    expect_values(&l, 1, 7, 2);
    expect_values(&l, 2, 5, 1);
    latencies_free(&l);
}

// The status that reading ends with, apart; what it says goes nowhere.
static int status_of_reading(void)
{
    struct latencies l;
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(nowhere, STDERR_FILENO);
        latencies_read(&l, folder, 3);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void file_with_anything_else(void **unused)
{
    (void)unused;
    static const char *const none[] = {HEADER "4\th1 1 5 5 5\n",
                                       HEADER "0\th1 1 5 5 5\n",
                                       HEADER "1 h1 1 5 5 5\n",
                                       HEADER "1\th1 2 5 5 5\n2\th1 1 5 5 5\n",
                                       HEADER "1\th1 1 5 5 5",
                                       "trial\n1\n",
                                       "trial\thistogram\tcrc32\n1\th1 1 5 5 5\t00000000\n"};
    char path[64];
    snprintf(path, sizeof path, "%s/latency.tsv.xz", folder);
    assert_int_equal(truncate(path, 20), 0);
    assert_int_equal(status_of_reading(), 1);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        write_text(none[i]);
        assert_int_equal(status_of_reading(), 1);
    }
    write_text(HEADER "1\th1 1 5 5 5\n");
    assert_int_equal(status_of_reading(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merged_is_all_in_one),
        cmocka_unit_test(percentiles_are_not_averaged),
        cmocka_unit_test(percentiles_need_samples),
        cmocka_unit_test(ratio_is_paired),
        cmocka_unit_test(intervals_cover_the_truth),
        cmocka_unit_test(intervals_of_tails_are_narrow_where_blocks_differ_much),
        cmocka_unit_test(intervals_stay_within_what_was_measured),
        cmocka_unit_test(file_is_read),
        cmocka_unit_test(file_with_anything_else),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
