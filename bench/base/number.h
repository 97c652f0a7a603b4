// Numbers from the command line. What is not one, or is out of range, ends the program with one
// line and status 2.
#pragma once

double number_real(const char *text, const char *what, double least, double most);
unsigned long number_whole(const char *text, const char *what, unsigned long least,
                           unsigned long most);
