#include "tests/core/followed.h"
#include "tests/core/server_process.h"

#include <stdio.h>
#include <string.h>

// ThreadSanitizer follows threads: it breaks clone() and puts off signal handlers while semop()
// blocks.
bool can_be_followed(const char *path)
{
    char command[300], line[1024] = "";
    if (!DEFERS_SIGNALS)
        return true;
    snprintf(command, sizeof command, "%s --describe", path);
    FILE *output = popen(command, "r");
    bool is_thread = output && fgets(line, sizeof line, output) && strstr(line, "\tthread\t");
    if (output)
        pclose(output);
    if (!is_thread)
        printf("skipped: %s: not threads, which are all that this sanitizer follows\n", path);
    return is_thread;
}
