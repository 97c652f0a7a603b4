// What the machines differ in: a row for each, in the order of the first headline ratio, so that
// what explains the ratio rises or falls with it.
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/pool/sections.h"

#include <math.h>
#include <string.h>

const char *const cost_keys[COSTS_KNOWN] = {"fork_us", "page_fault_us", "system_call_us"};
const char *const cost_names[COSTS_KNOWN] = {"fork", "page fault", "system call"};

static const json_t *environment_of(const struct pool *p, size_t machine)
{
    return p->sides[first_run_of(p, machine)].environment;
}

double cost_on(const struct pool *p, size_t machine, size_t cost)
{
    const json_t *costs = json_object_get(environment_of(p, machine), "costs"),
                 *us = json_object_get(costs, cost_keys[cost]);
    return json_is_number(us) && json_number_value(us) > 0 ? json_number_value(us) : NAN;
}

// "2", or "not known".
static json_t *whole(const json_t *environment, const char *name)
{
    const json_t *value = json_object_get(environment, name);
    return made(json_is_integer(value)
                    ? json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value))
                    : json_string("not known"));
}

// The vulnerabilities that the kernel mitigates, and how it was told to.
static json_t *mitigations(const json_t *environment)
{
    const char *name, *parameters = known_text(environment, "kernel_parameters");
    json_t *value, *all = json_object_get(environment, "mitigations");
    struct prose p;
    bool is_first = true;
    prose_begin(&p);
    json_object_foreach(all, name, value)
    {
        const char *text = json_string_value(value);
        if (!text || strncmp(text, "Mitigation", strlen("Mitigation")) != 0)
            continue;
        fprintf(p.to, "%s%s", is_first ? "" : ", ", name);
        is_first = false;
    }
    fputs(!all ? "not known" : is_first ? "none" : "", p.to);
    if (strstr(parameters, "mitigations"))
        fprintf(p.to, " (%s)", parameters);
    return prose_json(&p);
}

static json_t *costs_of(const struct pool *p, size_t machine)
{
    json_t *list = made(json_array());
    for (size_t cost = 0; cost < COSTS_KNOWN; cost++) {
        char text[FORMAT_BYTES];
        double us = cost_on(p, machine, cost);
        format_value(us, "µs", text);
        add(list, json_pack("{ss so ss}", "name", cost_names[cost], "value", real_or_null(us),
                            "text", isnan(us) ? "not known" : text));
    }
    return list;
}

static json_t *runs_of(const struct pool *p, size_t machine)
{
    json_t *list = made(json_array());
    for (size_t run = 0; run < p->runs; run++)
        if (p->machine[run] == machine)
            add(list, json_pack("{ss ss ss}", "name", p->sides[run].name, "date",
                                known_text(p->sides[run].environment, "date"), "commit",
                                known_text(p->sides[run].environment, "commit")));
    return list;
}

static json_t *machine_of_pool(const struct pool *p, size_t machine, const struct across *first)
{
    size_t run = first_run_of(p, machine);
    const json_t *environment = p->sides[run].environment,
                 *own = json_object_get(p->reports[run], "machine");
    char ratio[FORMAT_BYTES] = "—";
    if (first && first->of[machine].exists)
        format_ratio(first->of[machine].value, ratio);
    return json_pack("{ss ss so ss so so ss ss so ss ss}", "letter", machine_letter(machine),
                     "short", known_text(own, "short"), "runs", runs_of(p, machine), "ratio", ratio,
                     "costs", costs_of(p, machine), "cpus", whole(environment, "cpus_online"),
                     "kernel", known_text(environment, "kernel_release"), "virtualization",
                     known_text(environment, "virtualization"), "mitigations",
                     mitigations(environment), "governor", known_text(environment, "governor"),
                     "compiler", known_text(environment, "compiler"));
}

json_t *machines_of_pool(const struct pool *p)
{
    const struct pair *headline = first_headline(p);
    struct across first = {0};
    json_t *list = made(json_array());
    if (headline)
        first = across_machines(p, headline->of);
    for (size_t machine = 0; machine < p->machines; machine++)
        add(list, machine_of_pool(p, machine, headline ? &first : NULL));
    across_free(&first);
    return list;
}
