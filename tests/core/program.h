// The programs of build/bench/: each is put to the same checks, run to its end or for a while.
#pragma once

#include "tests/core/server_process.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

enum { EXIT_USAGE = 2, EXIT_SKIP = 77 };
enum { MAX_TEXT = 8192, RUN_LIMIT_MS = 20 * SECOND_MS };

struct program {
    const char *path;
    struct server_process process; // while it runs
};

// A run that has ended.
struct result {
    char command[256];
    int status; // its exit status
    char out[MAX_TEXT], err[MAX_TEXT];
};

// files: both limits of RLIMIT_NOFILE, or 0 to inherit them. Arguments end with NULL.
void program_start(struct program *p, const char *const *arguments, rlim_t files);

// By force, if it has not ended. Descendants as well.
void program_end(struct program *p);

// Runs it to its end, after which no process is left.
struct result program_run(struct program *p, const char *const *arguments);
struct result program_run_limited(struct program *p, const char *const *arguments, rlim_t files);

// What a program says when it has ended: nothing, if that was with success, or else one line on
// standard error.
void assert_result(const struct result *result, int status);

// Whether the machine can run it with these options, of which --describe is one: then it has
// described itself in one line, otherwise it has said the reason in one.
bool program_can(struct program *p, const char *const *arguments);

// Skip the check that this is called from.
void skip_unless(struct program *p, const char *const *arguments);
void skip_if_unsupported(struct program *p);

struct check {
    const char *name;
    void (*function)(void **program);
};

#define CHECK(function)                                                                            \
    {                                                                                              \
#function, function                                                                        \
    }

// Puts all programs that match the pattern, and are eligible, to these checks, as a group of tests.
// Before each the objects are noted that exist (tests/core/remains.h). Returns how many failed.
int check_programs(const char *group, const char *pattern, bool (*eligible)(const char *path),
                   const struct check *checks, size_t count);
