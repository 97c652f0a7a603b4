#include "bench/base/metric.h"

#include <string.h>

#define METRIC_ROW(name_, unit_, better_, class_, label_, per_, ...)                               \
    {.name = #name_,                                                                               \
     .unit = unit_,                                                                                \
     .better = better_,                                                                            \
     .metric_class = class_,                                                                       \
     .label = label_,                                                                              \
     .per = per_,                                                                                  \
     .sentence = __VA_ARGS__},
const struct metric metrics[METRIC_COUNT] = {METRICS(METRIC_ROW)};

static const char *const better_names[] = {[LESS] = "less", [MORE] = "more", [NEITHER] = "neither"};

const struct metric *metric_named(const char *name)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        if (strcmp(metrics[i].name, name) == 0)
            return &metrics[i];
    return NULL;
}

bool is_better(const struct metric *metric, double a, double b)
{
    return metric->better == MORE ? a > b : a < b;
}

const char *metric_class_name(unsigned metric_class)
{
    static const char *const names[] = {"rates",  "latencies", "durations", "CPU times",
                                        "counts", "shares",    "medians"};
    size_t i = 0;
    while (metric_class >> i != 1)
        i++;
    return names[i];
}

static const char *or_none(const char *text)
{
    return *text ? text : "-";
}

void metrics_write(const bool is_shown[METRIC_COUNT], FILE *file)
{
    fputs("metric\tunit\tbetter\tclass\tlabel\tper\tsentence\n", file);
    for (const struct metric *m = metrics; m < metrics + METRIC_COUNT; m++)
        if (is_shown[m - metrics])
            fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m->name, or_none(m->unit),
                    better_names[m->better], metric_class_name(m->metric_class), m->label,
                    or_none(m->per), m->sentence);
}
