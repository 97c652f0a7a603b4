#include "clients/core/wire.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct field {
    const char *name;
    size_t offset, bytes;
    bool is_real;
};

#define WHOLE(type, member)                                                                        \
    {                                                                                              \
#member, offsetof(struct type, member), sizeof((struct type *)0)->member, false            \
    }
#define REAL(type, member)                                                                         \
    {                                                                                              \
#member, offsetof(struct type, member), sizeof((struct type *)0)->member, true             \
    }

static const struct field load_fields[] = {
    WHOLE(load, target_bytes),   WHOLE(load, connections), WHOLE(load, requests_per_connection),
    WHOLE(load, bytes),          WHOLE(load, warmup_ns),   WHOLE(load, window_ns),
    WHOLE(load, total_requests), REAL(load, rate_per_s),   REAL(load, burst_rate_per_s),
    WHOLE(load, burst_ns),       WHOLE(load, slice_ns),    WHOLE(load, late_ns),
    WHOLE(load, timeout_ns),     WHOLE(load, seed),        WHOLE(load, worker),
    WHOLE(load, workers),
};

static const struct field outcome_fields[] = {
    WHOLE(outcome, begun_ns),
    WHOLE(outcome, window_ns),
    WHOLE(outcome, echoes),
    WHOLE(outcome, echoes_in_time),
    WHOLE(outcome, echoes_first_third),
    WHOLE(outcome, echoes_last_third),
    WHOLE(outcome, connections),
    WHOLE(outcome, echoes_total),
    WHOLE(outcome, connections_total),
    WHOLE(outcome, connections_served),
    WHOLE(outcome, failures[CONNECT_FAILED]),
    WHOLE(outcome, failures[RESET]),
    WHOLE(outcome, failures[SHORT]),
    WHOLE(outcome, failures[MISMATCH]),
    WHOLE(outcome, failures[TIMEOUT]),
    WHOLE(outcome, ports_exhausted),
    WHOLE(outcome, unsent),
    WHOLE(outcome, last_errno),
    WHOLE(outcome, gave_up),
    WHOLE(outcome, cpu_window_ns),
    WHOLE(outcome, busiest_window_ns),
    WHOLE(outcome, knows_run_queue_delay),
    WHOLE(outcome, run_queue_delay_window_ns),
};

_Static_assert(FAILURES == 5, "each type of failure is a field above");

#define COUNT(array) (sizeof(array) / sizeof *(array))

// ---- fields -------------------------------------------------------------------------------------

static uint64_t whole_at(const char *at, size_t bytes)
{
    uint64_t value;
    uint32_t half;
    if (bytes == 1)
        return (unsigned char)*at;
    if (bytes == sizeof half)
        return memcpy(&half, at, sizeof half), half;
    return memcpy(&value, at, sizeof value), value;
}

static void set_whole(char *at, size_t bytes, uint64_t value)
{
    uint32_t half = (uint32_t)value;
    if (bytes == 1)
        *at = value != 0;
    else if (bytes == sizeof half)
        memcpy(at, &half, sizeof half);
    else
        memcpy(at, &value, sizeof value);
}

static void write_fields(const void *from, const struct field *fields, size_t count, FILE *file)
{
    for (const struct field *f = fields; f < fields + count; f++) {
        const char *at = (const char *)from + f->offset;
        double real;
        if (f->is_real)
            fprintf(file, " %s=%a", f->name, (memcpy(&real, at, sizeof real), real));
        else
            fprintf(file, " %s=%" PRIu64, f->name, whole_at(at, f->bytes));
    }
}

// Returns what follows the fields, or NULL.
static const char *read_fields(void *into, const struct field *fields, size_t count,
                               const char *text)
{
    for (const struct field *f = fields; f < fields + count; f++) {
        char *at = (char *)into + f->offset, *end;
        size_t length = strlen(f->name);
        if (*text++ != ' ' || strncmp(text, f->name, length) != 0 || text[length] != '=')
            return NULL;
        text += length + 1;
        if (f->is_real) {
            double real = strtod(text, &end);
            memcpy(at, &real, sizeof real);
        } else {
            set_whole(at, f->bytes, strtoull(text, &end, 10));
        }
        if (end == text)
            return NULL;
        text = end;
    }
    return text;
}

static bool is_end(const char *text)
{
    return text && (*text == '\0' || strcmp(text, "\n") == 0);
}

// ---- loads --------------------------------------------------------------------------------------

void wire_write_load(const struct load *load, FILE *file)
{
    const unsigned char *target = (const unsigned char *)&load->target;
    for (size_t i = 0; i < load->target_bytes; i++)
        fprintf(file, "%02x", target[i]);
    write_fields(load, load_fields, COUNT(load_fields), file);
    fputc('\n', file);
}

bool wire_read_load(struct load *load, const char *text)
{
    unsigned char *target = (unsigned char *)&load->target;
    size_t length = 0;
    unsigned byte;
    *load = (struct load){0};
    for (; length < sizeof load->target && sscanf(text, "%2x", &byte) == 1 && *text != ' ';
         text += 2)
        target[length++] = (unsigned char)byte;
    return is_end(read_fields(load, load_fields, COUNT(load_fields), text)) &&
           load->target_bytes == length && load->connections > 0 && load->workers > 0;
}

// ---- outcomes -----------------------------------------------------------------------------------

static void write_slices(const struct outcome *o, FILE *file)
{
    unsigned count = SLICES;
    while (count > 0 && !o->slice_due[count - 1])
        count--;
    fputs("slices", file);
    for (unsigned k = 0; k < count; k++)
        fprintf(file, " %" PRIu64 " %" PRIu64, o->slice_due[k], o->slice_late[k]);
    fputc('\n', file);
}

void wire_write_outcome(const struct outcome *o, FILE *file)
{
    fputs("outcome", file);
    write_fields(o, outcome_fields, COUNT(outcome_fields), file);
    fputs("\nsilences", file);
    for (int k = 0; k < SILENCES; k++)
        fprintf(file, " %" PRIu64, o->silence_ns[k]);
    fputc('\n', file);
    write_slices(o, file);
    histogram_write_raw(&o->latency, file);
    histogram_write_raw(&o->service, file);
    histogram_write_raw(&o->send_lag, file);
}

// Reads up to `most` numbers. Returns how many there were, or -1 if there is anything else.
static int read_numbers(const char *text, uint64_t *numbers, int most)
{
    int count = 0;
    char *end;
    for (; !is_end(text); text = end) {
        if (count == most || *text != ' ')
            return -1;
        numbers[count++] = strtoull(text + 1, &end, 10);
        if (end == text + 1)
            return -1;
    }
    return count;
}

static bool read_slices(struct outcome *o, const char *text)
{
    static uint64_t numbers[2 * SLICES];
    int count = read_numbers(text, numbers, 2 * SLICES);
    if (count < 0 || count % 2 != 0)
        return false;
    for (int k = 0; k < count / 2; k++) {
        o->slice_due[k] = numbers[2 * k];
        o->slice_late[k] = numbers[2 * k + 1];
    }
    return true;
}

// What follows a word at the beginning of a line, or NULL.
static const char *after(const char *word, const char *line)
{
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 ? line + length : NULL;
}

bool wire_read_outcome(struct outcome *o, unsigned number, const char *line)
{
    const char *rest;
    switch (number) {
    case 0:
        memset(o, 0, sizeof *o);
        rest = after("outcome", line);
        return rest && is_end(read_fields(o, outcome_fields, COUNT(outcome_fields), rest));
    case 1:
        rest = after("silences", line);
        return rest && read_numbers(rest, o->silence_ns, SILENCES) == SILENCES;
    case 2:
        rest = after("slices", line);
        return rest && read_slices(o, rest);
    case 3:
        return histogram_read_raw(&o->latency, line) == 0;
    case 4:
        return histogram_read_raw(&o->service, line) == 0;
    default:
        return histogram_read_raw(&o->send_lag, line) == 0;
    }
}
