// Which layout of a server a block draws.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/measure/plan/layout.h"

// Returns the drawn program; the caller frees it.
static char *drawn(const char *program, const char *model, uint64_t seed, size_t block)
{
    char *text;
    size_t bytes;
    FILE *file = open_memstream(&text, &bytes);
    assert_non_null(file);
    layout_draw(program, model, seed, block, file);
    assert_int_equal(fclose(file), 0);
    return text;
}

static unsigned layout(const char *model, uint64_t seed, size_t block)
{
    char *program = drawn("taskset -c 1 build/layouts/{1-8}/servers/fork", model, seed, block);
    unsigned k;
    int end = 0;
    assert_int_equal(sscanf(program, "taskset -c 1 build/layouts/%u/servers/fork%n", &k, &end), 1);
    assert_int_equal(program[end], '\0');
    assert_in_range(k, 1, 8);
    free(program);
    return k;
}

static void other_programs_stay(void **unused)
{
    (void)unused;
    static const char *const programs[] = {"build/servers/select", "build/layouts/3/servers/fork",
                                           "none"};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        char *program = drawn(programs[i], "fork", 7, 1);
        assert_string_equal(program, programs[i]);
        free(program);
    }
}

static void every_layout_is_as_likely(void **unused)
{
    (void)unused;
    enum { BLOCKS = 8000 };
    size_t of_block[8] = {0}, of_seed[8] = {0}, alike[2] = {0};
    for (size_t i = 0; i < BLOCKS; i++) {
        unsigned k = layout("fork", 1, i);
        assert_int_equal(layout("fork", 1, i), k);
        of_block[k - 1]++;
        of_seed[layout("fork", i, 1) - 1]++;
        alike[0] += layout("epoll", 1, i) == k; // two models draw independently
        alike[1] += layout("fork", 1, i + 1) == k;
    }
    // Five standard deviations of 8000 draws of one in eight are 148.
    for (size_t k = 0; k < 8; k++) {
        assert_in_range(of_block[k], BLOCKS / 8 - 148, BLOCKS / 8 + 148);
        assert_in_range(of_seed[k], BLOCKS / 8 - 148, BLOCKS / 8 + 148);
    }
    assert_in_range(alike[0], BLOCKS / 8 - 148, BLOCKS / 8 + 148);
    assert_in_range(alike[1], BLOCKS / 8 - 148, BLOCKS / 8 + 148);
}

static void a_server_has_as_many_as_are_built(void **unused)
{
    (void)unused;
    char program[128], last[128];
    layout_any("no_such_server", program, sizeof program);
    assert_string_equal(program, BUILD_FOLDER "/servers/no_such_server");
    layout_any("fork", program, sizeof program);
    if (access(BUILD_FOLDER "/layouts/none", F_OK) == 0) {
        assert_string_equal(program, BUILD_FOLDER "/servers/fork");
        return;
    }
    unsigned layouts;
    assert_int_equal(sscanf(program, BUILD_FOLDER "/layouts/{1-%u}/servers/fork", &layouts), 1);
    snprintf(last, sizeof last, BUILD_FOLDER "/layouts/%u/servers/fork", layouts);
    assert_int_equal(access(last, X_OK), 0);
    snprintf(last, sizeof last, BUILD_FOLDER "/layouts/%u/servers/fork", layouts + 1);
    assert_int_equal(access(last, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_programs_stay),
        cmocka_unit_test(every_layout_is_as_likely),
        cmocka_unit_test(a_server_has_as_many_as_are_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
