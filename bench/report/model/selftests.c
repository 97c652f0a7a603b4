#include "bench/report/model/selftests.h"

#include "bench/base/names.h"
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/section.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *cell(const struct facts *f, size_t row, const char *column)
{
    return table_text(&f->selftests, row, table_column(&f->selftests, column));
}

static double real(const struct facts *f, size_t row, const char *column)
{
    return table_number(&f->selftests, row, table_column(&f->selftests, column));
}

static bool has_verdict(const struct facts *f, size_t row, const char *verdict)
{
    return strcmp(cell(f, row, "verdict"), verdict) == 0;
}

size_t selftests_with(const struct facts *f, const char *verdict)
{
    size_t count = 0;
    for (size_t row = 0; row < f->selftests.rows; row++)
        count += has_verdict(f, row, verdict);
    return count;
}

bool selftests_passed(const struct facts *f)
{
    return selftests_with(f, "passed") > 0 && selftests_with(f, "failed") == 0;
}

// ---- the sentence -------------------------------------------------------------------------------

static void say_name(const char *name, FILE *to)
{
    for (; *name; name++)
        fputc(*name == '_' ? ' ' : *name, to);
}

static void say_failed(const struct facts *f, FILE *to)
{
    const char *separator = "";
    for (size_t row = 0; row < f->selftests.rows; row++) {
        if (!has_verdict(f, row, "failed"))
            continue;
        fputs(separator, to);
        say_name(cell(f, row, "name"), to);
        separator = ", ";
    }
}

// What the failed ones put in doubt: classes of metrics, or everything.
static void say_doubted(const struct facts *f, FILE *to)
{
    char said[512] = "", words[256], *rest, *word;
    for (size_t row = 0; row < f->selftests.rows; row++) {
        if (!has_verdict(f, row, "failed"))
            continue;
        snprintf(words, sizeof words, "%s", cell(f, row, "concerns"));
        for (rest = words; (word = strsep(&rest, " "));)
            if (!is_listed(word, said) && strlen(said) + strlen(word) + 2 < sizeof said)
                strcat(strcat(said, *said ? " " : ""), word);
    }
    if (is_listed("all", said)) {
        fputs("everything", to);
        return;
    }
    rest = said;
    for (const char *separator = ""; (word = strsep(&rest, " ")); separator = ", ")
        fprintf(to, "%s%s", separator, word);
}

static bool has_same_servers(const struct facts *f)
{
    for (size_t row = 0; row < f->selftests.rows; row++)
        if (strncmp(cell(f, row, "name"), "same_server_", strlen("same_server_")) == 0 &&
            !has_verdict(f, row, "recorded"))
            return true;
    return false;
}

static void say_result(const struct facts *f, FILE *to)
{
    size_t passed = selftests_with(f, "passed"), failed = selftests_with(f, "failed");
    if (failed) {
        fprintf(to, "%zu of %zu self-tests failed (", failed, failed + passed);
        say_failed(f, to);
        fputs("). In doubt: ", to);
        say_doubted(f, to);
        fputc('.', to);
    } else if (passed) {
        fprintf(to, "All %zu self-tests passed.", passed);
    } else {
        fputs("No self-test was run.", to);
    }
}

char *selftests_text(const struct facts *f)
{
    const char *asked = facts_environment(f, "selftest");
    struct prose p;
    prose_begin(&p);
    if (!f->selftests.text)
        fprintf(p.to, "This run has no self-tests%s.",
                asked && strcmp(asked, "no") == 0 ? " (SELFTEST=no)" : "");
    else
        say_result(f, p.to);
    if (f->selftests.text && !has_same_servers(f))
        fputs(" It did not compare a server with itself under another name.", p.to);
    return prose_end(&p);
}

// ---- the table ----------------------------------------------------------------------------------

// The table's units are plain ASCII.
static const char *unit_of(const struct facts *f, size_t row)
{
    const char *unit = cell(f, row, "unit");
    return strcmp(unit, "us") == 0    ? "µs"
           : strcmp(unit, "1/s") == 0 ? "/s"
           : strcmp(unit, "-") == 0   ? ""
                                      : unit;
}

static json_t *name_of(const struct facts *f, size_t row)
{
    struct prose p;
    prose_begin(&p);
    say_name(cell(f, row, "name"), p.to);
    return prose_json(&p);
}

// "at most 100 µs", "0.98–1.02", or nothing.
static json_t *accepted(const struct facts *f, size_t row)
{
    double low = real(f, row, "low"), high = real(f, row, "high");
    char text[FORMAT_BYTES];
    struct prose p;
    prose_begin(&p);
    if (!isnan(low) && !isnan(high)) {
        format_interval(real(f, row, "value"), low, high, unit_of(f, row), text);
        fputs(text, p.to);
    } else if (!isnan(low) || !isnan(high)) {
        format_value(isnan(low) ? high : low, unit_of(f, row), text);
        fprintf(p.to, "at %s %s", isnan(low) ? "most" : "least", text);
    }
    return prose_json(&p);
}

static json_t *row_of(const struct facts *f, size_t row)
{
    char value[FORMAT_BYTES];
    format_value(real(f, row, "value"), unit_of(f, row), value);
    return made(json_pack("{so ss so ss ss}", "name", name_of(f, row), "value", value, "accepted",
                          accepted(f, row), "verdict", cell(f, row, "verdict"), "what",
                          cell(f, row, "what")));
}

json_t *selftests_section(const struct facts *f)
{
    json_t *rows = made(json_array());
    char *text = selftests_text(f);
    for (size_t row = 0; row < f->selftests.rows; row++)
        add(rows, row_of(f, row));
    json_t *section =
        made(json_pack("{ss sb so}", "text", text, "ok", selftests_passed(f), "rows", rows));
    free(text);
    return section;
}
