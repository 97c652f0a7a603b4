// Texts and numbers as gnuplot reads them.
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

// Of UTF-8 text.
size_t characters(const char *text);

// Within single quotes of gnuplot.
void print_escaped(FILE *file, const char *text);

// A gnuplot variable: key = 'text'.
void print_text(FILE *file, const char *key, const char *text);

// A real number, as gnuplot divides whole ones without a remainder; NaN if it is not finite.
void print_number(FILE *file, const char *key, double value);

// key = the texts, broken into lines of at most `width` characters, one below the other; key_lines
// = the number of lines.
void print_wrapped(FILE *file, const char *key, const json_t *texts, size_t width);
