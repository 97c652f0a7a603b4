// How a test of a server fails. What becomes of a failure is up to the program: a test of cmocka
// ends (failure.c), and tests/check/ reports it in one line, without cmocka.
#pragma once

// Ends the test as failed, with what was seen.
#define fail_because(...) fail_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn __attribute__((format(printf, 3, 4))) void fail_at(const char *file, int line,
                                                             const char *format, ...);

// For what needs no words: it holds everywhere but in a broken server or test.
#define require(condition)                                                                         \
    ((condition) ? (void)0 : fail_because("this does not hold: %s", #condition))
