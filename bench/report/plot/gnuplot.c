#include "bench/report/plot/gnuplot.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

void print_escaped(FILE *file, const char *text)
{
    for (; *text; text++)
        if (*text == '\n')
            fputs("'.\"\\n\".'", file);
        else
            fprintf(file, *text == '\'' ? "''" : "%c", *text);
}

void print_text(FILE *file, const char *key, const char *text)
{
    fprintf(file, "%s = '", key);
    print_escaped(file, text);
    fputs("'\n", file);
}

void print_number(FILE *file, const char *key, double value)
{
    if (isfinite(value))
        fprintf(file, "%s = real(%.6g)\n", key, value);
    else
        fprintf(file, "%s = NaN\n", key);
}

// Breaks a text into lines of at most so many characters. Returns their number.
static size_t wrap(FILE *file, const char *text, size_t width)
{
    size_t lines = 1, filled = 0;
    char *copy = strdup(text), *rest = NULL;
    if (!copy)
        err(1, "no memory");
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        size_t length = characters(word);
        if (filled > 0 && filled + 1 + length > width) {
            fputc('\n', file);
            filled = 0;
            lines++;
        } else if (filled > 0) {
            fputc(' ', file);
            filled++;
        }
        fputs(word, file);
        filled += length;
    }
    free(copy);
    return lines;
}

void print_wrapped(FILE *file, const char *key, const json_t *texts, size_t width)
{
    char *joined = NULL;
    size_t size, i, lines = 0;
    FILE *memory = open_memstream(&joined, &size);
    if (!memory)
        err(1, "no memory");
    json_t *text;
    json_array_foreach(texts, i, text)
    {
        if (i > 0)
            fputc('\n', memory);
        lines += wrap(memory, json_string_value(text), width);
    }
    if (fclose(memory) == EOF)
        err(1, "no memory");
    print_text(file, key, joined);
    fprintf(file, "%s_lines = %zu\n", key, lines);
    free(joined);
}
