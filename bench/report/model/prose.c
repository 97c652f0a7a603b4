#include "bench/report/model/prose.h"

#include "bench/report/model/made.h"

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
    json_t *string = made(json_string(text));
    free(text);
    return string;
}
