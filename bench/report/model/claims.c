// "Folklore, judged": the claims of textbooks and papers with their verdicts, by theme. Those that
// fail come first; those that are undecided have a list of their own, which says what would decide
// them.
#include "bench/report/model/condition.h"
#include "bench/report/model/made.h"
#include "bench/report/model/section.h"

#include "bench/base/memory.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const signs[VERDICTS] = {
    [HOLDS] = "✓", [UNDECIDED] = "?", [NOT_MEASURED] = "–", [SAME] = "≈", [DOES_NOT_HOLD] = "✗"};

static const char no_theme[] = "Other claims";

struct claim {
    const struct experiment *file;
    const char *id, *theme;
    size_t first, count; // rows of verdicts.tsv
    size_t decides;      // the row that stands for the claim
    enum verdict verdict;
    size_t place; // of the question that decides it, on the page
    bool is_added;
};

// ---- claims -------------------------------------------------------------------------------------

static const struct experiment *file_of(const struct facts *f, const char *id)
{
    for (size_t i = 0; i < f->claims.count; i++)
        if (strcmp(f->claims.all[i]->stem, id) == 0)
            return f->claims.all[i];
    errx(1, "%s: there is no claim '%s' (make report RUN=%s)", f->verdicts.path, id, f->name);
}

static size_t place_of(const struct facts *f, const char *question)
{
    size_t i = 0;
    while (i < f->count && strcmp(f->experiments[i].stem, question) != 0)
        i++;
    return i;
}

static void read_claim(const struct facts *f, size_t row, struct claim *c)
{
    *c = (struct claim){.id = verdicts_text(f, row, "claim"),
                        .first = row,
                        .decides = row,
                        .verdict = verdict_at(f, row, "verdict"),
                        .is_added = strcmp(verdicts_text(f, row, "after_run"), "added") == 0};
    c->file = file_of(f, c->id);
    c->theme = experiment_get(c->file, "theme");
    if (!c->theme)
        c->theme = no_theme;
    while (row < f->verdicts.rows && strcmp(verdicts_text(f, row, "claim"), c->id) == 0)
        row++;
    c->count = row - c->first;
    while (c->decides + 1 < row && verdict_at(f, c->decides, "condition_verdict") != c->verdict)
        c->decides++;
    c->place = place_of(f, verdicts_text(f, c->decides, "plot"));
}

// "≈ same within 4 %"
static void print_verdict(const struct facts *f, const struct claim *c, char to[FORMAT_BYTES])
{
    if (c->verdict == SAME)
        snprintf(to, FORMAT_BYTES, "%s same within %.0f\u00a0%%", signs[SAME],
                 same_within(f, c->decides));
    else
        snprintf(to, FORMAT_BYTES, "%s %s", signs[c->verdict], verdict_words[c->verdict]);
}

// For a verdict: when the claim would hold. Without one: what would decide it.
static void print_explanation(const struct facts *f, const struct claim *claim,
                              char to[SENTENCE_BYTES])
{
    struct condition_shown c;
    condition_read(f, claim->decides, &c);
    if (*c.reason_text)
        snprintf(to, SENTENCE_BYTES, "%s", c.reason_text);
    else
        snprintf(to, SENTENCE_BYTES, "Holds %s %s.",
                 c.parsed.comparison == '<'   ? "below"
                 : c.parsed.comparison == '>' ? "above"
                                              : "at",
                 c.bound);
}

static json_t *claim(const struct facts *f, const struct claim *c)
{
    char verdict[FORMAT_BYTES], explanation[SENTENCE_BYTES];
    json_t *conditions = made(json_array());
    print_verdict(f, c, verdict);
    print_explanation(f, c, explanation);
    for (size_t i = 0; i < c->count; i++)
        add(conditions, condition_json(f, c->file, c->first + i, i));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:o}", "id", c->id, "sentence",
                     verdicts_text(f, c->first, "sentence"), "verdict", verdict_names[c->verdict],
                     "verdict_text", verdict, "source", verdicts_text(f, c->first, "source"),
                     "refuted_by", verdicts_text(f, c->first, "refuted_by"), "after_run",
                     verdicts_text(f, c->first, "after_run"), "decides",
                     (json_int_t)(c->decides - c->first), "explanation", explanation, "conditions",
                     conditions);
}

// Those that do not hold first, then by the order of the questions.
static int compare_claims(const void *a, const void *b)
{
    static const int rank[VERDICTS] = {[DOES_NOT_HOLD] = 0, [SAME] = 1, [HOLDS] = 2};
    const struct claim *left = a, *right = b;
    if (rank[left->verdict] != rank[right->verdict])
        return rank[left->verdict] - rank[right->verdict];
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return left->first < right->first ? -1 : 1;
}

static bool has_verdict(const struct claim *c)
{
    return c->verdict != UNDECIDED && c->verdict != NOT_MEASURED;
}

// ---- themes -------------------------------------------------------------------------------------

static json_t *of_theme(const struct facts *f, const struct claim *claims, size_t count,
                        const char *title)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < count; i++)
        if (has_verdict(&claims[i]) && strcmp(claims[i].theme, title) == 0)
            add(list, claim(f, &claims[i]));
    return list;
}

// In the order of the page, which conf_keys.c has; then the claims without a theme.
static json_t *by_theme(const struct facts *f, const struct claim *claims, size_t count)
{
    const char *const *theme = conf_key_named(CLAIM, "theme", "claims")->words;
    json_t *list = made(json_array());
    for (bool is_last = false; !is_last; theme++) {
        is_last = !*theme;
        const char *title = is_last ? no_theme : *theme;
        json_t *of = of_theme(f, claims, count, title);
        if (json_array_size(of))
            add(list, json_pack("{s:s, s:o}", "title", title, "claims", of));
        else
            json_decref(of);
    }
    return list;
}

static json_t *undecided(const struct facts *f, const struct claim *claims, size_t count)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < count; i++)
        if (claims[i].verdict == UNDECIDED)
            add(list, claim(f, &claims[i]));
    return list;
}

// ---- counts -------------------------------------------------------------------------------------

struct tally {
    size_t of[VERDICTS], total, added; // added ones are in no other count, if they were measured
};

static struct tally count_claims(const struct claim *claims, size_t count)
{
    struct tally t = {.total = 0};
    for (size_t i = 0; i < count; i++) {
        bool is_counted = !claims[i].is_added || claims[i].verdict == NOT_MEASURED;
        t.of[claims[i].verdict] += is_counted;
        t.added += !is_counted;
        t.total += is_counted && claims[i].verdict != NOT_MEASURED;
    }
    return t;
}

static json_t *counts(const struct tally *t)
{
    json_t *object = made(json_object());
    for (int v = HOLDS; v < VERDICTS; v++)
        if (json_object_set_new(object, verdict_names[v], json_integer((json_int_t)t->of[v])) < 0)
            errx(1, "report.json: out of memory");
    return object;
}

// "26 hold, 10 do not hold, 2 are undecided."
static void say_counts(const struct tally *t, char *to, size_t room)
{
    static const struct {
        enum verdict verdict;
        const char *one, *more;
    } phrases[] = {{HOLDS, "holds", "hold"},
                   {DOES_NOT_HOLD, "does not hold", "do not hold"},
                   {SAME, "compares things that are the same", "compare things that are the same"},
                   {UNDECIDED, "is undecided", "are undecided"}};
    size_t used = 0;
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases && used < room; i++) {
        size_t count = t->of[phrases[i].verdict];
        if (count)
            used += (size_t)snprintf(to + used, room - used, "%s%zu %s", used ? ", " : "", count,
                                     count == 1 ? phrases[i].one : phrases[i].more);
    }
}

static json_t *summary(const struct tally *t)
{
    char text[SENTENCE_BYTES], counts[SENTENCE_BYTES / 2] = "", added[SENTENCE_BYTES / 4] = "";
    say_counts(t, counts, sizeof counts);
    if (t->added)
        snprintf(added, sizeof added, " Not counted: %zu added after the run.", t->added);
    if (t->total)
        snprintf(text, sizeof text, "Textbooks and papers make %zu %s that this run tested: %s.%s",
                 t->total, t->total == 1 ? "claim" : "claims", counts, added);
    else
        snprintf(text, sizeof text, "This run tested no claim of a textbook.%s", added);
    return made(json_string(text));
}

static size_t with_too_few(const struct facts *f, const struct claim *claims, size_t count)
{
    size_t few = 0;
    struct condition_shown c;
    for (size_t i = 0; i < count; i++) {
        condition_read(f, claims[i].decides, &c);
        few += claims[i].verdict == UNDECIDED && strcmp(c.reason, "few") == 0;
    }
    return few;
}

static json_t *undecided_text(const struct tally *t, size_t few)
{
    char text[SENTENCE_BYTES] = "";
    size_t used = 0;
    if (t->of[UNDECIDED])
        used = (size_t)snprintf(text, sizeof text,
                                "Undecided is a statement about this run, not about the claim. The "
                                "number of blocks is extrapolated from the width of the interval.");
    if (few)
        snprintf(text + used, sizeof text - used,
                 " %zu %s too few blocks for an interval: a longer run decides %s.", few,
                 few == 1 ? "has" : "have", few == 1 ? "it" : "them");
    return text_or_null(text);
}

static json_t *not_measured_text(const struct tally *t)
{
    char text[SENTENCE_BYTES] = "";
    if (t->of[NOT_MEASURED])
        snprintf(text, sizeof text, "%zu more %s on questions that are not in this run: %s.",
                 t->of[NOT_MEASURED], t->of[NOT_MEASURED] == 1 ? "claim rests" : "claims rest",
                 "make bench-all");
    return text_or_null(text);
}

json_t *claims_section(const struct facts *f)
{
    struct claim *claims = NULL;
    size_t count = 0;
    for (size_t row = 0; row < f->verdicts.rows; row += claims[count - 1].count) {
        claims = memory_one_more(claims, count, sizeof *claims);
        read_claim(f, row, &claims[count++]);
    }
    if (count)
        qsort(claims, count, sizeof *claims, compare_claims);
    struct tally t = count_claims(claims, count);
    json_t *section =
        json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "total", (json_int_t)t.total, "counts",
                  counts(&t), "text", summary(&t), "themes", by_theme(f, claims, count),
                  "undecided", undecided(f, claims, count), "undecided_text",
                  undecided_text(&t, with_too_few(f, claims, count)), "not_measured_text",
                  not_measured_text(&t));
    free(claims);
    return made(section);
}
