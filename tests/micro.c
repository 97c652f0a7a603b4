// What every program in build/bench/micro/spawn/ and build/bench/micro/ipc/ promises without
// options, found by looking there: a new one inherits all of this. Run from the directory that
// holds build/. What the options promise is in spawn.c and ipc.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/core/followed.h"
#include "tests/core/program.h"
#include "tests/core/remains.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void describes_itself(void **state)
{
    struct program *program = *state;
    char *fields[6];
    size_t count = 0;

    skip_if_unsupported(program);
    struct result result = program_run(program, (const char *const[]){"--describe", NULL});
    char *rest = result.out;
    result.out[strlen(result.out) - 1] = '\0';
    for (char *field; (field = strsep(&rest, "\t")) != NULL; count++) {
        assert_true(count < 6);
        assert_true(strlen(field) > 0);
        fields[count] = field;
    }
    assert_int_equal(count, 6);
    assert_string_equal(fields[0], strrchr(program->path, '/') + 1);
    for (const char *c = fields[1]; *c != '\0'; c++)
        assert_true(islower((unsigned char)*c) || *c == '_');
    assert_string_equal(fields[2], "-");
    assert_string_equal(fields[3], "-");
}

static void helps(void **state)
{
    struct result result = program_run(*state, (const char *const[]){"--help", NULL});

    assert_int_equal(result.status, EXIT_SUCCESS);
    assert_non_null(strstr(result.out, "COUNT"));
    assert_string_equal(result.err, "");
}

static void refuses_bad_usage_in_one_line(void **state)
{
    static const char *const bad[][3] = {
        {NULL},         {"0"},
        {"-1"},         {"abc"},
        {"1e9x"},       {""},
        {" 1"},         {"+1"},
        {"1 "},         {"0x10"},
        {"1", "2"},     {"10000001"},
        {"--nonsense"}, {"18446744073709551617"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct result result = program_run(*state, bad[i]);

        assert_result(&result, EXIT_USAGE);
    }
}

static void runs_and_leaves_nothing(void **state)
{
    static const char *const counts[] = {"1", "200"};

    skip_if_unsupported(*state);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct result result = program_run(*state, (const char *const[]){counts[i], NULL});

        assert_result(&result, EXIT_SUCCESS);
        assert_true(nothing_remains());
    }
}

// SIGCHLD ignored is handed down by exec, and the kernel would then reap the children itself.
static void runs_for_a_caller_that_ignores_children(void **state)
{
    struct program *program = *state, caller = {.path = "/usr/bin/env"};

    skip_if_unsupported(program);
    struct result result = program_run(
        &caller, (const char *const[]){"--ignore-signal=CHLD", program->path, "20", NULL});
    assert_result(&result, EXIT_SUCCESS);
    assert_true(nothing_remains());
}

int main(void)
{
    static const struct check checks[] = {
        CHECK(describes_itself),
        CHECK(helps),
        CHECK(refuses_bad_usage_in_one_line),
        CHECK(runs_and_leaves_nothing),
        CHECK(runs_for_a_caller_that_ignores_children),
    };
    enum { CHECKS = sizeof checks / sizeof checks[0] };

    remains_isolate();
    int failed =
        check_programs("spawn", BUILD_FOLDER "/bench/micro/spawn/*", can_be_followed, checks,
                       CHECKS) +
        check_programs("ipc", BUILD_FOLDER "/bench/micro/ipc/*", can_be_followed, checks, CHECKS);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
