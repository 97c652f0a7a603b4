// Parsing of numbers.
#pragma once

#include <stdbool.h>

// Whether the whole text is a number in this range; stores it in value.
bool is_real(const char *text, double least, double most, double *value);
bool is_whole(const char *text, unsigned long least, unsigned long most, unsigned long *value);

// The same for the command line: anything else ends the program with one line and status 2.
double number_real(const char *text, const char *what, double least, double most);
unsigned long number_whole(const char *text, const char *what, unsigned long least,
                           unsigned long most);
