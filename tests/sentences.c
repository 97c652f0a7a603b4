// The words of the page: every question, claim, situation, state and reason has its sentences, they
// are short and plain, and the slots of answers name what their question has.
#include "bench/analyse/claim.h"
#include "bench/analyse/validity.h"
#include "bench/base/experiment.h"
#include "bench/base/memory.h"
#include "bench/base/names.h"
#include "bench/report/model/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { QUESTION_WORDS = 12, SENTENCE_WORDS = 25, PARAGRAPH_WORDS = 60, PARAGRAPHS = 3 };

static struct experiment *experiments, *claims, *situations;
static size_t experiment_count, claim_count, situation_count;

static int read_all(void **unused)
{
    (void)unused;
    experiment_count = experiments_read("bench/questions/experiments", &experiments);
    claim_count = confs_read(CLAIM, "bench/questions/claims", &claims);
    situation_count = confs_read(SITUATION, "bench/questions/situations", &situations);
    return 0;
}

static int free_all(void **unused)
{
    (void)unused;
    experiments_free(experiments, experiment_count);
    experiments_free(claims, claim_count);
    experiments_free(situations, situation_count);
    return 0;
}

// ---- length and words -------------------------------------------------------------------------

// The words of a text up to its end or, with is_sentence, to the end of its first sentence, whose
// length is then in `bytes`.
static size_t words_in(const char *text, bool is_sentence, size_t *bytes)
{
    size_t words = 0;
    const char *at = text;
    while (*at) {
        size_t length = strcspn(at, " ");
        words += length > 0;
        at += length + strspn(at + length, " ");
        if (is_sentence && length > 0 && strchr(".?!", at[-1] == ' ' ? at[-2] : at[-1]) && *at)
            break;
    }
    *bytes = (size_t)(at - text);
    return words;
}

// No sentence of the text is too long.
static void is_short(const char *where, const char *text)
{
    size_t bytes;
    for (; *text; text += bytes) {
        size_t words = words_in(text, true, &bytes);
        if (words > SENTENCE_WORDS)
            fail_msg("%s: a sentence of %zu words: %.*s", where, words, (int)bytes, text);
    }
}

static void is_at_most(size_t most, const char *where, const char *text)
{
    size_t bytes, words = words_in(text, false, &bytes);
    if (words > most)
        fail_msg("%s: %zu words: %s", where, words, text);
}

// What the words of the page avoid, beyond what tests/words.sh rejects in every file.
static void is_plain(const char *where, const char *text)
{
    static const char *const banned[] = {"asked",   "behind", "is none", "nobody",
                                         "so many", "who",    "whom"};
    for (size_t i = 0; i < sizeof banned / sizeof *banned; i++) {
        size_t length = strlen(banned[i]);
        for (const char *at = text; (at = strcasestr(at, banned[i])); at += length)
            if ((at == text || !isalpha((unsigned char)at[-1])) &&
                !isalpha((unsigned char)at[length]))
                fail_msg("%s: '%s' in: %s", where, banned[i], text);
    }
}

static void is_sentence(const char *where, const char *text)
{
    char end = text[strlen(text) - 1];
    is_short(where, text);
    is_plain(where, text);
    if (end != '.' && end != '?')
        fail_msg("%s: no end of a sentence: %s", where, text);
}

// Every line of a file with this key.
static size_t each(const struct experiment *e, const char *key,
                   void (*check)(const char *where, const char *text))
{
    size_t count = 0;
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], key) == 0) {
            count++;
            if (check)
                check(e->path, e->values[i]);
        }
    return count;
}

static size_t lines_of(const struct experiment *e, const char *key)
{
    return each(e, key, NULL);
}

static void is_question(const char *where, const char *text)
{
    is_sentence(where, text);
    is_at_most(QUESTION_WORDS, where, text);
    if (text[strlen(text) - 1] != '?')
        fail_msg("%s: not a question: %s", where, text);
}

static void is_answer(const char *where, const char *text)
{
    is_sentence(where, text);
    is_at_most(SENTENCE_WORDS, where, text);
}

static void is_paragraph(const char *where, const char *text)
{
    is_sentence(where, text);
    is_at_most(PARAGRAPH_WORDS, where, text);
}

static void is_phrase(const char *where, const char *text)
{
    is_at_most(SENTENCE_WORDS, where, text);
    is_plain(where, text);
}

static void every_question_has_its_words(void **unused)
{
    (void)unused;
    for (const struct experiment *e = experiments; e < experiments + experiment_count; e++) {
        experiment_need(e, "part");
        experiment_need(e, "title");
        assert_int_equal(each(e, "question", is_question), 1);
        if (each(e, "say", is_answer) == 0)
            fail_msg("%s: no answer", e->path);
        size_t why = each(e, "why", is_paragraph), limits = each(e, "limits", is_paragraph);
        if (why < 1 || why > PARAGRAPHS || limits < 1 || limits > PARAGRAPHS)
            fail_msg("%s: %zu paragraphs on why, %zu on limits", e->path, why, limits);
    }
}

// ---- what answers name ------------------------------------------------------------------------

// Whether a program of that name is in a folder, where a question has no line with models.
static bool is_program(const struct experiment *e, const char *model)
{
    static const char *const folders[] = {"servers", "servers/peers"};
    const char *programs = experiment_get(e, "programs");
    char path[512];
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s.c", programs ? programs : folders[i], model);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

// The line `KEY NAME ...` of a question.
static bool has_line(const struct experiment *e, const char *key, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], key) == 0 && strncmp(e->values[i], name, length) == 0 &&
            e->values[i][length] == ' ')
            return true;
    return false;
}

static bool has_model(const struct experiment *e, const char *model)
{
    const char *models = experiment_get(e, "models");
    if (models)
        return is_listed(model, models);
    return has_line(e, "variant", model) || has_line(e, "outside", model) || is_program(e, model);
}

static void has_cell(const struct experiment *e, const char *model, const char *x,
                     const char *metric)
{
    const char *vary = experiment_get(e, "vary"), *also = experiment_get(e, "also");
    bool is_derived = strcmp(metric, "derived") == 0;
    if (is_derived ? !has_line(e, "derive", model) : !has_model(e, model))
        fail_msg("%s: no %s", e->path, model);
    if (vary && (!is_derived || strcmp(x, "-") != 0) ? !is_listed(x, vary + strcspn(vary, " "))
                                                     : strcmp(x, "-") != 0)
        fail_msg("%s: %s has no %s", e->path, model, x);
    if (*metric && !is_derived && strcmp(metric, experiment_need(e, "metric")) != 0 &&
        !(also && is_listed(metric, also)))
        fail_msg("%s: no %s", e->path, metric);
}

// A slot without its braces: "fork@512", "=fork@512:METRIC", "d:NAME@X".
static void slot_names_a_cell(const struct experiment *e, const char *slot)
{
    char text[128], *model = text, *metric = NULL, *x;
    snprintf(text, sizeof text, "%s", slot);
    if (strncmp(text, "d:", 2) == 0) {
        model += 2;
        metric = "derived";
    } else {
        model += *text == '=' || *text == '#';
        if ((metric = strchr(model, ':')))
            *metric++ = '\0';
    }
    if ((x = strchr(model, '@')))
        *x++ = '\0';
    has_cell(e, model, x ? x : "-", metric ? metric : "");
}

static void slots_name_cells(const struct experiment *e, const char *say)
{
    char slot[128];
    for (const char *at = say; (at = strpbrk(at, "{}")); at++) {
        if (sscanf(at, "{%127[^{} ]}", slot) != 1 || at[1 + strlen(slot)] != '}')
            fail_msg("%s: not a slot: %s", e->path, at);
        slot_names_a_cell(e, slot);
        at += 1 + strlen(slot);
    }
}

static void operand_is_cell(const struct experiment *e, const struct operand *o)
{
    if (strcmp(o->experiment, e->stem) != 0)
        fail_msg("%s: a condition on %s", e->path, o->experiment);
    has_cell(e, o->model, o->x, o->metric);
}

static void answers_name_what_there_is(void **unused)
{
    (void)unused;
    for (const struct experiment *e = experiments; e < experiments + experiment_count; e++)
        for (size_t i = 0; i < e->lines; i++) {
            struct condition c;
            if (strcmp(e->keys[i], "say") == 0)
                slots_name_cells(e, e->values[i]);
            if (strcmp(e->keys[i], "say_if") != 0)
                continue;
            condition_parse(&c, e->values[i], e->path);
            operand_is_cell(e, &c.of);
            if (*c.to.model)
                operand_is_cell(e, &c.to);
            if (i + 1 == e->lines || strncmp(e->keys[i + 1], "say", 3) != 0)
                fail_msg("%s: a condition of no answer: %s", e->path, e->values[i]);
        }
}

// A later answer after one without condition and numbers would never be shown.
static void every_answer_can_be_shown(void **unused)
{
    (void)unused;
    for (const struct experiment *e = experiments; e < experiments + experiment_count; e++) {
        bool is_last = false;
        for (size_t i = 0; i < e->lines; i++) {
            if (strcmp(e->keys[i], "say") != 0)
                continue;
            if (is_last)
                fail_msg("%s: never shown: %s", e->path, e->values[i]);
            is_last = strcmp(e->keys[i - 1], "say_if") != 0 && !strchr(e->values[i], '{');
        }
    }
}

// ---- claims and situations --------------------------------------------------------------------

// Whether a condition is on a count, which needs an "of how many".
static bool is_count(const struct condition *c)
{
    const struct experiment *e = experiment_find(experiments, experiment_count, c->of.experiment);
    if (!e || *c->to.model || strcmp(c->of.metric, "derived") == 0)
        return false;
    const struct metric *metric =
        experiment_metric(e, *c->of.metric ? c->of.metric : experiment_need(e, "metric"));
    return !*metric->unit;
}

static void every_claim_has_its_words(void **unused)
{
    (void)unused;
    for (const struct experiment *e = claims; e < claims + claim_count; e++) {
        bool has_count = false;
        experiment_need(e, "theme");
        assert_int_equal(each(e, "claim", is_answer), 1);
        assert_int_equal(each(e, "refuted_by", is_phrase), 1);
        if (each(e, "compares", is_phrase) != lines_of(e, "holds_if"))
            fail_msg("%s: not as many comparisons as conditions", e->path);
        for (size_t i = 0; i < e->lines; i++) {
            struct condition c;
            if (strcmp(e->keys[i], "holds_if") != 0)
                continue;
            condition_parse(&c, e->values[i], e->path);
            has_count |= is_count(&c);
        }
        if (has_count != (experiment_get(e, "of") != NULL))
            fail_msg("%s: a count has an 'of', and nothing else", e->path);
    }
}

static void every_situation_has_its_words(void **unused)
{
    (void)unused;
    for (const struct experiment *e = situations; e < situations + situation_count; e++) {
        assert_int_equal(each(e, "sentence", is_sentence), 1);
        assert_int_equal(each(e, "heading", is_phrase), 1);
        assert_int_equal(each(e, "detail", is_phrase), 1);
        is_at_most(4, e->path, experiment_need(e, "heading"));
        is_at_most(5, e->path, experiment_need(e, "detail"));
        bool is_counted = strcmp(experiment_need(e, "show"), "count") == 0;
        if (is_counted != (experiment_get(e, "of") != NULL))
            fail_msg("%s: a count has an 'of', and nothing else", e->path);
    }
}

// ---- states and reasons -----------------------------------------------------------------------

static void every_reason_has_its_sentence(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < reason_count; i++) {
        assert_string_not_equal(words_of_reason(reasons[i].code), reasons[i].code);
        is_answer(reasons[i].code, words_of_reason(reasons[i].code));
    }
    assert_string_equal(words_of_reason("no such code"), "no such code");
}

static const struct number number = {.experiment = "churn",
                                     .metric = "server_cpu_us_per_connection",
                                     .model = "fork",
                                     .baseline = "epoll",
                                     .x = "-",
                                     .note = "-",
                                     .value = 96,
                                     .low = 90,
                                     .high = 100,
                                     .ratio = 5.6,
                                     .ratio_low = 5.4,
                                     .ratio_high = 5.8,
                                     .blocks_needed = NAN,
                                     .minutes = NAN,
                                     .blocks = 5};

static void says(enum state state, const struct number *n, const char *words)
{
    char text[SENTENCE_BYTES];
    words_of_state(state, n, text);
    is_sentence(state_names[state], text);
    if (!strstr(text, words))
        fail_msg("%s: '%s' is not in: %s", state_names[state], words, text);
}

static void every_state_has_its_sentence(void **unused)
{
    (void)unused;
    struct number n = number;
    for (enum state state = DECIDED; state <= MISSING; state++) {
        says(state, &number, "");
        says(state, NULL, "");
    }
    says(DECIDED, &n, "fork has 5.6× (5.4–5.8) the server CPU of epoll.");
    says(ALIKE, &n, "About the same: fork has 5.6×");
    says(OPEN, &n, "Undecided: fork has 5.6×");
    n.blocks_needed = 88;
    n.minutes = 3;
    says(OPEN, &n, " Deciding it takes about 88 blocks, 3 minutes.");
    says(FEW, &n, "Undecided: 5 blocks, 6 are needed for an interval.");
    says(MISSING, NULL, "Not measured in this run.");
    n.note = "client-bound;steal";
    says(DOUBTED, &n, "The client was the limit; the server could have done more.");
    n.note = "no valid trial: errors";
    says(DOUBTED, &n, "Suspect: no conclusion can rest on these numbers.");
    n.model = n.baseline;
    says(DECIDED, &n, "the server CPU of epoll is ");
    n.low = n.high = NAN;
    says(DECIDED, &n, "Undecided in this run.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_question_has_its_words),
        cmocka_unit_test(answers_name_what_there_is),
        cmocka_unit_test(every_answer_can_be_shown),
        cmocka_unit_test(every_claim_has_its_words),
        cmocka_unit_test(every_situation_has_its_words),
        cmocka_unit_test(every_reason_has_its_sentence),
        cmocka_unit_test(every_state_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, read_all, free_all);
}
