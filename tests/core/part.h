// A test program that takes long runs in parts side by side: tests/run.sh tells each its share.
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

// Of n tests, keeps those that the argument chooses: every N-th one of "I/N", or what a pattern of
// names matches. Returns how many are left; the names of the others are freed.
size_t choose_tests(struct CMUnitTest *tests, size_t n, const char *argument);
