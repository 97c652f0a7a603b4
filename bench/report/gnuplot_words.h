// Variables of gnuplot, as a script loads them from a file STEM.words.
#pragma once

#include <jansson.h>
#include <stdio.h>

// Of a text in UTF-8.
size_t characters(const char *text);

// A text within single quotes of gnuplot.
void gnuplot_escaped(FILE *file, const char *text);

// A variable: key = 'text'.
void gnuplot_text(FILE *file, const char *key, const char *text);

// A real number, as gnuplot divides whole ones without a remainder.
void gnuplot_number(FILE *file, const char *key, double value);

// key = the wrapped texts, one below the other; key_lines = their number of lines.
void gnuplot_wrapped(FILE *file, const char *key, const json_t *texts, size_t width);
