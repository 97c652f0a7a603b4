#include "bench/report/model/prose.h"

#include <err.h>
#include <stdlib.h>

void prose_begin(struct prose *p)
{
    *p = (struct prose){0};
    p->to = open_memstream(&p->text, &p->bytes);
    if (!p->to)
        err(1, "report");
}

char *prose_end(struct prose *p)
{
    if (fclose(p->to) != 0)
        err(1, "report");
    return p->text;
}

json_t *prose_json(struct prose *p)
{
    char *text = prose_end(p);
    json_t *string = json_made(json_string(text), text);
    free(text);
    return string;
}

json_t *json_made(json_t *value, const char *what)
{
    if (!value)
        errx(1, "report: %s: a text of the run is not UTF-8, or there is no memory left", what);
    return value;
}

void json_add(json_t *list, json_t *value, const char *what)
{
    if (json_array_append_new(list, value) < 0)
        json_made(NULL, what);
}
