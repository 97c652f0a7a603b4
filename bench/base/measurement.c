#include "bench/base/measurement.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void measurement_reset(struct measurement *m)
{
    for (int figure = 0; figure < METRIC_COUNT; figure++)
        m->values[figure] = NAN;
    strcpy(m->status, "ok");
    strcpy(m->client_io, "-");
}

static void become_a_cell(char *text) // of a table
{
    for (char *c = text; *c; c++)
        if (*c == '\t' || *c == '\n')
            *c = ' ';
}

void measurement_fault(struct measurement *m, const char *format, ...)
{
    va_list arguments;
    if (strcmp(m->status, "ok") != 0)
        return;
    va_start(arguments, format);
    vsnprintf(m->status, sizeof m->status, format, arguments);
    va_end(arguments);
    become_a_cell(m->status);
}

void measurement_explain(struct measurement *m, const char *words)
{
    size_t length = strlen(m->status);
    if (strcmp(m->status, "ok") == 0 || !*words)
        return;
    snprintf(m->status + length, sizeof m->status - length, "; %s", words);
    become_a_cell(m->status);
}
