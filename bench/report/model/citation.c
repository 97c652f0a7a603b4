#include "bench/report/model/citation.h"
#include "bench/report/model/load_words.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/section.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// ---- the run ------------------------------------------------------------------------------------

// "Intel Xeon, 2 CPUs, KVM, Linux 6.18.44". The caller frees it.
static char *machine_of(const struct facts *f)
{
    json_t *machine = machine_section(f);
    const char *name = json_string_value(json_object_get(machine, "short"));
    struct prose p;
    prose_begin(&p);
    fputs(name ? name : "machine not recorded", p.to);
    json_decref(machine);
    return prose_end(&p);
}

static bool is_dirty(const struct facts *f)
{
    return json_is_true(json_object_get(f->environment, "dirty"));
}

// "forklore, run reference of commit 32ba57c, 2026-11-26".
static void say_source(const struct facts *f, FILE *to)
{
    const char *commit = facts_environment(f, "commit"), *date = facts_environment(f, "date");
    fprintf(to, "forklore, run %s", f->name);
    if (commit)
        fprintf(to, " of commit %.7s", commit);
    if (is_dirty(f))
        fputs(" with uncommitted changes", to);
    if (date)
        fprintf(to, ", %.10s", date);
}

// ---- BibTeX -------------------------------------------------------------------------------------

// A name as part of a key.
static void say_key(const char *name, FILE *to)
{
    for (; *name; name++)
        fputc(isalnum((unsigned char)*name) ? *name : '_', to);
}

// Text without TeX's meanings. Braces and backslashes could end the entry.
static void say_tex(const char *text, FILE *to)
{
    for (; *text; text++) {
        if (strchr("_%&#$", *text))
            fputc('\\', to);
        if (!strchr("{}\\~^", *text))
            fputc(*text, to);
    }
}

// title: of a question; NULL: the entry is that of the run. stem: of the same question.
static json_t *bibtex(const struct facts *f, const char *stem, const char *title)
{
    const char *commit = facts_environment(f, "commit"), *date = facts_environment(f, "date");
    char *machine = machine_of(f);
    struct prose p;
    prose_begin(&p);
    fputs("@misc{forklore_", p.to);
    say_key(f->name, p.to);
    fputs(title ? "_" : "", p.to);
    say_key(title ? stem : "", p.to);
    fputs(",\n  author = {{The forklore contributors}},\n"
          "  title  = {forklore: server concurrency models, measured. Run ",
          p.to);
    say_tex(f->name, p.to);
    fputs(title ? ": " : "", p.to);
    say_tex(title ? title : "", p.to);
    fprintf(p.to, "},\n  year   = {%.4s},\n  note   = {", date ? date : "");
    say_tex(machine, p.to);
    fprintf(p.to, "; %.10s", date ? date : "no date");
    if (commit)
        fprintf(p.to, ", commit %.12s", commit);
    fprintf(p.to, "%s}\n}", is_dirty(f) ? " with uncommitted changes" : "");
    free(machine);
    return prose_json(&p);
}

json_t *citation_section(const struct facts *f)
{
    char *machine = machine_of(f);
    struct prose sentence, source;
    prose_begin(&source);
    say_source(f, source.to);
    prose_begin(&sentence);
    fprintf(sentence.to, "Measured in one run on one machine (%s); other machines will differ. ",
            machine);
    say_source(f, sentence.to);
    fputs(".", sentence.to);
    free(machine);
    return made(json_pack("{s:o, s:o, s:o}", "sentence", prose_json(&sentence), "bibtex",
                          bibtex(f, NULL, NULL), "source", prose_json(&source)));
}

// ---- a question ---------------------------------------------------------------------------------

// "Medians of 9 to 38 blocks".
static void say_blocks(const struct question *q, FILE *to)
{
    size_t least = SIZE_MAX, most = 0;
    for (size_t i = 0; i < q->count; i++) {
        size_t blocks = q->cells[i]->blocks;
        if (blocks && blocks < least)
            least = blocks;
        if (blocks > most)
            most = blocks;
    }
    if (!most)
        fputs("No valid trial", to);
    else if (least == most)
        fprintf(to, "Medians of %zu blocks with 95 %% bootstrap intervals", most);
    else
        fprintf(to, "Medians of %zu to %zu blocks with 95 %% bootstrap intervals", least, most);
}

static json_t *caption(const struct question *q, const char *machine)
{
    const char *baseline = experiment_need(q->e, "baseline");
    struct prose p, load;
    prose_begin(&load);
    load_words(q, load.to);
    char *conditions = prose_end(&load);
    *conditions = (char)toupper((unsigned char)*conditions);
    prose_begin(&p);
    fprintf(p.to, "%s: %s %s. ", question_words(q, "title"), question_words(q, "question"),
            conditions);
    say_blocks(q, p.to);
    fprintf(p.to, "; ratios to %s, paired within blocks. %s; ",
            strcmp(baseline, "own") == 0 ? "the plain program" : baseline, machine);
    say_source(q->f, p.to);
    fputs(".", p.to);
    free(conditions);
    return prose_json(&p);
}

static json_t *sentence(const struct question *q, const char *answer, const char *machine)
{
    struct prose p;
    prose_begin(&p);
    fprintf(p.to, "“%s” One run on one machine (%s); ", answer, machine);
    load_words(q, p.to);
    fputs("; 95 % bootstrap intervals. Other machines will differ: ", p.to);
    say_source(q->f, p.to);
    fputs(".", p.to);
    return prose_json(&p);
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) < 0)
        made(NULL);
}

void citation_add(json_t *object, const struct question *q, const char *answer)
{
    char *machine = machine_of(q->f);
    struct prose conditions;
    prose_begin(&conditions);
    load_words(q, conditions.to);
    set(object, "conditions", prose_json(&conditions));
    set(object, "caption", caption(q, machine));
    set(object, "citation", sentence(q, answer, machine));
    set(object, "bibtex", bibtex(q->f, q->e->stem, question_words(q, "title")));
    free(machine);
}
