// plot_tables RUN_FOLDER FOLDER: writes what gnuplot draws into FOLDER, from the figures of
// RUN_FOLDER/report.json (model/figure.c): STEM.tsv has the numbers, a row for each, STEM.words the
// texts and axes as gnuplot variables, and STEM.distribution.tsv the latencies of an open loop.
//
// A figure decides what is shown; here it gets pixels: axes, and names beside the ends of lines
// that do not cover each other.
#include "bench/base/output.h"
#include "bench/base/table.h"
#include "bench/base/usage.h"
#include "bench/report/plot/tails.h"
#include "bench/report/plot/words.h"

#include <err.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void write_rows(const struct picture *p, const char *folder)
{
    static const char *const texts[] = {"metric", "model", "family",   "x",      "name",
                                        "label",  "hue",   "validity", "verdict"},
                             *const numbers[] = {"value", "low",       "high",       "ratio",
                                                 "row",   "ratio_low", "ratio_high", "line"};
    char name[128];
    snprintf(name, sizeof name, "%s.tsv", p->stem);
    struct output o = output_begin(folder, name);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        fprintf(o.file, i > 0 ? "\t%s" : "%s", texts[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        fprintf(o.file, "\t%s", numbers[i]);
    fputs("\tpool\thollow\n", o.file);
    for (const struct row *r = p->rows; r < p->rows + p->count; r++) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            fprintf(o.file, i > 0 ? "\t%s" : "%s", text_of(r->json, texts[i]));
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            output_number(o.file, number_of(r->json, numbers[i]));
        fprintf(o.file, "\t%d\t%d\n", form_of(r->json),
                json_is_true(json_object_get(r->json, "hollow")));
    }
    output_complete(&o);
}

static void write_picture(const json_t *question, const struct table *distribution,
                          const char *folder)
{
    struct picture p;
    if (!picture_read(&p, question))
        return;
    words_write(&p, distribution, folder);
    write_rows(&p, folder);
    if (distribution)
        tails_write(&p, distribution, folder);
    free(p.rows);
}

static json_t *read_report(const char *run)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/report.json", run);
    json_error_t error;
    json_t *report = json_load_file(path, 0, &error);
    if (!report)
        errx(1, "%s:%d: %s", path, error.line, error.text);
    return report;
}

int main(int argc, char **argv)
{
    usage_check(argc, argv, 2, 2, "plot_tables RUN_FOLDER FOLDER",
                "Writes what gnuplot draws of a run.");
    const char *run = argv[1], *folder = argv[2];
    json_t *report = read_report(run);
    char path[4096];
    struct table distribution = {0};
    snprintf(path, sizeof path, "%s/distribution.tsv", run);
    bool has_distribution = table_exists(path);
    if (has_distribution)
        table_read(&distribution, path);
    size_t i, k;
    json_t *group, *question,
        *groups = json_object_get(json_object_get(report, "questions"), "groups");
    json_array_foreach(groups, i, group)
    {
        json_array_foreach(json_object_get(group, "questions"), k, question)
        {
            write_picture(question, has_distribution ? &distribution : NULL, folder);
        }
    }
    if (has_distribution)
        table_free(&distribution);
    json_decref(report);
}
