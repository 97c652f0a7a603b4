#include "bench/core/measurement.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIGURE_NAME(name) #name,
const char *const figure_names[FIGURE_COUNT] = {FIGURES(FIGURE_NAME)};

void measurement_reset(struct measurement *m)
{
    for (int figure = 0; figure < FIGURE_COUNT; figure++)
        m->figures[figure] = NAN;
    strcpy(m->status, "ok");
}

void measurement_fault(struct measurement *m, const char *format, ...)
{
    va_list arguments;
    if (strcmp(m->status, "ok") != 0)
        return;
    va_start(arguments, format);
    vsnprintf(m->status, sizeof m->status, format, arguments);
    va_end(arguments);
    for (char *c = m->status; *c; c++) // it becomes a cell of a table
        if (*c == '\t' || *c == '\n')
            *c = ' ';
}
