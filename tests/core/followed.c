#include "tests/core/followed.h"
#include "tests/core/server_process.h"

#include <stdio.h>
#include <string.h>

// The fourth field: "-", or how many workers and what they are.
static bool pool_is_of(const char *description, const char *workers)
{
    const char *pool = description;
    for (int i = 0; i < 3 && pool; i++) {
        pool = strchr(pool, '\t');
        pool += pool != NULL;
    }
    return pool && memmem(pool, strcspn(pool, "\t"), workers, strlen(workers));
}

bool is_pool_of_threads(const char *description)
{
    return pool_is_of(description, " thread");
}

bool is_pool_of_processes(const char *description)
{
    return pool_is_of(description, " process");
}

// ThreadSanitizer follows threads: it breaks clone() and puts off signal handlers while semop()
// blocks.
bool can_be_followed(const char *path)
{
    char command[300], line[1024] = "";
    if (!DEFERS_SIGNALS)
        return true;
    snprintf(command, sizeof command, "%s --describe", path);
    FILE *output = popen(command, "r");
    bool is_described = output && fgets(line, sizeof line, output);
    bool has_threads = is_described && (strstr(line, "\tthread\t") || is_pool_of_threads(line));
    if (output)
        pclose(output);
    if (!has_threads)
        printf("skipped: %s: not threads, which are all that this sanitizer follows\n", path);
    return has_threads;
}
