#include "clients/core/report.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = -1 }; // instead of decimals

struct field {
    const char *name;
    size_t offset; // in struct report
    int decimals;
};

#define FIELD(name, decimals)                                                                      \
    {                                                                                              \
#name, offsetof(struct report, name), decimals                                             \
    }
#define ERRORS(name, kind)                                                                         \
    {                                                                                              \
        "errors_" name, offsetof(struct report, errors[kind]), 0                                   \
    }
#define TIME(of, name)                                                                             \
    {                                                                                              \
#of "_" #name, offsetof(struct report, of.name), 3                                         \
    }
#define TIMES(of)                                                                                  \
    TIME(of, p50_us), TIME(of, p90_us), TIME(of, p99_us), TIME(of, p99_9_us), TIME(of, max_us),    \
        TIME(of, mean_us)

static const struct field fields[] = {
    FIELD(target, TEXT),
    FIELD(io, TEXT),
    FIELD(loop, TEXT),
    FIELD(connections, 0),
    FIELD(requests_per_connection, 0),
    FIELD(bytes, 0),
    FIELD(offered_per_s, 3),
    FIELD(window_s, 9),
    FIELD(echoes, 0),
    FIELD(echoes_per_s, 3),
    FIELD(connections_made, 0),
    FIELD(connections_per_s, 3),
    FIELD(echoes_total, 0),
    FIELD(connections_total, 0),
    FIELD(connections_served, 0),
    ERRORS("connect", CONNECT_FAILED),
    ERRORS("reset", RESET),
    ERRORS("short", SHORT),
    ERRORS("mismatch", MISMATCH),
    ERRORS("timeout", TIMEOUT),
    FIELD(unsent, 0),
    FIELD(ports_exhausted, 0),
    FIELD(echoes_first_third, 0),
    FIELD(echoes_last_third, 0),
    FIELD(cpu_us_per_echo, 4),
    FIELD(cpu_load, 4),
    FIELD(in_time_percent, 4),
    FIELD(cpu_wait, 4),
    FIELD(silent, 4),
    FIELD(recovered, 0),
    FIELD(recovery_s, 6),
    FIELD(hosts, 0),
    FIELD(workers, 0),
    FIELD(start_skew_us, 3),
    FIELD(worker_load_least, 4),
    FIELD(worker_p50_least_us, 3),
    FIELD(worker_p50_most_us, 3),
    FIELD(worker_p99_least_us, 3),
    FIELD(worker_p99_most_us, 3),
    TIMES(latency),
    TIMES(service),
    TIMES(send_lag),
};

enum { FIELDS = sizeof fields / sizeof *fields, TEXTS = 3 };

_Static_assert(sizeof(struct report) ==
                   TEXTS * REPORT_TEXT_BYTES + (FIELDS - TEXTS) * sizeof(double),
               "each member of the report is a field, once");

static void set_number(struct report *r, const struct field *f, double value)
{
    memcpy((char *)r + f->offset, &value, sizeof value);
}

const char *report_error_name(enum failure kind)
{
    const struct field *f = fields;
    while (f->offset != offsetof(struct report, errors) + kind * sizeof(double))
        f++;
    return f->name;
}

// ---- writing ------------------------------------------------------------------------------------

static void write_value(const struct report *r, const struct field *f, FILE *file, bool as_json)
{
    const char *value = (const char *)r + f->offset, *quote = as_json ? "\"" : "";
    if (f->decimals == TEXT) {
        fprintf(file, "%s%s%s", quote, value, quote);
        return;
    }
    double number;
    memcpy(&number, value, sizeof number);
    if (isnan(number))
        fputs(as_json ? "null" : "-", file);
    else
        fprintf(file, "%.*f", f->decimals, number);
}

void report_write(const struct report *r, FILE *file, bool as_json)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (as_json)
            fprintf(file, "%s\n  \"%s\": ", i == 0 ? "{" : ",", fields[i].name);
        else
            fprintf(file, "%s\t", fields[i].name);
        write_value(r, &fields[i], file, as_json);
        if (!as_json)
            fputc('\n', file);
    }
    if (as_json)
        fputs("\n}\n", file);
}

// ---- reading ------------------------------------------------------------------------------------

void report_clear(struct report *r)
{
    memset(r, 0, sizeof *r);
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].decimals != TEXT)
            set_number(r, &fields[i], NAN);
}

static size_t field_named(const char *name, size_t length)
{
    size_t i = 0;
    while (i < FIELDS &&
           (strlen(fields[i].name) != length || strncmp(fields[i].name, name, length) != 0))
        i++;
    return i;
}

static bool read_value(struct report *r, const struct field *f, const char *value, size_t length)
{
    char *end;
    if (f->decimals == TEXT) {
        if (length >= REPORT_TEXT_BYTES)
            return false;
        memcpy((char *)r + f->offset, value, length); // what follows it is zero
        return true;
    }
    if (length == 1 && *value == '-')
        return true;
    if (length == 0 || strchr(" \t\n", *value)) // strtod would skip these
        return false;
    double number = strtod(value, &end);
    set_number(r, f, number);
    return end == value + length && isfinite(number);
}

// A line up to its newline. False, with a description of the problem.
static bool read_line(struct report *r, const char *line, const char *end, bool seen[FIELDS],
                      char *problem)
{
    const char *tab = memchr(line, '\t', (size_t)(end - line)), *name_end = tab ? tab : end;
    int shown = (int)(name_end - line > 60 ? 60 : name_end - line);
    size_t i = field_named(line, (size_t)(name_end - line));
    if (i == FIELDS || !tab)
        snprintf(problem, REPORT_PROBLEM_BYTES, "has an unknown line '%.*s'", shown, line);
    else if (seen[i])
        snprintf(problem, REPORT_PROBLEM_BYTES, "has %s twice", fields[i].name);
    else if (!read_value(r, &fields[i], tab + 1, (size_t)(end - tab - 1)))
        snprintf(problem, REPORT_PROBLEM_BYTES, "has no number for %s: '%.*s'", fields[i].name,
                 (int)(end - tab - 1 > 60 ? 60 : end - tab - 1), tab + 1);
    else
        return seen[i] = true;
    return false;
}

static bool read_lines(struct report *r, const char *text, char *problem)
{
    bool seen[FIELDS] = {false};
    const char *end;
    for (; (end = strchr(text, '\n')); text = end + 1)
        if (!read_line(r, text, end, seen, problem))
            return false;
    for (size_t i = 0; i < FIELDS && !*text; i++)
        if (!seen[i]) {
            snprintf(problem, REPORT_PROBLEM_BYTES, "has no %s", fields[i].name);
            return false;
        }
    if (*text)
        snprintf(problem, REPORT_PROBLEM_BYTES, "is cut off after '%.60s'", text);
    return !*text;
}

bool report_read(struct report *r, const char *text, char problem[REPORT_PROBLEM_BYTES])
{
    report_clear(r);
    if (*text && read_lines(r, text, problem))
        return true;
    if (!*text)
        snprintf(problem, REPORT_PROBLEM_BYTES, "is empty");
    report_clear(r);
    return false;
}
