// pool: runs of several machines as one result. What holds on every machine, what depends on it,
// and what to expect on the next.
//
//     pool [--accept] OUTPUT_FOLDER LEFT_OUT_FILE RUN_FOLDER...
//
// Writes OUTPUT_FOLDER/pool.json (bench/report/pool.schema.json), which render.py makes the page
// of, the numbers of the forest plots beside it (plots/*.tsv, plots/*.words), and machines.tsv, the
// headline ratios of each machine, which reports read (bench/report/model/known.c). LEFT_OUT_FILE
// has runs that are left out already: a line "run<tab>reason" each. --accept takes runs that are
// dirty or failed a self-test, too.
//
// The statistics are those of bench/analyse/pooling.h.
#include "bench/base/output.h"
#include "bench/base/usage.h"
#include "bench/report/model/made.h"
#include "bench/report/pool/files.h"
#include "bench/report/pool/sections.h"

#include <err.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "forklore-pool/1"

// In the order of the file.
static const struct {
    const char *name;
    json_t *(*make)(const struct pool *p);
} sections[] = {
    {"machines", machines_of_pool}, {"headlines", headlines_of_pool}, {"claims", claims_of_pool},
    {"grid", grid_of_pool},         {"causes", causes_of_pool},
};

static void read_left_out(const char *path, json_t *left_out)
{
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        err(1, "%s", path);
    while (getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (!tab)
            errx(1, "%s: a line without a tab: %s", path, line);
        add(left_out, json_pack("{ss# ss}", "run", line, (int)(tab - line), "reason", tab + 1));
    }
    free(line);
    fclose(file);
}

static json_t *pool_json(const struct pool *p, json_t *left_out)
{
    json_array_extend(left_out, p->left_out);
    json_t *object =
        made(json_pack("{ss sI sI so sO}", "schema", SCHEMA, "runs", (json_int_t)p->runs,
                       "pooled_from", (json_int_t)POOLING_MIN_MACHINES, "left_out", left_out,
                       "questions_left_out", p->questions));
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (json_object_set_new(object, sections[i].name, made(sections[i].make(p))) < 0)
            errx(1, "pool.json: out of memory");
    return object;
}

static void write_json(const json_t *object, const char *folder)
{
    struct output o = output_begin(folder, "pool.json");
    json_dumpf(object, o.file, JSON_COMPACT | JSON_REAL_PRECISION(6));
    fputc('\n', o.file);
    output_complete(&o); // a failed write shows here
}

int main(int argc, char **argv)
{
    static struct pool p; // reachable until the end, so nothing has to be freed
    static json_t *object;
    bool accepts_all = argc > 1 && strcmp(argv[1], "--accept") == 0;
    char **arguments = argv + 1 + accepts_all;
    int count = argc - 1 - accepts_all;
    usage_check(count + 1, arguments - 1, 3, INT_MAX,
                "pool [--accept] OUTPUT_FOLDER LEFT_OUT_FILE RUN_FOLDER...",
                "Says what is true on all machines, from a run of each.");
    json_t *left_out = made(json_array());
    read_left_out(arguments[1], left_out);
    pool_read(&p, arguments + 2, (size_t)count - 2, accepts_all);
    object = pool_json(&p, left_out);
    write_json(object, arguments[0]);
    write_forests(object, arguments[0]);
    write_machines(&p, arguments[0]);
    return 0;
}
