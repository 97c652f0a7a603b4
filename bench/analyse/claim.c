#include "bench/analyse/claim.h"

#include "bench/analyse/verdict.h"

#include <ctype.h>
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const verdict_words[] = {"holds", "undecided", "not measured", "same within 10 %",
                                     "does not hold"};
_Static_assert(SAME_WITHIN_PERCENT == 10, "the word for SAME says 10 %");

static void copy_part(char to[64], const char *from, size_t length)
{
    snprintf(to, 64, "%.*s", (int)(length < 63 ? length : 63), from);
}

// EXPERIMENT:MODEL[@X][:METRIC]. An X may contain colons itself (spin:1000), but the text after its
// last colon is then not a name.
static int parse_operand(struct operand *o, char *text)
{
    char *model = strchr(text, ':');
    *o = (struct operand){.x = "-"};
    if (!model || model == text || !model[1])
        return -1;
    *model++ = '\0';
    char *metric = strrchr(model, ':');
    if (metric && isalpha((unsigned char)metric[1])) {
        *metric++ = '\0';
        copy_part(o->metric, metric, strlen(metric));
    }
    char *x = strchr(model, '@');
    if (x) {
        *x++ = '\0';
        copy_part(o->x, x, strlen(x));
    }
    copy_part(o->experiment, text, strlen(text));
    copy_part(o->model, model, strlen(model));
    return *o->model && *o->x ? 0 : -1;
}

void condition_parse(struct condition *c, const char *text, const char *where)
{
    char of[256], to[256], comparison[2], rest[2];
    *c = (struct condition){0};
    int words = sscanf(text, "%255s / %255s %1[<>=] %lf %1s", of, to, comparison, &c->bound, rest);
    if (words != 4) {
        *to = '\0';
        words = 1 + sscanf(text, "%255s %1[<>=] %lf %1s", of, comparison, &c->bound, rest);
    }
    if (words != 4 || !isfinite(c->bound) || parse_operand(&c->of, of) < 0 ||
        (*to && parse_operand(&c->to, to) < 0))
        errx(1, "%s: '%s' is not a condition: CELL [/ CELL] <, > or = NUMBER", where, text);
    if (*to && strcmp(c->of.experiment, c->to.experiment) != 0)
        errx(1, "%s: '%s' compares two questions, which have different blocks", where, text);
    c->comparison = *comparison;
}

enum verdict condition_judge(const struct condition *c, const struct estimate *e)
{
    if (!isfinite(e->low) || !isfinite(e->high))
        return UNDECIDED;
    if (c->comparison == '<')
        return e->high < c->bound ? HOLDS : e->low >= c->bound ? DOES_NOT_HOLD : UNDECIDED;
    if (c->comparison == '>')
        return e->low > c->bound ? HOLDS : e->high <= c->bound ? DOES_NOT_HOLD : UNDECIDED;
    if (e->low > c->bound || e->high < c->bound)
        return DOES_NOT_HOLD;
    return e->low == e->high ? HOLDS : UNDECIDED;
}

bool condition_compares_the_same(const struct condition *c, const struct estimate *e)
{
    return *c->to.model && c->comparison != '=' && c->bound == 1 && is_about_the_same(e);
}

enum verdict verdict_both(enum verdict a, enum verdict b)
{
    return a > b ? a : b;
}
