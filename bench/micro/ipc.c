// Helpers shared by several of bench/micro/ipc/*.c.
#include "bench/micro/ipc.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void write_all(int fd, const void *data, size_t bytes)
{
    const char *next = data;

    while (bytes > 0) {
        ssize_t written = write(fd, next, bytes);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            err(EXIT_FAILURE, "write");
        next += written;
        bytes -= (size_t)written;
    }
}

void read_all(int fd, void *data, size_t bytes)
{
    char *next = data;

    while (bytes > 0) {
        ssize_t got = read(fd, next, bytes);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err(EXIT_FAILURE, "read");
        if (got == 0)
            errx(EXIT_FAILURE, "the other end is closed");
        next += got;
        bytes -= (size_t)got;
    }
}

void *map_shared(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return memory;
}

size_t kernel_limit(const char *path)
{
    FILE *file = fopen(path, "r");
    size_t limit;

    if (file == NULL)
        err(EXIT_FAILURE, "%s", path);
    if (fscanf(file, "%zu", &limit) != 1)
        errx(EXIT_FAILURE, "%s does not hold a number", path);
    fclose(file);
    return limit;
}
