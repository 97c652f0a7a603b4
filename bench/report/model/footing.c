#include "bench/report/model/footing.h"

#include "bench/report/model/format.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

struct footing {
    double backlog, nodelay; // the smallest of its trials; NAN: not known
};

static bool is_foreign(const struct facts *f, const char *model)
{
    size_t name = table_column(&f->models, "name"), family = table_column(&f->models, "family");
    for (size_t row = 0; row < f->models.rows; row++)
        if (strcmp(table_text(&f->models, row, name), model) == 0)
            return strncmp(table_text(&f->models, row, family), "foreign", strlen("foreign")) == 0;
    return false;
}

static struct footing footing_of(const struct facts *f, const char *model)
{
    struct footing footing = {NAN, NAN};
    for (size_t row = 0; row < f->run.trials.rows; row++) {
        const double *values = f->run.judged[row].values;
        if (strcmp(table_text(&f->run.trials, row, f->run.by_cell.model), model) != 0)
            continue;
        footing.backlog = fmin(footing.backlog, values[METRIC_backlog]);
        footing.nodelay = fmin(footing.nodelay, values[METRIC_nodelay]);
    }
    return footing;
}

// That of the first trial that has one: they do not differ. NAN: not known.
static double backlog_of_suite(const struct facts *f)
{
    for (size_t row = 0; row < f->run.trials.rows; row++) {
        double backlog = f->run.judged[row].values[METRIC_backlog];
        if (!isnan(backlog) &&
            !is_foreign(f, table_text(&f->run.trials, row, f->run.by_cell.model)))
            return backlog;
    }
    return NAN;
}

void footing_say(const struct facts *f, const char *model, FILE *to)
{
    char own_text[FORMAT_BYTES], usual_text[FORMAT_BYTES];
    if (!is_foreign(f, model))
        return;
    struct footing footing = footing_of(f, model);
    double usual = backlog_of_suite(f);
    bool differs = footing.backlog < usual || footing.backlog > usual;
    if (differs) {
        format_count(footing.backlog, own_text);
        format_count(usual, usual_text);
        fprintf(to, "backlog %s instead of %s", own_text, usual_text);
    }
    if (footing.nodelay < 1)
        fprintf(to, "%sTCP_NODELAY off%s", differs ? ", " : "",
                footing.nodelay > 0 ? " for some connections" : "");
}
