// A comparison as text.
#include "bench/report/compare/comparison.h"

#include <string.h>

enum { COLUMNS = 6, WIDTH = 100 };
static const char *const headings[] = {"model@x", "base", "new", "change", "verdict", "medians"};
static const char *const keys[] = {"subject", "base_text",    "new_text",
                                   "change",  "verdict_text", "medians"};

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

// In characters, not in bytes.
static int width_of(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += (*text & 0xC0) != 0x80;
    return width;
}

// Each line as a wrapped paragraph.
static void print_lines(const char *title, const json_t *lines, FILE *file)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *word = json_string_value(json_array_get(lines, i));
        fputs(i ? "" : title, file);
        int used = fprintf(file, " ");
        while (*word) {
            int length = (int)strcspn(word, " ");
            if (used + 1 + length > WIDTH)
                used = fprintf(file, "\n   ") - 1;
            used += fprintf(file, " %.*s", length, word);
            word += length + (int)strspn(word + length, " ");
        }
        fputc('\n', file);
    }
}

// row: NULL for the headings.
static const char *cell(const json_t *row, size_t column)
{
    return row ? text_of(row, keys[column]) : headings[column];
}

static void print_row(const json_t *row, const int widths[COLUMNS], FILE *file)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        int blanks = widths[i] - width_of(cell(row, i));
        bool is_left = i == 0 || i == 4;
        fprintf(file, "%s%*s%s%*s", i ? "  " : "", is_left ? 0 : blanks, "", cell(row, i),
                is_left ? blanks : 0, "");
    }
    fputc('\n', file);
}

// Columns are as wide as their group needs.
static void print_group(const json_t *group, FILE *file)
{
    int widths[COLUMNS];
    const json_t *rows = json_object_get(group, "rows");
    for (size_t column = 0; column < COLUMNS; column++) {
        widths[column] = width_of(headings[column]);
        for (size_t i = 0; i < json_array_size(rows); i++) {
            int width = width_of(cell(json_array_get(rows, i), column));
            widths[column] = width > widths[column] ? width : widths[column];
        }
    }
    fprintf(file, "\n%s: %s, as a ratio to %s\n", text_of(group, "experiment"),
            text_of(group, "metric"), text_of(group, "baseline"));
    print_row(NULL, widths, file);
    for (size_t i = 0; i < json_array_size(rows); i++)
        print_row(json_array_get(rows, i), widths, file);
}

static void print_groups(const char *title, const json_t *groups, FILE *file)
{
    for (size_t i = 0; i < json_array_size(groups); i++) {
        fputs(i ? "" : title, file);
        print_group(json_array_get(groups, i), file);
    }
}

void comparison_print(const json_t *c, FILE *file)
{
    fprintf(file, "base  %s\nnew   %s\n\n", text_of(c, "base"), text_of(c, "new"));
    if (!json_array_size(json_object_get(c, "conditions")))
        fputs("The conditions are the same.\n", file);
    print_lines("Different conditions (base -> new)\n", json_object_get(c, "conditions"), file);
    print_lines("Different questions\n", json_object_get(c, "questions"), file);
    print_groups("\n---- Headline ratios, each with its 95 % interval ----\n",
                 json_object_get(c, "headline"), file);
    print_groups("\n---- The other ratios ----\n", json_object_get(c, "other"), file);
    print_lines("\nOnly in base (*: a headline)\n", json_object_get(c, "only_base"), file);
    print_lines("\nOnly in new (*: a headline)\n", json_object_get(c, "only_new"), file);
    fputs("\n~ about the same as its baseline in that run, within 10 %; ? undecided there\n", file);
    for (size_t i = 0; i < json_array_size(json_object_get(c, "totals")); i++)
        fprintf(file, "%s\n", json_string_value(json_array_get(json_object_get(c, "totals"), i)));
}
