// The contract of a server, tested on every program in build/servers/: a new one is found by
// itself. One test a cell, named hazard/program. An argument is a part, I/N, or a pattern of names
// to run, such as 'half_close/*'. With DEEP=1 only those hazards are tested that take too long for
// every change.
//
// Runs in 4 parts.
#include "tests/core/contract.h"
#include "tests/core/client.h"
#include "tests/core/followed.h"
#include "tests/core/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char servers_dir[] = BUILD_FOLDER "/servers";

static const char *const family_name[] = {"iterative", "process", "thread", "multiplexed", "peer"};
static const char *const capacity_name[] = {"one", "hashed", "workers", "many"};

// More workers for more clients, where a worker serves one client; but not so many that the server
// itself has not descriptors enough for its pool of processes.
static unsigned workers_of(const struct cell *cell)
{
    const struct hazard *h = cell->hazard;
    bool few = cell->program->capacity == MANY || (h->files && cell->program->family == PROCESS);
    return h->workers && !few ? h->workers : DEFAULT_WORKERS;
}

static bool pool_is_complete(const void *argument)
{
    const struct cell *cell = argument;
    struct census now = census(&cell->server);
    unsigned besides = cell->program->of_threads && DEFERS_SIGNALS ? 2 : 1; // the sanitizer has one
    return (cell->program->of_threads ? now.threads : now.processes) >= workers_of(cell) + besides;
}

struct census baseline(const struct cell *cell)
{
    if (cell->program->has_pool && !within(START_LIMIT_MS, pool_is_complete, cell))
        fail_msg("has no pool of %u workers", workers_of(cell));
    expect_service(cell->server.port); // what is made with the first connection is there
    return census_at_rest(&cell->server);
}

static void end_early(struct cell *cell, const char *kind, const char *reason)
{
    print_message("%s: %s/%s: %s\n", kind, cell->hazard->name, cell->program->name, reason);
    cell->skipped = true;
    skip();
}

void skip_because(struct cell *cell, const char *reason)
{
    end_early(cell, "skipped", reason);
}

void except_because(struct cell *cell, const char *reason)
{
    end_early(cell, "exception", reason);
}

// ---- a cell ----

void launch_server(struct cell *cell)
{
    const struct hazard *h = cell->hazard;
    const char *arguments[8] = {"-p", "0"};
    size_t n = 2;
    char workers[16];
    snprintf(workers, sizeof workers, "%u", workers_of(cell));
    if (cell->program->has_pool) {
        arguments[n++] = "-w";
        arguments[n++] = workers;
    }
    if (h->argument)
        arguments[n++] = h->argument;
    if (!h->says_families || h->says_families & 1u << cell->program->family)
        cell->server.says = h->says;
    cell->server.traced = h->injects;
    server_process_start(&cell->server, cell->program->path, arguments, h->files);
}

void start_server(struct cell *cell)
{
    launch_server(cell);
    process_listens(&cell->server);
}

static void run_cell(void **state)
{
    struct cell *cell = *state;
    const struct hazard *h = cell->hazard;
    if (h->excepted & 1u << cell->program->capacity)
        except_because(cell, exception_of[cell->program->capacity]);
    if (!h->starts_itself)
        start_server(cell);
    h->test(cell);
    if (cell->server.pid)
        process_stops_cleanly(&cell->server, SIGTERM);
    cell->fulfilled = true;
}

static int first_free_descriptor;

// Whatever became of the test, nothing that it made is left.
static int end_cell(void **state)
{
    struct cell *cell = *state;
    if (!cell->fulfilled && !cell->skipped) {
        char errors[2048];
        int status;
        print_error("%s is to keep this: %s\n", cell->program->name, cell->hazard->rule);
        if (cell->server.pid && waitpid(cell->server.pid, &status, WNOHANG) > 0) {
            print_error("it ended: %s %d\n", WIFSIGNALED(status) ? "signal" : "exit status",
                        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            cell->server.pid = 0;
        }
        if (*process_errors(&cell->server, errors, sizeof errors))
            print_error("its standard error:\n%s", errors);
    }
    process_end(&cell->server);
    close_range((unsigned)first_free_descriptor, ~0u, 0);
    return 0;
}

// ---- the columns ----

static size_t index_of(const char *name, const char *const *names, size_t n)
{
    size_t i = 0;
    while (i < n && strcmp(name, names[i]) != 0)
        i++;
    return i;
}

// Asks the program what it is. One that does not say is a failure; one that cannot run here is not.
static void identify(struct program *p)
{
    char command[320], line[512], *rest = line, *field[4];
    snprintf(command, sizeof command, "%s --describe 2>&1", p->path);
    FILE *description = popen(command, "re");
    if (!description)
        err(1, "%s", command);
    if (!fgets(line, sizeof line, description))
        *line = '\0';
    line[strcspn(line, "\n")] = '\0';
    int status = pclose(description);
    snprintf(p->problem, sizeof p->problem, "%.200s", *line ? line : "(nothing)");
    p->unsupported = WIFEXITED(status) && WEXITSTATUS(status) == 77;
    if (p->unsupported)
        return;
    p->of_threads = is_pool_of_threads(line);
    for (size_t i = 0; i < 4; i++)
        field[i] = strsep(&rest, "\t");
    size_t families = sizeof family_name / sizeof *family_name,
           capacities = sizeof capacity_name / sizeof *capacity_name;
    size_t family = field[1] ? index_of(field[1], family_name, families) : families;
    size_t capacity = field[2] ? index_of(field[2], capacity_name, capacities) : capacities;
    if (status != 0 || family == families || capacity == capacities)
        return;
    p->family = (enum family)family;
    p->capacity = (enum capacity)capacity;
    p->has_pool = field[3] && strcmp(field[3], "-") != 0;
    *p->problem = '\0';
    bool is_followed = p->family == THREAD || p->family == MULTIPLEXED;
    if (DEFERS_SIGNALS && !is_followed) { // and has no threads
        snprintf(p->problem, sizeof p->problem, "the thread sanitizer delays its signal handlers");
        p->unsupported = true;
    }
}

static int is_program(const struct dirent *entry)
{
    char path[300];
    struct stat about;
    snprintf(path, sizeof path, "%s/%s", servers_dir, entry->d_name);
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

static void report_problem(void **state)
{
    const struct program *p = ((struct cell *)*state)->program;
    if (!p->unsupported)
        fail_msg("%s --describe does not say what it is: %s", p->name, p->problem);
    print_message("skipped: %s cannot run here: %s\n", p->name, p->problem);
    skip();
}

static bool concerns(const struct hazard *h, const struct program *p)
{
    bool family = !h->families || h->families & 1u << p->family;
    bool capacity = !h->capacities || h->capacities & 1u << p->capacity;
    bool is_pool = p->has_pool && !(h->pools == POOLS_OF_PROCESSES && p->of_threads);
    const char *deep = getenv("DEEP");
    if (!h->rule || h->deep != (deep && *deep))
        return false;
    return family && capacity && (h->pools == ALL_MODELS || is_pool) &&
           (!h->program || strcmp(h->program, p->name) == 0);
}

static void *allocated(void *memory)
{
    if (!memory)
        err(1, "no memory");
    return memory;
}

static struct CMUnitTest test_of(struct cell *cell, const char *hazard, CMUnitTestFunction test,
                                 CMFixtureFunction teardown)
{
    char *name;
    if (asprintf(&name, "%s/%s", hazard, cell->program->name) < 0)
        err(1, "no memory");
    return (struct CMUnitTest){
        .name = name, .test_func = test, .teardown_func = teardown, .initial_state = cell};
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int found = scandir(servers_dir, &entries, is_program, alphasort);
    if (found < 0)
        err(1, "%s", servers_dir);
    if (found == 0)
        errx(1, "no servers in %s", servers_dir);
    if (argc > 2)
        errx(2, "one part or one pattern of hazard/program at most");

    struct rlimit files; // clients need descriptors, too
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    size_t most = (size_t)found * (hazard_count + 1), n = 0;
    struct program *programs = allocated(calloc((size_t)found, sizeof *programs));
    struct cell *cells = allocated(calloc(most, sizeof *cells));
    struct CMUnitTest *tests = allocated(calloc(most, sizeof *tests));
    for (int i = 0; i < found; i++) {
        struct program *p = &programs[i];
        snprintf(p->name, sizeof p->name, "%.63s", entries[i]->d_name);
        snprintf(p->path, sizeof p->path, "%s/%s", servers_dir, p->name);
        free(entries[i]);
        identify(p);
        if (*p->problem) {
            cells[n].program = p;
            tests[n] = test_of(&cells[n], "runs_here", report_problem, NULL);
            n++;
        }
    }
    free(entries);
    for (size_t h = 0; h < hazard_count; h++) {
        for (int i = 0; i < found; i++) {
            if (*programs[i].problem || !concerns(&hazards[h], &programs[i]))
                continue;
            cells[n] = (struct cell){.hazard = &hazards[h], .program = &programs[i]};
            tests[n] = test_of(&cells[n], hazards[h].name, run_cell, end_cell);
            n++;
        }
    }

    if (argc == 2)
        n = choose_tests(tests, n, argv[1]);
    first_free_descriptor = dup(STDOUT_FILENO);
    close(first_free_descriptor);
    int failed = _cmocka_run_group_tests("contract", tests, n, NULL, NULL);
    for (size_t i = 0; i < n; i++)
        free((char *)tests[i].name);
    free(tests);
    free(cells);
    free(programs);
    return failed != 0;
}
