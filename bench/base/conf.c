#include "bench/base/conf.h"
#include "bench/base/metric.h"
#include "bench/base/names.h"
#include "bench/base/number.h"

#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// Whether a line's key is this one, with a model and an x if allowed.
static bool is_key(const struct conf_key *key, const char *text)
{
    size_t length = strlen(key->name);
    if (strncmp(text, key->name, length) != 0)
        return false;
    text += length;
    if (*text == ':' && key->flags & OF_MODEL && text[1] && text[1] != '@')
        text += strcspn(text, "@");
    if (*text == '@' && key->flags & AT_X && text[1])
        return true;
    return !*text;
}

const struct conf_key *conf_key_named(enum conf_kind kind, const char *text, const char *where)
{
    const char *nearest = "";
    char name[64];
    size_t least = SIZE_MAX;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":@"), text);
    for (const struct conf_key *key = conf_keys; key->name; key++) {
        if (!(key->kinds & kind))
            continue;
        if (is_key(key, text))
            return key;
        size_t distance = edit_distance(name, key->name);
        if (distance < least) {
            nearest = key->name;
            least = distance;
        }
    }
    errx(1, "%s: unknown key '%s'; the nearest is '%s'", where, text, nearest);
}

const struct conf_key *conf_key_varied(const char *name, const char *where)
{
    for (const struct conf_key *key = conf_keys; key->name; key++) {
        if (strcmp(key->name, name) != 0 || key->kinds & (CLAIM | SITUATION | FOREIGN))
            continue;
        if (key->flags & VARIES)
            return key;
        errx(1, "%s: '%s' cannot vary", where, name);
    }
    return NULL;
}

// ---- values -----------------------------------------------------------------------------------

// The words of a list, with "or" before the last.
static void list_words(FILE *file, const char *const *words, const char *quote)
{
    for (size_t i = 0; words[i]; i++)
        fprintf(file, "%s%s%s%s",
                i == 0         ? ""
                : words[i + 1] ? ", "
                               : " or ",
                quote, words[i], quote);
}

// The required form of a value, as errors and the README state it.
static void print_form(const struct conf_key *key, FILE *file, const char *quote)
{
    static const char *const forms[] = {
        [TEXT] = "text",
        [NAME] = "a name",
        [NAMES] = "names",
        [METRIC] = "the name of a metric",
        [METRICS] = "names of metrics",
        [WHOLE] = "a whole number",
        [REAL] = "a number",
        [RISING] = "two rising whole numbers",
        [NAME_TEXT] = "a name and text",
        [CELL_TEXT] = "MODEL@X and text",
        [NAME_VALUES] = "a name and values",
        [TEXT_WITH_GAP] = "text with a % for the value",
        [COMMAND_AT] = "a command with {port} for the port",
    };
    if (key->form != WORD)
        fputs(forms[key->form], file);
    if (key->form == WHOLE || key->form == REAL)
        fprintf(file, " from %.15g to %.15g%s", key->least, key->most, key->words ? ", or " : "");
    if (key->words)
        list_words(file, key->words, quote);
}

static bool is_name(const char *text)
{
    return *text && !strchr(text, ' ');
}

// A first word and something after it.
static bool has_rest(const char *text)
{
    const char *rest = text + strcspn(text, " ");
    return rest > text && rest[strspn(rest, " ")];
}

static bool has_cell(const char *text)
{
    const char *at = strchr(text, '@');
    return has_rest(text) && at && at > text && at + 1 < text + strcspn(text, " ");
}

static bool is_rising(const char *text)
{
    char small[32], large[32], more;
    unsigned long from, to;
    return sscanf(text, "%31s %31s %c", small, large, &more) == 2 &&
           is_whole(small, 1, 1000000000, &from) && is_whole(large, from + 1, 1000000000, &to);
}

static bool are_metrics(const char *text)
{
    char words[1024], *rest = words, *word;
    snprintf(words, sizeof words, "%s", text);
    while ((word = strsep(&rest, " ")))
        if (!metric_named(word))
            return false;
    return true;
}

static bool fits(const struct conf_key *key, const char *value)
{
    unsigned long whole;
    double real;
    if (key->words && word_of(value, key->words))
        return true;
    switch (key->form) {
    case TEXT:
    case NAMES:
        return *value;
    case NAME:
        return is_name(value);
    case METRIC:
        return metric_named(value);
    case METRICS:
        return are_metrics(value);
    case WHOLE:
        return is_whole(value, (unsigned long)key->least, (unsigned long)key->most, &whole);
    case REAL:
        return is_real(value, key->least, key->most, &real);
    case WORD:
        return false;
    case RISING:
        return is_rising(value);
    case NAME_TEXT:
    case NAME_VALUES:
        return has_rest(value);
    case CELL_TEXT:
        return has_cell(value);
    case TEXT_WITH_GAP:
        return strchr(value, '%');
    case COMMAND_AT:
        return strstr(value, "{port}");
    }
    return false;
}

static _Noreturn void refuse(const struct conf_key *key, const char *value, const char *where)
{
    char form[512] = "";
    FILE *file = fmemopen(form, sizeof form, "w");
    if (!file)
        err(1, "%s", where);
    print_form(key, file, "");
    fclose(file);
    errx(1, "%s: '%s' must be %s, not '%s'", where, key->name, form, value);
}

// Checks that every value of what varies is allowed for the key.
static void check_values(const char *text, const char *where)
{
    char words[1024], *rest = words, *value;
    if (strlen(text) >= sizeof words)
        errx(1, "%s: more values than fit into %zu bytes", where, sizeof words);
    snprintf(words, sizeof words, "%s", text);
    const struct conf_key *key = conf_key_varied(strsep(&rest, " "), where);
    while (key && (value = strsep(&rest, " ")))
        conf_check(key, value, where);
}

void conf_check(const struct conf_key *key, const char *value, const char *where)
{
    if (!fits(key, value))
        refuse(key, value, where);
    if (key->form == NAME_VALUES)
        check_values(value, where);
}

void conf_check_type(const struct conf_key *key, const char *type, const char *where)
{
    if (key->types && !is_listed(type, key->types))
        errx(1, "%s: '%s' is for trials of type %s, not %s", where, key->name, key->types, type);
}

// ---- the README -------------------------------------------------------------------------------

static void print_name(const struct conf_key *key, FILE *file)
{
    fprintf(file, "`%s`", key->name);
    if (key->flags & OF_MODEL)
        fprintf(file, ", `%s:MODEL`", key->name);
    if (key->flags & AT_X)
        fprintf(file, ", `%s@X`", key->name);
    if (key->flags & OF_MODEL && key->flags & AT_X)
        fprintf(file, ", `%s:MODEL@X`", key->name);
}

static void print_types(const char *types, FILE *file)
{
    if (!types)
        fputs("all", file);
    for (; types && *types; types += strcspn(types, " "), types += strspn(types, " "))
        fprintf(file, "`%.*s`%s", (int)strcspn(types, " "), types, strchr(types, ' ') ? ", " : "");
}

static void print_row(const struct conf_key *key, bool has_types, FILE *file)
{
    fputs("| ", file);
    print_name(key, file);
    fputs(" | ", file);
    print_form(key, file, "`");
    if (has_types) {
        fputs(" | ", file);
        print_types(key->types, file);
    }
    fprintf(file, " | %s.%s%s |\n", key->sentence, key->flags & REPEATS ? " May repeat." : "",
            !key->kinds           ? " In `vary` only."
            : key->flags & VARIES ? " May vary."
                                  : "");
}

void conf_print(enum conf_kind kind, FILE *file)
{
    bool has_types = kind == EXPERIMENT;
    fputs(CONF_MARK "\n", file);
    fprintf(file, "| key | value |%s meaning |\n| --- | --- |%s --- |\n",
            has_types ? " trial types |" : "", has_types ? " --- |" : "");
    for (const struct conf_key *key = conf_keys; key->name; key++)
        if (key->kinds & kind || (has_types && !key->kinds))
            print_row(key, has_types, file);
    fputs("\n" CONF_END_MARK, file);
}
