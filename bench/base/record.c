#include "bench/base/record.h"
#include "bench/base/checksum.h"
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
        errx(1, "another run is in progress: %s; it holds %s", holder, r->path);
}

static size_t size_of(const struct record *r)
{
    struct stat info;
    if (fstat(r->fd, &info) < 0)
        err(1, "%s", r->path);
    return (size_t)info.st_size;
}

// Truncates the file by rows until is_good accepts the last one. The header is row 0.
static size_t trim(const struct record *r,
                   bool (*is_good)(const char *row, size_t length, size_t number,
                                   const void *context),
                   const void *context)
{
    size_t size = size_of(r), kept = size, gone = 0, number = 0;
    char *text = malloc(size + 1);
    if (!text || pread(r->fd, text, size, 0) != (ssize_t)size)
        err(1, "%s", r->path);
    for (size_t i = 0; i < size; i++)
        number += text[i] == '\n';
    while (kept > 0) {
        bool complete = text[kept - 1] == '\n';
        const char *newline = memrchr(text, '\n', kept - complete);
        size_t begin = newline ? (size_t)(newline - text) + 1 : 0;
        number -= complete;
        text[kept - complete] = '\0';
        if (complete && is_good(text + begin, kept - 1 - begin, number, context))
            break;
        kept = begin;
        gone++;
    }
    if (gone && ftruncate(r->fd, (off_t)kept) < 0)
        err(1, "%s", r->path);
    free(text);
    return gone;
}

static bool is_whole(const char *row, size_t length, size_t number, const void *unused)
{
    (void)unused;
    return number == 0 || has_its_checksum(row, length);
}

static void append(const struct record *r, const char *text, size_t length)
{
    size_t before = size_of(r);
    errno = ENOSPC; // a short write means this
    if (write(r->fd, text, length) == (ssize_t)length)
        return;
    int problem = errno;
    if (ftruncate(r->fd, (off_t)before) < 0)
        warn("%s", r->path);
    errno = problem;
    err(1, "%s: the rows so far are kept", r->path);
}

// A row with other columns would make the whole file unreadable.
static void check_header(const struct record *r, const char *header, size_t length)
{
    char *is = malloc(length);
    if (!is)
        err(1, "%s", r->path);
    if (pread(r->fd, is, length, 0) != (ssize_t)length || memcmp(is, header, length) != 0)
        errx(1, "%s: another version wrote it, with other columns: start a new run", r->path);
    free(is);
}

size_t record_begin(const struct record *r, const char *columns)
{
    size_t gone = trim(r, is_whole, NULL);
    char *header;
    int length = asprintf(&header, "%s\t%s\n", columns, CHECKSUM_COLUMN);
    if (length < 0)
        err(1, "%s", r->path);
    if (size_of(r) > 0) {
        check_header(r, header, (size_t)length);
        free(header);
        return gone;
    }
    append(r, header, (size_t)length);
    free(header);
    return gone;
}

struct keeper {
    bool (*keeps)(const char *row, const void *context);
    const void *context;
};

static bool is_kept(const char *row, size_t length, size_t number, const void *context)
{
    const struct keeper *keeper = context;
    (void)length;
    return number == 0 || keeper->keeps(row, keeper->context);
}

size_t record_trim(const struct record *r, bool (*keeps)(const char *row, const void *context),
                   const void *context)
{
    struct keeper keeper = {keeps, context};
    return trim(r, is_kept, &keeper);
}

void record_append_all(const struct record *r, char *const *rows, size_t count)
{
    char *text;
    size_t bytes;
    FILE *file = open_memstream(&text, &bytes);
    if (!file)
        err(1, "%s", r->path);
    for (size_t i = 0; i < count; i++)
        fprintf(file, "%s\t%08x\n", rows[i], crc32(rows[i], strlen(rows[i])));
    if (fclose(file) == EOF)
        err(1, "%s", r->path);
    append(r, text, bytes);
    free(text);
}

void record_append(const struct record *r, const char *row)
{
    char *rows[] = {(char *)row};
    record_append_all(r, rows, 1);
}
