// machines.tsv of a pool: what later reports compare themselves with (model/known.h).
#include "bench/base/output.h"
#include "bench/report/model/known.h"
#include "bench/report/pool/across.h"
#include "bench/report/pool/files.h"

#include <math.h>

static void write_row(const struct pool *p, const struct pair *pair, size_t machine,
                      const struct ratio *r, FILE *file)
{
    size_t run = first_run_of(p, machine);
    struct identity id = identity_of(p->sides[run].environment);
    fprintf(file, "%s\t%s\t%s\t%s\t%08x\t%s\t%s",
            known_text(json_object_get(p->reports[run], "machine"), "short"), id.text,
            id.machine_id, pair->experiment,
            question_meaning(p->sides[run].folder, pair->experiment), pair->model, pair->x);
    output_number(file, r->value);
    output_number(file, r->low);
    output_number(file, r->high);
    fputc('\n', file);
}

void write_machines(const struct pool *p, const char *folder)
{
    struct output o = output_begin(folder, "machines.tsv");
    fputs("machine\tidentity\tmachine_id\texperiment\tmeaning\tmodel\tx\tratio\tlow\thigh\n",
          o.file);
    for (size_t i = 0; i < p->pairs_count; i++) {
        const struct pair *pair = &p->pairs[i];
        if (!pair->is_headline)
            continue;
        struct across a = across_machines(p, pair->of);
        for (size_t machine = 0; machine < p->machines; machine++)
            if (a.of[machine].exists && a.of[machine].is_sound)
                write_row(p, pair, machine, &a.of[machine], o.file);
        across_free(&a);
    }
    output_complete(&o);
}
