// Answers: slots that are filled from the run, conditions of `say` lines, and the state that a
// question is in. The numbers are made by hand.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/model/answer.h"

enum { LINES = 16, NUMBERS = 16 };

static char *keys[LINES], *values[LINES];
static struct experiment churn = {.stem = "churn", .keys = keys, .values = values, .path = "churn"};
static struct number numbers[NUMBERS];
static char no_x[] = "-\0", *xs[] = {no_x};
static struct facts facts = {.experiments = &churn, .count = 1, .xs = xs, .numbers = numbers};

static void line(const char *key, const char *value)
{
    keys[churn.lines] = strdup(key);
    values[churn.lines++] = strdup(value);
}

// A number of 12 blocks; ratio: NAN if it has none. Sorted by metric and model.
static struct number *add(const char *metric, const char *model, double value, double ratio,
                          double half)
{
    struct number *n = &numbers[facts.numbers_count++];
    *n = (struct number){.experiment = "churn",
                         .metric = metric,
                         .model = model,
                         .family = "process",
                         .x = "-",
                         .value = value,
                         .low = value - half,
                         .high = value + half,
                         .ratio = ratio,
                         .ratio_low = 0.95 * ratio,
                         .ratio_high = 1.05 * ratio,
                         .p_holm = NAN,
                         .blocks_needed = NAN,
                         .minutes = NAN,
                         .blocks = 12,
                         .baseline = "epoll",
                         .note = "-",
                         .validity = "valid",
                         .verdict = "-"};
    return n;
}

static struct number *fork_cpu, *epoll_cpu, *thread_cpu;

static int begin(void **unused)
{
    (void)unused;
    facts.numbers_count = churn.lines = 0;
    add("connections_per_s", "fork", 6500, NAN, 100);
    add("derived", "of_it", 60.6, NAN, 1);
    epoll_cpu = add("server_cpu_us_per_connection", "epoll", 22.5, 1, 1);
    fork_cpu = add("server_cpu_us_per_connection", "fork", 150, 6.6, 5);
    thread_cpu = add("server_cpu_us_per_connection", "thread", 48, 2.1, 2);
    fork_cpu->verdict = thread_cpu->verdict = "different";
    line("metric", "server_cpu_us_per_connection");
    line("baseline", "epoll");
    line("headline", "fork thread");
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < churn.lines; i++) {
        free(keys[i]);
        free(values[i]);
    }
    return 0;
}

// wanted: NULL if it must not be filled.
static void fills(const char *text, const char *wanted)
{
    json_t *rich = answer_fill(&facts, &churn, text);
    if (!wanted) {
        assert_null(rich);
        return;
    }
    assert_non_null(rich);
    char *plain = rich_plain(rich);
    assert_string_equal(plain, wanted);
    free(plain);
    json_decref(rich);
}

static void answers(const char *wanted, enum state wanted_state)
{
    enum state state;
    json_t *rich = answer(&facts, &churn, &state);
    char *plain = rich_plain(rich);
    if (wanted)
        assert_string_equal(plain, wanted);
    assert_true(*plain);
    assert_string_equal(state_names[state], state_names[wanted_state]);
    free(plain);
    json_decref(rich);
}

// ---- slots --------------------------------------------------------------------------------------

static void fills_slots(void **unused)
{
    (void)unused;
    fills("No slot.", "No slot.");
    fills("It costs {fork} the CPU.", "It costs 6.6× (6.3–6.9) the CPU.");
    fills("{thread}", "2.1× (2.0–2.2)");
    fills("{=fork} of CPU", "150\u00a0µs (145–155) of CPU");
    fills("{#fork} of CPU", "150\u00a0µs of CPU");
    fills("{#fork:connections_per_s}, {churn.fork}", "6,500/s, 6.6× (6.3–6.9)");
    fills("{d:of_it} of {#churn.fork}", "60.6\u00a0µs (59.6–61.6) of 150\u00a0µs");
}

static void does_not_fill_what_is_not_sound(void **unused)
{
    (void)unused;
    fills("{prefork}", NULL);
    fills("{fork@512}", NULL);
    fills("{d:nothing}", NULL);
    fork_cpu->validity = "suspect";
    fills("{fork}", NULL);
    fills("{=fork}", NULL);
    fills("{thread}", "2.1× (2.0–2.2)");
    epoll_cpu->validity = "suspect";
    fills("{thread}", NULL); // no ratio is better than its baseline
    fills("{#thread}", "48.0\u00a0µs");
    thread_cpu->low = thread_cpu->high = NAN;
    fills("{#thread}", NULL);
}

// ---- sayings ------------------------------------------------------------------------------------

static void says_the_first_that_fits(void **unused)
{
    (void)unused;
    line("say_if", "churn:fork / churn:epoll > 6.3"); // not all of 6.27 to 6.93
    line("say", "Much.");
    line("say_if", "churn:fork / churn:epoll > 6");
    line("say_if", "churn:thread < 51");
    line("say", "A bit: {fork}.");
    line("say", "It depends.");
    answers("A bit: 6.6× (6.3–6.9).", DECIDED);
    thread_cpu->high = 51;
    answers("It depends.", DECIDED);
}

static void a_difference_needs_its_verdict(void **unused)
{
    (void)unused;
    fork_cpu->verdict = thread_cpu->verdict = "undecided"; // among many comparisons
    line("say_if", "churn:fork / churn:epoll > 1");
    line("say", "More.");
    line("say", "About {fork}.");
    answers("About 6.6× (6.3–6.9).", OPEN);
}

static void skips_what_cannot_be_filled(void **unused)
{
    (void)unused;
    line("say", "A pool costs {prefork}.");
    line("say", "A process costs {fork}.");
    answers("A process costs 6.6× (6.3–6.9).", DECIDED);
}

// ---- states -------------------------------------------------------------------------------------

static void has_a_sentence_for_each_state(void **unused)
{
    (void)unused;
    answers(NULL, DECIDED);
    fork_cpu->verdict = "undecided";
    answers(NULL, DECIDED); // the thread differs
    thread_cpu->verdict = "same";
    answers(NULL, OPEN);
    fork_cpu->verdict = "same";
    answers(NULL, ALIKE);
    fork_cpu->validity = thread_cpu->validity = "suspect";
    fork_cpu->note = thread_cpu->note = "client-bound";
    answers(NULL, DOUBTED);
    fork_cpu->note = thread_cpu->note = "too-few-samples";
    answers(NULL, FEW);
    fork_cpu->note = thread_cpu->note = "skipped: no fork here";
    answers(NULL, MISSING);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(fills_slots),
        TEST(does_not_fill_what_is_not_sound),
        TEST(says_the_first_that_fits),
        TEST(a_difference_needs_its_verdict),
        TEST(skips_what_cannot_be_filled),
        TEST(has_a_sentence_for_each_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
