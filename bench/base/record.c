#include "bench/base/record.h"
#include "bench/base/lock.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct record record_open(const char *folder, const char *name)
{
    struct record r;
    snprintf(r.path, sizeof r.path, "%s/%s", folder, name);
    r.fd = open(r.path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (r.fd < 0)
        err(1, "%s", r.path);
    return r;
}

void record_lock(const struct record *r)
{
    char holder[HOLDER_BYTES];
    if (!lock_take(r->fd, holder))
        errx(1, "another run is under way: %s; it holds %s", holder, r->path);
}

static size_t size_of(const struct record *r)
{
    struct stat info;
    if (fstat(r->fd, &info) < 0)
        err(1, "%s", r->path);
    return (size_t)info.st_size;
}

bool record_is_empty(const struct record *r)
{
    return size_of(r) == 0;
}

static size_t count_lines(const char *text, size_t length)
{
    size_t lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines;
}

size_t record_trim(const struct record *r,
                   bool (*is_good)(const char *line, size_t length, size_t number,
                                   const void *context),
                   const void *context)
{
    size_t size = size_of(r), kept = size, gone = 0;
    char *text = malloc(size + 1);
    if (!text || pread(r->fd, text, size, 0) != (ssize_t)size)
        err(1, "%s", r->path);
    text[size] = '\0';
    while (kept > 0) {
        bool complete = text[kept - 1] == '\n';
        const char *newline = memrchr(text, '\n', kept - complete);
        size_t begin = newline ? (size_t)(newline - text) + 1 : 0;
        if (complete && is_good(text + begin, kept - 1 - begin, count_lines(text, kept), context))
            break;
        kept = begin;
        gone++;
    }
    if (gone && ftruncate(r->fd, (off_t)kept) < 0)
        err(1, "%s", r->path);
    free(text);
    return gone;
}

void record_append(const struct record *r, const char *text, size_t length)
{
    size_t before = size_of(r);
    errno = ENOSPC; // what a short write means
    if (write(r->fd, text, length) == (ssize_t)length)
        return;
    int problem = errno;
    if (ftruncate(r->fd, (off_t)before) < 0)
        warn("%s", r->path);
    errno = problem;
    err(1, "%s: the rows so far are kept", r->path);
}
