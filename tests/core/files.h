// A folder for the files of a test, and calls that end their program.
#pragma once

#include <stddef.h>

extern char files_folder[];

// Before and after all tests.
int make_folder(void **unused);
int remove_folder(void **unused);

// Writes a file of the folder. Returns its path, which the next call overwrites.
const char *file_of(const char *name, const char *text, size_t bytes);

// The call must end its process with this status, after one line that contains the words.
void expect_refusal(void (*call)(const char *), const char *argument, int status,
                    const char *words);
