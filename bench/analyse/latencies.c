#include "bench/analyse/latencies.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        err(1, "latencies");
    return memory;
}

static void sparse_free(struct sparse *s)
{
    free(s->slot);
    free(s->count);
}

static struct sparse sparse_of(const struct histogram *h)
{
    struct sparse s = {.max_ns = histogram_max(h)};
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++)
        s.slots += h->counts[slot] > 0;
    s.slot = allocate(s.slots, sizeof *s.slot);
    s.count = allocate(s.slots, sizeof *s.count);
    for (size_t slot = 0, i = 0; slot < HISTOGRAM_SLOTS; slot++)
        if (h->counts[slot] > 0) {
            s.slot[i] = (uint32_t)slot;
            s.count[i++] = h->counts[slot];
        }
    return s;
}

static void read_line(struct latencies *l, const char *line, const char *path, size_t number)
{
    static struct histogram h;
    char *histogram;
    unsigned long trial = strtoul(line, &histogram, 10);
    if (trial < 1 || trial > l->trials || *histogram != '\t' ||
        histogram_read_raw(&h, histogram + 1) < 0)
        errx(1, "%s:%zu: not the latencies of a trial of this run", path, number);
    sparse_free(&l->of[trial - 1]);
    l->of[trial - 1] = sparse_of(&h);
}

static void read_lines(struct latencies *l, FILE *file, const char *path)
{
    char *line = NULL;
    size_t room = 0, number = 0;
    ssize_t length;
    while ((length = getline(&line, &room, file)) > 0 && line[length - 1] == '\n')
        read_line(l, line, path, ++number);
    if (ferror(file))
        err(1, "%s", path);
    free(line);
}

static void read_file(struct latencies *l, const char *folder, const char *name, bool compressed)
{
    char path[4096], command[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    // A compressed one is inherited by xz, by its number: a name would have to be quoted.
    int fd = open(path, compressed ? O_RDONLY : O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return;
    snprintf(command, sizeof command, "xz -dc < /proc/self/fd/%d", fd);
    FILE *file = fd < 0 ? NULL : compressed ? popen(command, "re") : fdopen(fd, "re");
    if (!file)
        err(1, "%s", path);
    read_lines(l, file, path);
    if (!compressed)
        fclose(file);
    else if (pclose(file) != 0 || close(fd) < 0)
        errx(1, "%s: xz cannot read it", path);
}

void latencies_read(struct latencies *l, const char *folder, size_t trials)
{
    *l = (struct latencies){trials, allocate(trials, sizeof *l->of)};
    read_file(l, folder, "latency.tsv.xz", true); // a run that went on has both
    read_file(l, folder, "latency.tsv", false);
}

void latencies_free(struct latencies *l)
{
    for (size_t i = 0; i < l->trials; i++)
        sparse_free(&l->of[i]);
    free(l->of);
}
