// What the options of the programs in build/bench/micro/spawn/ promise: the parent is as they say
// while it makes its children, and the children execute what --image says. Run from the directory
// that holds build/. What holds without options is in micro.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/micro/spawn.h"
#include "tests/core/followed.h"
#include "tests/core/program.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TOUCH_MIB = 64,
    DESCRIPTORS = 300,
    TOO_MANY = 400,
    THREADS = 20,
    MAPPINGS = 500,
    FEW_FILES = 64,
    KIB_PER_MIB = 1024
};
enum { MAX_ARGUMENTS = 6 };

static const char for_ever[] = "10000000"; // children: longer than any test takes

// The number behind a name in a file, or 0. The file may be that of a process that is just ending.
static unsigned long read_figure(const char *path, const char *name)
{
    FILE *file = fopen(path, "re");
    unsigned long figure = 0;
    char line[512];

    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            figure = strtoul(line + strlen(name), NULL, 10);
    fclose(file);
    return figure;
}

static unsigned long figure_of(const struct program *program, const char *file, const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", program->process.pid, file);
    return read_figure(path, name);
}

static unsigned long resident_mib(const struct program *program)
{
    return figure_of(program, "status", "VmRSS:") / KIB_PER_MIB;
}

static unsigned long huge_mib(const struct program *program)
{
    return figure_of(program, "smaps_rollup", "AnonHugePages:") / KIB_PER_MIB;
}

static bool has_descriptor(const struct program *program, int number)
{
    char path[64], target[64];

    snprintf(path, sizeof path, "/proc/%d/fd/%d", program->process.pid, number);
    return readlink(path, target, sizeof target) > 0;
}

static unsigned count_sleeping_threads(const struct program *program)
{
    char path[64];
    unsigned sleeping = 0;

    snprintf(path, sizeof path, "/proc/%d/task", program->process.pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL)
        return 0;
    for (const struct dirent *task; (task = readdir(tasks)) != NULL;) {
        char line[512] = "", stat_path[400];

        snprintf(stat_path, sizeof stat_path, "%s/%s/stat", path, task->d_name);
        FILE *file = fopen(stat_path, "re");
        if (file == NULL)
            continue;
        if (fgets(line, sizeof line, file) != NULL)
            sleeping += strstr(line, ") S ") != NULL;
        fclose(file);
    }
    closedir(tasks);
    return sleeping;
}

// ---- what one waits for ----

static bool is_resident(const void *program)
{
    return resident_mib(program) >= TOUCH_MIB;
}

static bool has_all_threads(const void *program)
{
    return count_sleeping_threads(program) >= THREADS;
}

// It sleeps until a child has ended, so now and then at least: more often than it has had reason to
// before the first one.
static bool has_all_mappings(const void *argument)
{
    const struct program *program = argument;
    char path[64], line[512];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)program->process.pid);
    FILE *maps = fopen(path, "re");
    while (maps && fgets(line, sizeof line, maps))
        count++;
    if (maps)
        fclose(maps);
    return count >= MAPPINGS;
}

static bool makes_children(const void *program)
{
    return figure_of(program, "status", "voluntary_ctxt_switches:") > 100;
}

static bool nobody_is_left(const void *unused)
{
    (void)unused;
    return no_orphans();
}

// Starts a run without end, and waits until the parent is as it should be. It must still be when
// children are being made. One look is not enough for that: a starting parent may sleep, too, and
// count as the last of its threads.
static void become(struct program *program, const char *const *arguments,
                   bool (*holds)(const void *))
{
    program_start(program, arguments, 0);
    if (!within(START_LIMIT_MS, holds, program))
        fail_msg("the parent does not become what %s says; standard error: %s", arguments[1],
                 process_errors(&program->process, (char[MAX_TEXT]){0}, MAX_TEXT));
    assert_true(within(START_LIMIT_MS, makes_children, program));
    assert_true(within(START_LIMIT_MS, holds, program));
}

// Killed in the middle, it leaves no process: a child ends by itself.
static void kill_and_expect_nobody(struct program *program)
{
    assert_int_equal(kill(program->process.pid, SIGKILL), 0);
    int status = server_process_wait(&program->process, STOP_LIMIT_MS);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); // it had not finished
    assert_true(within(STOP_LIMIT_MS, nobody_is_left, NULL));
}

// ---- the tests ----

static void refuses_nonsense_in_one_line(void **state)
{
    static const char *const bad[][MAX_ARGUMENTS] = {
        {"1", "--touch"},
        {"1", "--touch", ""},
        {"1", "--touch", "-1"},
        {"1", "--touch", "1M"},
        {"1", "--touch", "1.5"},
        {"1", "--touch", "1048577"},
        {"1", "--descriptors", "2"},
        {"1", "--descriptors", "many"},
        {"1", "--descriptors", "1000001"},
        {"1", "--mappings", "-1"},
        {"1", "--mappings", "1000001"},
        {"1", "--threads", "-1"},
        {"1", "--threads", "two"},
        {"1", "--threads", "100001"},
        {"1", "--huge"},
        {"1", "--huge", "--touch", "0"},
        {"1", "--huge=yes", "--touch", "2"},
        {"1", "--image"},
        {"1", "--image", ""},
        {"1", "--image", "true"},
        {"1", "--image", "/"},
        {"1", "--image", "/proc/self/status"},
        {"--touch", "1"},
    };
    struct program *program = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct result result = program_run(program, bad[i]);

        assert_result(&result, EXIT_USAGE);
    }
}

// With --describe, which makes the parent nothing: a test of a check must not depend on the check.
static void says_what_the_machine_cannot_fulfil(void **state)
{
    struct program *program = *state;
    char all[32];

    skip_if_unsupported(program);
    snprintf(all, sizeof all, "%lu", read_figure("/proc/meminfo", "MemAvailable:") / KIB_PER_MIB);
    assert_false(program_can(program, (const char *const[]){"--describe", "--touch", all, NULL}));
    assert_true(program_can(program, (const char *const[]){"--describe", "--touch", "1", NULL}));

    struct result result = program_run_limited(
        program, (const char *const[]){"1", "--descriptors", "300", NULL}, FEW_FILES);
    assert_result(&result, EXIT_SKIP);
}

static void touches_the_memory(void **state)
{
    struct program *program = *state;

    skip_if_unsupported(program);
    become(program, (const char *const[]){for_ever, "--touch", "64", NULL}, is_resident);
    assert_int_equal(huge_mib(program) / TOUCH_MIB, 0);
    if (!SANITIZED)
        assert_true(resident_mib(program) < TOUCH_MIB + TOUCH_MIB / 2);
    kill_and_expect_nobody(program);
}

static void touches_huge_pages(void **state)
{
    struct program *program = *state;

    skip_unless(program, (const char *const[]){"--describe", "--huge", "--touch", "64", NULL});
    struct result result =
        program_run(program, (const char *const[]){"1", "--touch", "64", "--huge", NULL});
    if (result.status == EXIT_SKIP) { // it can, but its memory is too fragmented just now
        print_message("%s", result.err);
        skip();
    }
    assert_result(&result, EXIT_SUCCESS);
    become(program, (const char *const[]){for_ever, "--touch", "64", "--huge", NULL}, is_resident);
    assert_true(huge_mib(program) >= TOUCH_MIB);
    kill_and_expect_nobody(program);
}

// With a soft limit that does not allow them, and one inherited that is too many.
static void opens_the_descriptors(void **state)
{
    struct program *program = *state;
    struct rlimit before, few;

    skip_if_unsupported(program);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    if (before.rlim_cur <= TOO_MANY)
        skip();
    few = (struct rlimit){FEW_FILES, before.rlim_max};
    assert_int_equal(dup2(STDERR_FILENO, TOO_MANY), TOO_MANY);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    program_start(program, (const char *const[]){for_ever, "--descriptors", "300", NULL}, 0);
    close(TOO_MANY);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(within(START_LIMIT_MS, makes_children, program));
    for (int number = 0; number < DESCRIPTORS; number++)
        assert_true(has_descriptor(program, number));
    assert_false(has_descriptor(program, TOO_MANY));
    kill_and_expect_nobody(program);
}

static void starts_the_threads(void **state)
{
    struct program *program = *state;

    skip_if_unsupported(program);
    become(program, (const char *const[]){for_ever, "--threads", "20", NULL}, has_all_threads);
    // One that makes the children, one that it may just have made, and a sanitizer's own.
    assert_in_range(figure_of(program, "status", "Threads:"), THREADS + 1, THREADS + 3);
    kill_and_expect_nobody(program);
}

static void makes_the_mappings(void **state)
{
    struct program *program = *state;

    skip_if_unsupported(program);
    become(program, (const char *const[]){for_ever, "--mappings", "500", NULL}, has_all_mappings);
    kill_and_expect_nobody(program);
}

static void fulfils_all_at_once(void **state)
{
    struct program *program = *state;

    skip_if_unsupported(program);
    struct result result =
        program_run(program, (const char *const[]){"50", "--touch=4", "--descriptors=100",
                                                   "--threads=5", NULL});
    assert_result(&result, EXIT_SUCCESS);
}

static const char own_dynamic[] = BUILD_FOLDER "/bench/micro/images/child";
static const char own_static[] = BUILD_FOLDER "/linked_static/bench/micro/images/child";

// The sanitizers have no static copies, nor has a build that is static itself.
static bool is_built(const char *image)
{
    return access(image, X_OK) == 0 || access(BUILD_FOLDER "/linked_static/none", F_OK) < 0;
}

// Which ways execute a program only they themselves know, so this goes by what they do with one
// that fails; of two it is known here.
static void executes_the_image_or_refuses_it(void **state)
{
    static const char *const good[] = {own_dynamic, own_static, "/bin/true"};
    struct program *program = *state;
    const char *name = strrchr(program->path, '/') + 1;

    skip_if_unsupported(program);
    struct result result =
        program_run(program, (const char *const[]){"5", "--image", "/bin/false", NULL});
    bool refuses = result.status == EXIT_USAGE;

    assert_result(&result, refuses ? EXIT_USAGE : EXIT_FAILURE);
    if (!refuses)
        assert_non_null(strstr(result.err, "exited with status 1,"));
    if (strcmp(name, "fork") == 0)
        assert_true(refuses);
    if (strcmp(name, "fork_exec") == 0)
        assert_false(refuses);

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!is_built(good[i]))
            continue;
        result = program_run(program, (const char *const[]){"5", "--image", good[i], NULL});
        assert_result(&result, refuses ? EXIT_USAGE : EXIT_SUCCESS);
    }
}

static void own_images_end_as_children_do(void **unused)
{
    static const char *const paths[] = {own_dynamic, own_static};

    (void)unused;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct program image = {.path = paths[i]};

        if (!is_built(image.path))
            continue;
        struct result result = program_run(&image, (const char *const[]){NULL});
        assert_int_equal(result.status, CHILD_STATUS);
        assert_string_equal(result.out, "");
        assert_string_equal(result.err, "");
    }
}

static const struct check checks[] = {
    CHECK(refuses_nonsense_in_one_line),
    CHECK(says_what_the_machine_cannot_fulfil),
    CHECK(touches_the_memory),
    CHECK(touches_huge_pages),
    CHECK(opens_the_descriptors),
    CHECK(starts_the_threads),
    CHECK(makes_the_mappings),
    CHECK(fulfils_all_at_once),
    CHECK(executes_the_image_or_refuses_it),
};

int main(void)
{
    static const struct CMUnitTest images[] = {cmocka_unit_test(own_images_end_as_children_do)};

    int failed = cmocka_run_group_tests(images, NULL, NULL) +
                 check_programs("spawn", BUILD_FOLDER "/bench/micro/spawn/*", can_be_followed,
                                checks, sizeof checks / sizeof checks[0]);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
