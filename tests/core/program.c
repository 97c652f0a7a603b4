#include "tests/core/program.h"
#include "tests/core/remains.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <err.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void program_start(struct program *p, const char *const *arguments, rlim_t files)
{
    server_process_start(&p->process, p->path, arguments, files);
}

void program_end(struct program *p)
{
    close(p->process.out);
    close(p->process.err);
    process_end(&p->process);
}

static void write_command(char *text, size_t bytes, const char *path, const char *const *arguments)
{
    size_t used = (size_t)snprintf(text, bytes, "%s", path);

    for (; *arguments != NULL && used < bytes; arguments++)
        used += (size_t)snprintf(text + used, bytes - used, " %s", *arguments);
}

struct result program_run_limited(struct program *p, const char *const *arguments, rlim_t files)
{
    struct result result;

    write_command(result.command, sizeof result.command, p->path, arguments);
    program_start(p, arguments, files);
    int status = server_process_wait(&p->process, RUN_LIMIT_MS);

    process_output(&p->process, result.out, sizeof result.out);
    process_errors(&p->process, result.err, sizeof result.err);
    if (!WIFEXITED(status))
        fail_msg("%s: killed by signal %d; standard error: %s", result.command, WTERMSIG(status),
                 result.err);
    result.status = WEXITSTATUS(status);
    assert_true(no_orphans());
    program_end(p);
    return result;
}

struct result program_run(struct program *p, const char *const *arguments)
{
    return program_run_limited(p, arguments, 0);
}

static bool is_one_line(const char *text)
{
    size_t length = strlen(text);

    return length > 1 && strchr(text, '\n') == text + length - 1;
}

void assert_result(const struct result *result, int status)
{
    bool well_said = status == EXIT_SUCCESS ? *result->err == '\0' : is_one_line(result->err);

    if (result->status != status || *result->out != '\0' || !well_said)
        fail_msg("%s: exit status %d, not %d; standard output: %s; standard error: %s",
                 result->command, result->status, status, result->out, result->err);
}

bool program_can(struct program *p, const char *const *arguments)
{
    struct result result = program_run(p, arguments);
    const char *name = strrchr(p->path, '/') + 1;

    if (result.status == EXIT_SUCCESS) {
        assert_true(is_one_line(result.out));
        assert_string_equal(result.err, "");
        return true;
    }
    assert_result(&result, EXIT_SKIP);
    assert_int_equal(strncmp(result.err, name, strlen(name)), 0);
    assert_int_equal(strncmp(result.err + strlen(name), ": ", 2), 0);
    return false;
}

void skip_unless(struct program *p, const char *const *arguments)
{
    if (!program_can(p, arguments))
        skip();
}

void skip_if_unsupported(struct program *p)
{
    skip_unless(p, (const char *const[]){"--describe", NULL});
}

static int note(void **program)
{
    (void)program;
    remains_note();
    return 0;
}

static int end(void **program)
{
    program_end(*program);
    return 0;
}

int check_programs(const char *group, const char *pattern, bool (*eligible)(const char *path),
                   const struct check *checks, size_t count)
{
    glob_t found;
    size_t tests_count = 0;

    if (glob(pattern, 0, NULL, &found) != 0)
        errx(EXIT_FAILURE,
             "no program matches %s: run make first, and this from the directory above build/",
             pattern);

    struct program *programs = calloc(found.gl_pathc, sizeof *programs);
    struct CMUnitTest *tests = calloc(found.gl_pathc * count, sizeof *tests);
    if (programs == NULL || tests == NULL)
        err(EXIT_FAILURE, "calloc");

    for (size_t p = 0; p < found.gl_pathc; p++) {
        programs[p] = (struct program){found.gl_pathv[p], {.out = -1, .err = -1}};
        if (!eligible(programs[p].path))
            continue;
        for (size_t c = 0; c < count; c++) {
            char *name;

            if (asprintf(&name, "%s %s", programs[p].path + strlen(BUILD_FOLDER "/bench/"),
                         checks[c].name) < 0)
                err(EXIT_FAILURE, "asprintf");
            tests[tests_count++] = (struct CMUnitTest){
                .name = name,
                .test_func = checks[c].function,
                .setup_func = note,
                .teardown_func = end,
                .initial_state = &programs[p],
            };
        }
    }

    int failed = _cmocka_run_group_tests(group, tests, tests_count, NULL, NULL);
    for (size_t i = 0; i < tests_count; i++)
        free((char *)tests[i].name);
    free(tests);
    free(programs);
    globfree(&found);
    return failed;
}
