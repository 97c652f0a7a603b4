#include "bench/base/output.h"

#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <unistd.h>

struct output output_begin(const char *folder, const char *name)
{
    struct output o;
    snprintf(o.path, sizeof o.path, "%s/%s", folder, name);
    snprintf(o.new_path, sizeof o.new_path, "%s.new", o.path);
    o.file = fopen(o.new_path, "we");
    if (!o.file)
        err(1, "%s", o.new_path);
    return o;
}

void output_complete(struct output *o)
{
    bool failed = ferror(o->file);
    if (fclose(o->file) != EOF && !failed && rename(o->new_path, o->path) == 0)
        return;
    int problem = errno;
    unlink(o->new_path);
    errno = problem;
    err(1, "%s", o->path);
}

void output_number(FILE *file, double value)
{
    if (isfinite(value))
        fprintf(file, "\t%.6g", value);
    else
        fputs("\t-", file);
}
