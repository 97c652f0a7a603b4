// report: everything that a reader of a run is shown, in one file: RUN_FOLDER/report.json, which
// bench/report/report.schema.json describes. All views of the run (page, Markdown, plots,
// citations, comparisons) lay out what is in it.
//
// The same run gives exactly the same file.
#include "bench/base/output.h"
#include "bench/base/usage.h"
#include "bench/report/model/citation.h"
#include "bench/report/model/made.h"
#include "bench/report/model/section.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#define SCHEMA "forklore-report/1"

// In the order of the file.
static const struct {
    const char *name;
    json_t *(*make)(const struct facts *f);
} sections[] = {
    {"run", run_section},
    {"machine", machine_section},
    {"headline", headline_section},
    {"badges", badges_section},
    {"takeaways", takeaways_section},
    {"citation", citation_section},
    {"hero", hero_section},
    {"grid", grid_section},
    {"claims", claims_section},
    {"questions", questions_section},
    {"models", models_section},
    {"selftests", selftests_section},
    {"method", method_section},
    {"validity", validity_section},
    {"metrics", metrics_section},
    {"environment", environment_section},
    {"not_measured", not_measured_section},
};

// A list that is left out if it is empty.
static void add_if_any(json_t *report, const char *name, json_t *list)
{
    if (json_array_size(list) > 0 && json_object_set(report, name, list) < 0)
        errx(1, "report.json: out of memory");
    json_decref(list);
}

int main(int argc, char **argv)
{
    struct facts facts;
    usage_check(argc, argv, 2, 2, "report QUESTIONS_FOLDER RUN_FOLDER",
                "Writes a run's report.json from its tables.");
    facts_read(&facts, argv[1], argv[2]);
    json_t *report = made(json_pack("{ss}", "schema", SCHEMA));
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (json_object_set_new(report, sections[i].name, made(sections[i].make(&facts))) < 0)
            errx(1, "report.json: out of memory");
    add_if_any(report, "yours", yours_section(&facts));
    add_if_any(report, "known", known_section(&facts));
    char *text = json_dumps(report, JSON_COMPACT | JSON_REAL_PRECISION(6));
    if (!text)
        errx(1, "report.json: out of memory");
    struct output output = output_begin(argv[2], "report.json");
    fprintf(output.file, "%s\n", text); // output_complete finds what failed
    output_complete(&output);
    free(text);
    json_decref(report);
    facts_free(&facts);
    return 0;
}
