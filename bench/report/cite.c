// cite RUN_FOLDER [EXPERIMENT.MODEL[@X]]: prints one result of a run as a sentence to cite, with
// BibTeX; without a name, a list of all results.
//
// It reads RUN_FOLDER/report.json. A result that is suspect or invalid, or has too few blocks for
// an interval, is refused with the reason and status 1.
#include "bench/base/usage.h"
#include "bench/report/model/report_file.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        errx(1, "report.json is damaged: no text '%s' (make report)", key);
    return text;
}

static json_t *rows_of(const json_t *question)
{
    return json_object_get(json_object_get(question, "table"), "rows");
}

static bool is_refused(const json_t *cite)
{
    return json_is_string(json_object_get(cite, "refused"));
}

// ---- a list -------------------------------------------------------------------------------------

// The headline value and, if the second column is its ratio, that.
static void list_row(const json_t *row, size_t count)
{
    const json_t *cite = json_object_get(row, "cite"), *cells = json_object_get(row, "cells");
    printf("%-44s ", text_of(cite, "id"));
    if (is_refused(cite))
        printf("- %s", text_of(cite, "refused"));
    for (size_t i = 0; i < count && !is_refused(cite); i++) {
        const json_t *cell = json_array_get(cells, i);
        const char *interval = text_of(cell, "interval");
        printf("%s%s", i ? "; " : "", text_of(cell, "text"));
        if (*interval)
            printf(" (%s)", interval);
    }
    putchar('\n');
}

static void list_question(const json_t *question)
{
    const json_t *rows = rows_of(question),
                 *columns = json_object_get(json_object_get(question, "table"), "columns");
    bool has_ratio = strcmp(text_of(json_array_get(columns, 1), "id"), "ratio") == 0;
    for (size_t i = 0; i < json_array_size(rows); i++)
        list_row(json_array_get(rows, i), has_ratio ? 2 : 1);
}

// ---- one result ---------------------------------------------------------------------------------

static void cite(const json_t *report, const json_t *question, const json_t *result)
{
    const json_t *citation = json_object_get(report, "citation");
    if (is_refused(result))
        errx(1, "%s: %s", text_of(result, "id"), text_of(result, "refused"));
    printf("In one run on one machine (%s), %s (95 %% bootstrap intervals, %lld blocks; %s). Other "
           "machines will differ: %s.\n\n%s\n",
           text_of(json_object_get(report, "machine"), "short"), text_of(result, "text"),
           (long long)json_integer_value(json_object_get(result, "blocks")),
           text_of(question, "conditions"), text_of(citation, "source"),
           text_of(citation, "bibtex"));
}

// The other x of the model, after ": which of ".
static void refuse_unknown(const json_t *question, const char *id)
{
    const json_t *rows = rows_of(question);
    size_t length = strlen(id);
    char others[4096] = "";
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *result = json_object_get(json_array_get(rows, i), "cite");
        const char *other = text_of(result, "id");
        size_t used = strlen(others);
        if (strncmp(other, id, length) == 0 && other[length] == '@')
            snprintf(others + used, sizeof others - used, "%s%s", used ? ", " : ": which of ",
                     other);
    }
    errx(1, "%s%s%s", id, *others ? others : " is not in this run", *others ? "?" : "");
}

static void cite_one(const json_t *report, const json_t *question, const char *id)
{
    const json_t *rows = rows_of(question);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *result = json_object_get(json_array_get(rows, i), "cite");
        if (strcmp(text_of(result, "id"), id) == 0) {
            cite(report, question, result);
            return;
        }
    }
    refuse_unknown(question, id);
}

// ---- the whole ----------------------------------------------------------------------------------

static bool is_named(const json_t *question, const char *id)
{
    const char *name = text_of(question, "id");
    return strncmp(id, name, strlen(name)) == 0 && strchr(".", id[strlen(name)]);
}

// The question that an ID begins with, or NULL; without an ID, lists all of them.
static const json_t *go_through(const json_t *report, const char *id)
{
    const json_t *groups = json_object_get(json_object_get(report, "questions"), "groups");
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *questions = json_object_get(json_array_get(groups, i), "questions");
        for (size_t k = 0; k < json_array_size(questions); k++) {
            const json_t *question = json_array_get(questions, k);
            if (!id)
                list_question(question);
            else if (is_named(question, id))
                return question;
        }
    }
    return NULL;
}

static void print(const json_t *report, const char *id)
{
    const char *name = text_of(json_object_get(report, "run"), "name");
    if (id && !strchr(id, '.'))
        errx(2, "the ID needs a model: %s.MODEL (make cite RUN=%s lists them)", id, name);
    const json_t *question = go_through(report, id);
    if (id && !question)
        errx(1, "this run has no question '%.*s' (make cite RUN=%s lists the results)",
             (int)strcspn(id, "."), id, name);
    if (id)
        cite_one(report, question, id);
}

int main(int argc, char **argv)
{
    usage_check(argc, argv, 1, 2, "cite RUN_FOLDER [EXPERIMENT.MODEL[@X]]",
                "Prints how to cite a run, or one of its numbers.");
    json_t *report = report_file_read(argv[1]);
    print(report, argv[2]);
    json_decref(report);
    if (fflush(stdout) != 0)
        err(1, "cite");
    return 0;
}
