#include "bench/base/load.h"
#include "bench/base/names.h"
#include "bench/base/number.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const load_behaviours[] = {"silent", "idle", "stalled", "trickling", "heavy", NULL};
const char *const load_ends[] = {"kill", "crash", NULL};
const char *const load_ios[] = {"epoll", "io_uring", "threads", NULL};

static const char *const yes[] = {"yes", NULL};

enum type { WHOLE, REAL, WORD, FLAG };

#define FIELD(name, ...)                                                                           \
    {                                                                                              \
#name, offsetof(struct load, name), __VA_ARGS__                                            \
    }

// In output order.
static const struct field {
    const char *key;
    size_t offset;
    enum type type;
    double most;
    const char *const *words;
} fields[] = {
    FIELD(connections, WHOLE, 1e6, NULL), FIELD(requests, WHOLE, 1e12, NULL),
    FIELD(bytes, WHOLE, 16 << 20, NULL),  FIELD(rate, REAL, 1e8, NULL),
    FIELD(total, WHOLE, 1e12, NULL),      FIELD(window_s, REAL, 3600, NULL),
    FIELD(warmup_s, REAL, 3600, NULL),    FIELD(timeout_s, REAL, 60, NULL),
    FIELD(seed, WHOLE, 9e15, NULL),       FIELD(workers, WHOLE, 65536, NULL),
    FIELD(background, WHOLE, 1e6, NULL),  FIELD(behaviour, WORD, 0, load_behaviours),
    FIELD(end, WORD, 0, load_ends),       FIELD(failures_counted, FLAG, 0, yes),
    FIELD(fraction, REAL, 1000, NULL),    FIELD(limit_ms, REAL, 60000, NULL),
    FIELD(small_count, WHOLE, 1e9, NULL), FIELD(large_count, WHOLE, 1e9, NULL),
    FIELD(runs, WHOLE, 1000, NULL),       FIELD(io, WORD, 0, load_ios),
    FIELD(percentile, REAL, 99.9, NULL),
};

enum { FIELDS = sizeof fields / sizeof *fields };

double load_lowest_rate_per_s(double percentile)
{
    return LOAD_VALUES_BEYOND / (1 - percentile / 100) / LOAD_LONGEST_WINDOW_S;
}

double load_window_s(const struct load *load, double rate_per_s)
{
    if (!(load->percentile > 0))
        return load->window_s;
    double lowest = load_lowest_rate_per_s(load->percentile);
    return fmax(load->window_s, LOAD_LONGEST_WINDOW_S * fmin(1, lowest / rate_per_s));
}

// The value of a field as text; false if it is not set.
static bool write_value(const struct field *field, const struct load *load, char value[32])
{
    const void *at = (const char *)load + field->offset;
    switch (field->type) {
    case WHOLE:
        snprintf(value, 32, "%lu", *(const unsigned long *)at);
        return *(const unsigned long *)at > 0;
    case REAL:
        snprintf(value, 32, "%.15g", *(const double *)at);
        return *(const double *)at > 0;
    case WORD:
        snprintf(value, 32, "%s", *(const char *const *)at ? *(const char *const *)at : "");
        return *(const char *const *)at;
    case FLAG:
        snprintf(value, 32, "%s", *yes);
        return *(const bool *)at;
    }
    return false;
}

void load_write(const struct load *load, char text[LOAD_BYTES])
{
    size_t used = 0;
    snprintf(text, LOAD_BYTES, "-");
    for (size_t i = 0; i < FIELDS; i++) {
        char value[32];
        if (write_value(&fields[i], load, value))
            used += (size_t)snprintf(text + used, LOAD_BYTES - used, "%s%s=%s", used ? " " : "",
                                     fields[i].key, value);
        if (used >= LOAD_BYTES)
            errx(1, "a load takes more than %d bytes: %s", LOAD_BYTES, text);
    }
}

static const struct field *field_of(const char *key, const char *where)
{
    const struct field *nearest = &fields[0];
    for (size_t i = 0; i < FIELDS; i++) {
        if (strcmp(key, fields[i].key) == 0)
            return &fields[i];
        if (edit_distance(key, fields[i].key) < edit_distance(key, nearest->key))
            nearest = &fields[i];
    }
    errx(1, "%s: unknown key '%s' in a load; the nearest is '%s'", where, key, nearest->key);
}

static bool read_value(const struct field *field, const char *text, struct load *load)
{
    void *at = (char *)load + field->offset;
    const char *word;
    switch (field->type) {
    case WHOLE:
        return is_whole(text, 0, (unsigned long)field->most, at);
    case REAL:
        return is_real(text, 0, field->most, at);
    case WORD:
        word = word_of(text, field->words);
        *(const char **)at = word;
        return word;
    case FLAG:
        *(bool *)at = word_of(text, field->words);
        return *(bool *)at;
    }
    return false;
}

void load_parse(const char *text, struct load *load, const char *where)
{
    char words[LOAD_BYTES], *rest = words, *key;
    unsigned seen = 0;
    *load = (struct load){0};
    if (strcmp(text, "-") == 0)
        return;
    if (strlen(text) >= sizeof words)
        errx(1, "%s: a load takes more than %d bytes: %.60s…", where, LOAD_BYTES, text);
    snprintf(words, sizeof words, "%s", text);
    while ((key = strsep(&rest, " "))) {
        char *value = strchr(key, '=');
        if (!value)
            errx(1, "%s: a load is key=value pairs, which '%s' is not", where, key);
        *value++ = '\0';
        const struct field *field = field_of(key, where);
        unsigned bit = 1U << (field - fields);
        if (seen & bit)
            errx(1, "%s: '%s' stands twice in a load", where, key);
        seen |= bit;
        if (!read_value(field, value, load))
            errx(1, "%s: '%s' of a load cannot be '%s'", where, key, value);
    }
}
