#include "tests/core/remains.h"
#include "tests/core/server_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIST_BYTES = 8192 };

static char noted[LIST_BYTES];
static char queues[64] = "/dev/mqueue"; // where POSIX message queues are files

__attribute__((format(printf, 2, 3))) static void add(char list[LIST_BYTES], const char *format,
                                                      ...)
{
    size_t used = strlen(list);
    va_list values;

    va_start(values, format);
    used += (size_t)vsnprintf(list + used, LIST_BYTES - used, format, values);
    va_end(values);
    assert_true(used < LIST_BYTES);
}

// The identifiers of all message queues, segments and semaphore sets; not their times and counts,
// which change.
static void add_system_v(char list[LIST_BYTES])
{
    static const char *const tables[] = {"msg", "shm", "sem"};

    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char path[64], line[512];

        snprintf(path, sizeof path, "/proc/sysvipc/%s", tables[i]);
        FILE *table = fopen(path, "re");
        if (table == NULL)
            continue; // a kernel without System V IPC
        while (fgets(line, sizeof line, table) != NULL) {
            long key;
            int id;

            if (sscanf(line, "%ld %d", &key, &id) == 2)
                add(list, "%s %d ", tables[i], id);
        }
        fclose(table);
    }
}

// The files of a folder with our names. Other files may come and go.
static void add_names(char list[LIST_BYTES], const char *folder)
{
    DIR *entries = opendir(folder);

    if (entries == NULL)
        return; // remains_isolate() has said so, where it matters
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (strstr(entry->d_name, "forklore") != NULL && entry->d_type != DT_DIR)
            add(list, "%s/%s ", folder, entry->d_name);
    closedir(entries);
}

static void list_objects(char list[LIST_BYTES])
{
    list[0] = '\0';
    add_system_v(list);
    add_names(list, queues);
    add_names(list, "/dev/shm");
    add_names(list, "/tmp");
}

// Message queues are files only where that is mounted, which need not be anywhere.
static void find_queues(void)
{
    int context = fsopen("mqueue", FSOPEN_CLOEXEC), mount = -1;

    if (context >= 0 && fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        mount = fsmount(context, FSMOUNT_CLOEXEC, 0);
    if (context >= 0)
        close(context);
    if (mount >= 0)
        snprintf(queues, sizeof queues, "/proc/self/fd/%d", mount); // stays open, for all tests
    else if (access(queues, R_OK | X_OK) < 0)
        printf("skipped: whether a POSIX message queue remains: %s cannot be read\n", queues);
}

void remains_isolate(void)
{
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        err(EXIT_FAILURE, "prctl");
    if (unshare(CLONE_NEWIPC) < 0 && errno != EPERM)
        err(EXIT_FAILURE, "unshare");
    find_queues();
}

void remains_note(void)
{
    list_objects(noted);
}

bool nothing_remains(void)
{
    char list[LIST_BYTES];

    list_objects(list);
    return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD && strcmp(list, noted) == 0;
}

static bool holds(const void *unused)
{
    (void)unused;
    return nothing_remains();
}

bool nothing_remains_soon(void)
{
    return within(STOP_LIMIT_MS, holds, NULL);
}
