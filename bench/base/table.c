#include "bench/base/table.h"
#include "bench/base/checksum.h"
#include "bench/base/memory.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What to do about a damaged table.
#define REMEDY " (restore the file; make report writes all but the raw ones again)"

// Opens the packed form of a table (path.xz) through xz. NULL with errno if there is none.
static FILE *open_packed(const char *path)
{
    char packed[4096], command[64];
    snprintf(packed, sizeof packed, "%s.xz", path);
    int fd = open(packed, O_RDONLY); // xz inherits it and gets its number: a name would need quotes
    if (fd < 0)
        return NULL;
    snprintf(command, sizeof command, "xz -dcqq < /proc/self/fd/%d", fd);
    FILE *file = popen(command, "re");
    close(fd);
    return file;
}

static void read_file(struct table *t, const char *path)
{
    size_t room = 0;
    *t = (struct table){.path = path};
    bool is_packed = access(path, F_OK) < 0 && errno == ENOENT;
    FILE *file = is_packed ? open_packed(path) : fopen(path, "re");
    if (!file)
        err(1, "%s", path);
    errno = 0;
    ssize_t bytes = getdelim(&t->text, &room, '\0', file);
    if (bytes < 0 && errno)
        err(1, "%s", path);
    if (is_packed && pclose(file) != 0)
        errx(1, "%s.xz: damaged: xz cannot unpack it" REMEDY, path);
    if (!is_packed)
        fclose(file);
    if (bytes <= 0)
        errx(1, "%s: empty" REMEDY, path);
    if (t->text[bytes - 1] != '\n')
        errx(1, "%s: truncated: its last line is incomplete" REMEDY, path);
}

bool table_exists(const char *path)
{
    char packed[4096];
    snprintf(packed, sizeof packed, "%s.xz", path);
    return access(path, F_OK) == 0 || access(packed, F_OK) == 0;
}

static size_t count(const char *text, const char *end, char wanted)
{
    size_t n = 0;
    for (; text < end; text++)
        n += *text == wanted;
    return n;
}

// Ends each cell of a line where its tab is. Runs are read again after every block: strsep, which
// prepares a search for each cell, took most of the time.
static void split(char *line, const char *end, char **cells)
{
    *cells++ = line;
    for (; line < end; line++)
        if (*line == '\t') {
            *line = '\0';
            *cells++ = line + 1;
        }
}

void table_read(struct table *t, const char *path)
{
    read_file(t, path);
    char *end = t->text + strlen(t->text);
    t->columns = count(t->text, strchr(t->text, '\n'), '\t') + 1;
    t->rows = count(t->text, end, '\n') - 1;
    t->cells = memory_for((t->rows + 1) * t->columns, sizeof *t->cells);
    char *line = t->text;
    bool has_checksums = false;
    for (size_t row = 0; row <= t->rows; row++) {
        char *newline = strchr(line, '\n');
        size_t cells = count(line, newline, '\t') + 1;
        if (cells != t->columns)
            errx(1, "%s:%zu: truncated row: %zu of %zu columns" REMEDY, path, row + 1, cells,
                 t->columns);
        *newline = '\0';
        if (row == 0)
            has_checksums =
                strcmp(strrchr(line, '\t') ? strrchr(line, '\t') + 1 : line, CHECKSUM_COLUMN) == 0;
        else if (has_checksums && !has_its_checksum(line, (size_t)(newline - line)))
            errx(1, "%s:%zu: damaged row: checksum mismatch" REMEDY, path, row + 1);
        split(line, newline, t->cells + row * t->columns);
        line = newline + 1;
    }
}

bool table_has(const struct table *t, const char *name)
{
    for (size_t column = 0; column < t->columns; column++)
        if (strcmp(t->cells[column], name) == 0)
            return true;
    return false;
}

size_t table_column(const struct table *t, const char *name)
{
    for (size_t column = 0; column < t->columns; column++)
        if (strcmp(t->cells[column], name) == 0)
            return column;
    errx(1, "%s: no column '%s'", t->path, name);
}

const char *table_text(const struct table *t, size_t row, size_t column)
{
    return t->cells[(row + 1) * t->columns + column];
}

double table_number(const struct table *t, size_t row, size_t column)
{
    const char *text = table_text(t, row, column);
    char *end;
    if (strcmp(text, "-") == 0)
        return NAN;
    if (strcmp(text, "never") == 0)
        return INFINITY;
    double value = strtod(text, &end);
    if (end == text || *end)
        errx(1, "%s:%zu: '%s' is not a number", t->path, row + 2, text);
    return value;
}

void table_free(struct table *t)
{
    free(t->cells);
    free(t->text);
}
