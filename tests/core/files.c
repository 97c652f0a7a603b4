#include "tests/core/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char files_folder[] = "/tmp/forklore_files_XXXXXX";

int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(files_folder) ? 0 : -1;
}

int remove_folder(void **unused)
{
    (void)unused;
    char pattern[64];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*", files_folder);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            unlink(found.gl_pathv[i]);
        globfree(&found);
    }
    return rmdir(files_folder);
}

const char *file_of(const char *name, const char *text, size_t bytes)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", files_folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
    return path;
}

void expect_refusal(void (*call)(const char *), const char *argument, int status, const char *words)
{
    char said[1024];
    size_t length = 0;
    ssize_t n;
    int channel[2], ended;
    assert_int_equal(pipe2(channel, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(channel[1], STDERR_FILENO);
        call(argument);
        _exit(99);
    }
    close(channel[1]);
    while ((n = read(channel[0], said + length, sizeof said - 1 - length)) > 0)
        length += (size_t)n;
    said[length] = '\0';
    close(channel[0]);
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    if (!WIFEXITED(ended) || WEXITSTATUS(ended) != status || !strstr(said, words) ||
        strcspn(said, "\n") + 1 != length)
        fail_msg("status %#x, not %d; not one line with '%s': %s", (unsigned)ended, status, words,
                 said);
}
