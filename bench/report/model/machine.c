#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/section.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- its name -----------------------------------------------------------------------------------

// Removes a part of a text wherever it is.
static void leave_out(char *text, const char *part)
{
    for (char *at; (at = strstr(text, part));)
        memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
}

// "Intel(R) Xeon(R) CPU E5-2673 v4 @ 2.30GHz" -> "Intel Xeon E5-2673 v4".
static void say_processor(const char *model, FILE *to)
{
    char name[256];
    snprintf(name, sizeof name, "%s", model);
    name[strcspn(name, "@")] = '\0';
    static const char *const parts[] = {"(R)", "(r)", "(TM)", "(tm)", " Processor", " CPU"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        leave_out(name, parts[i]);
    size_t length = strlen(name);
    while (length > 0 && name[length - 1] == ' ')
        name[--length] = '\0';
    fputs(name, to);
}

// "kvm" -> "KVM".
static void say_upper(const char *text, FILE *to)
{
    for (; *text; text++)
        fputc(toupper((unsigned char)*text), to);
}

// ", 3 client hosts, 10 Gbit/s": the slowest link, if all are known.
static void say_hosts(json_t *hosts, FILE *to)
{
    size_t count = json_object_size(hosts);
    const char *number;
    json_t *host;
    double slowest = INFINITY;
    bool are_here = false;
    if (!count)
        return;
    json_object_foreach(hosts, number, host)
    {
        const json_t *speed = json_object_get(host, "link_mbit_s");
        slowest = fmin(slowest, json_is_number(speed) ? json_number_value(speed) : 0);
        are_here = are_here || json_object_get(host, "is_here");
    }
    fprintf(to, ", %zu\u00a0client host%s", count, count == 1 ? "" : "s");
    if (are_here) // a virtual link has no speed
        fputs(" on the same machine", to);
    else if (slowest >= 1000)
        fprintf(to, ", %g\u00a0Gbit/s", slowest / 1000);
    else if (slowest > 0)
        fprintf(to, ", %g\u00a0Mbit/s", slowest);
}

// "Intel Xeon, 2 CPUs, KVM, Linux 6.18.44"
static json_t *short_name(const struct facts *f)
{
    const char *cpu = facts_environment(f, "cpu_model"),
               *guest = facts_environment(f, "virtualization"),
               *kernel = facts_environment(f, "kernel_release");
    const json_t *count = json_object_get(f->environment, "cpus_online");
    struct prose p;
    prose_begin(&p);
    if (cpu)
        say_processor(cpu, p.to);
    else
        fputs("Processor not recorded", p.to);
    if (json_is_integer(count))
        fprintf(p.to, ", %" JSON_INTEGER_FORMAT "\u00a0CPU%s", json_integer_value(count),
                json_integer_value(count) == 1 ? "" : "s");
    if (guest && *guest && strcmp(guest, "none") != 0) {
        fputs(", ", p.to);
        say_upper(guest, p.to);
    }
    if (kernel)
        fprintf(p.to, ", Linux\u00a0%.*s", (int)strcspn(kernel, "-"), kernel);
    say_hosts(json_object_get(f->environment, "client_hosts"), p.to);
    return prose_json(&p);
}

// ---- what kernel operations cost there ----------------------------------------------------------

enum cost { FORK, PAGE_FAULT, SYSTEM_CALL, COSTS };

static const char *const columns[COSTS] = {"fork_us", "page_fault_us", "system_call_us"};
static const char *const names[COSTS] = {"fork", "page fault", "system call"};

// More than this many times what is usual is unusual (as in bench/doctor/costs.awk).
static const double UNUSUAL = 3;

// NAN if the run has not recorded it.
static double cost_here(const struct facts *f, enum cost cost)
{
    const json_t *us = json_object_get(json_object_get(f->environment, "costs"), columns[cost]);
    return json_is_number(us) ? json_number_value(us) : NAN;
}

static int compare_numbers(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

// The median of the machines known, NAN without any.
static double usual_cost(const struct facts *f, enum cost cost)
{
    const struct table *t = &f->machines;
    double known[64] = {0};
    size_t count = 0;
    for (size_t row = 0; row < t->rows && count < sizeof known / sizeof *known; row++) {
        double us = table_number(t, row, table_column(t, columns[cost]));
        if (!isnan(us))
            known[count++] = us;
    }
    qsort(known, count, sizeof *known, compare_numbers);
    return count ? (known[(count - 1) / 2] + known[count / 2]) / 2 : NAN;
}

static double times_usual(const struct facts *f, enum cost cost)
{
    return cost_here(f, cost) / usual_cost(f, cost);
}

// If a system call is as unusual as fork, the whole machine is slow. Otherwise it is page tables.
static void say_unusual(const struct facts *f, FILE *to)
{
    double of_fork = times_usual(f, FORK), of_call = times_usual(f, SYSTEM_CALL);
    char times[FORMAT_BYTES];
    if (!(of_fork > UNUSUAL))
        return;
    if (of_call > 1 && of_fork <= UNUSUAL * of_call) {
        format_ratio(of_call, times);
        fprintf(to, " The whole machine is slow: a system call costs %s what is usual.", times);
        return;
    }
    format_ratio(of_fork, times);
    fprintf(to, " Everything with fork in it is unusually expensive: %s what is usual.", times);
}

// null if the run has not recorded it.
static json_t *kind_of_machine(const struct facts *f)
{
    double here = cost_here(f, FORK), usual = usual_cost(f, FORK);
    char text[FORMAT_BYTES];
    struct prose p;
    if (isnan(here))
        return json_null();
    prose_begin(&p);
    format_value(here, "µs", text);
    fprintf(p.to, "A fork costs %s here", text);
    format_value(usual, "µs", text);
    if (!isnan(usual))
        fprintf(p.to, "; %s is usual", text);
    fputc('.', p.to);
    say_unusual(f, p.to);
    return prose_json(&p);
}

static json_t *cost_text(const struct facts *f, enum cost cost)
{
    double here = cost_here(f, cost), usual = usual_cost(f, cost);
    char text[FORMAT_BYTES];
    struct prose p;
    prose_begin(&p);
    format_value(here, "µs", text);
    fputs(text, p.to);
    format_value(usual, "µs", text);
    if (!isnan(usual))
        fprintf(p.to, "; %s is usual", text);
    return prose_json(&p);
}

static json_t *costs_of(const struct facts *f)
{
    json_t *costs = made(json_array());
    for (enum cost cost = FORK; cost < COSTS; cost++)
        if (!isnan(cost_here(f, cost)))
            add(costs, json_pack("{ss so}", "name", names[cost], "text", cost_text(f, cost)));
    return costs;
}

json_t *machine_section(const struct facts *f)
{
    return made(json_pack("{so so so}", "short", short_name(f), "kind", kind_of_machine(f), "costs",
                          costs_of(f)));
}

// ---- everything that was recorded ---------------------------------------------------------------

// A value as text; objects have none.
static json_t *leaf_text(const json_t *value)
{
    if (json_is_string(value))
        return json_string(json_string_value(value));
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_t *string = json_string(json_is_null(value) ? "not known" : text);
    free(text);
    return string;
}

// Adds all values of an object; the names of those of an object in it begin with the name of that.
static void add_leaves(json_t *list, json_t *object, const char *before)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        char path[256];
        snprintf(path, sizeof path, "%s%s%s", before, *before ? " " : "", name);
        if (json_is_object(value))
            add_leaves(list, value, path);
        else
            add(list, json_pack("{ss so}", "name", path, "value", leaf_text(value)));
    }
}

json_t *environment_section(const struct facts *f)
{
    json_t *list = made(json_array());
    add_leaves(list, f->environment, "");
    return list;
}
