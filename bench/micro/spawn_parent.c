#include "bench/micro/spawn_parent.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, EXIT_SKIP = 77 };
enum { SPARE_DESCRIPTORS = 16 }; // for descriptors that a method opens meanwhile: popen's pipe
enum { KIB_PER_MIB = 1024, BYTES_PER_MIB = 1024 * 1024 };

// The number after a name in a file of /proc or /sys; 0 if the name or the file does not exist.
static unsigned long read_figure(const char *path, const char *name)
{
    FILE *file = fopen(path, "re");
    unsigned long figure = 0;
    char line[256];

    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            figure = strtoul(line + strlen(name), NULL, 10);
    fclose(file);
    return figure;
}

// 0: the kernel has none, or must not use them.
static size_t huge_page_bytes(void)
{
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "re");
    char line[256] = "";

    if (file == NULL)
        return 0;
    bool may_use = fgets(line, sizeof line, file) != NULL && strstr(line, "[never]") == NULL;
    fclose(file);
    return may_use ? read_figure("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "") : 0;
}

// A quarter of the available memory stays free: a machine that swaps or kills processes measures
// nothing.
static void check_memory(unsigned long touch_mib)
{
    unsigned long available_mib = read_figure("/proc/meminfo", "MemAvailable:") / KIB_PER_MIB;

    if (touch_mib > available_mib / 4 * 3)
        errx(EXIT_SKIP, "%lu MiB are more than three quarters of the available %lu MiB", touch_mib,
             available_mib);
}

static void check_huge_pages(unsigned long touch_mib)
{
    if (touch_mib == 0)
        errx(EXIT_USAGE, "--huge needs --touch");

    size_t huge_bytes = huge_page_bytes();

    if (huge_bytes == 0)
        errx(EXIT_SKIP, "this kernel has no transparent huge pages, or they are disabled");
    if (touch_mib * BYTES_PER_MIB % huge_bytes != 0)
        errx(EXIT_SKIP, "--touch %lu is not a whole number of huge pages of %zu MiB", touch_mib,
             huge_bytes / BYTES_PER_MIB);
}

static struct rlimit descriptor_limits(void)
{
    struct rlimit limits;

    if (getrlimit(RLIMIT_NOFILE, &limits) < 0)
        err(EXIT_FAILURE, "getrlimit");
    return limits;
}

void parent_check(const struct parent *parent)
{
    struct rlimit limits = descriptor_limits();

    if (parent->huge)
        check_huge_pages(parent->touch_mib);
    if (parent->touch_mib > 0)
        check_memory(parent->touch_mib);
    if (parent->descriptors > 0 && limits.rlim_max < parent->descriptors + SPARE_DESCRIPTORS)
        errx(EXIT_SKIP, "%lu descriptors plus spare ones exceed the hard limit of %llu",
             parent->descriptors, (unsigned long long)limits.rlim_max);
}

// open returns the lowest free number: when the last one is taken, so are all before it. Higher
// descriptors, inherited from the caller, are closed. An image inherits them all.
static void open_descriptors(unsigned long count)
{
    struct rlimit limits = descriptor_limits();
    int last = (int)count - 1;

    if (limits.rlim_cur < count + SPARE_DESCRIPTORS) {
        limits.rlim_cur = count + SPARE_DESCRIPTORS;
        if (setrlimit(RLIMIT_NOFILE, &limits) < 0)
            err(EXIT_FAILURE, "setrlimit");
    }

    int fd = open("/dev/null", O_RDONLY);

    while (fd >= 0 && fd < last)
        fd = dup(fd);
    if (fd < 0)
        err(EXIT_SKIP, "%lu descriptors", count);
    if (close_range((unsigned)count, ~0U, 0) < 0)
        err(EXIT_SKIP, "close_range");
}

// Huge pages begin at multiples of their size; memory before the first one is never touched.
static void touch_memory(unsigned long mib, bool huge)
{
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    size_t huge_bytes = huge ? huge_page_bytes() : 0;
    size_t bytes = (size_t)mib * BYTES_PER_MIB;
    char *memory =
        mmap(NULL, bytes + huge_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        err(EXIT_SKIP, "mmap of %lu MiB", mib);
    if (huge)
        memory += (huge_bytes - (uintptr_t)memory % huge_bytes) % huge_bytes;
    // A kernel without huge pages does not know either advice; then there are none anyway.
    if (madvise(memory, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) < 0 &&
        (huge || errno != EINVAL))
        err(EXIT_SKIP, "madvise");
    if (madvise(memory, bytes, MADV_POPULATE_WRITE) == 0)
        return; // all pages in one call: faulting them in one by one would take longer than the
                // measurement
    for (size_t at = 0; at < bytes; at += page_bytes)
        memory[at] = 1;
}

// Equal neighbours would be merged: every second one is executable, too.
static void add_mappings(unsigned long count)
{
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);

    for (unsigned long made = 0; made < count; made++) {
        int protection = PROT_READ | PROT_WRITE | (made % 2 == 0 ? 0 : PROT_EXEC);
        char *page = mmap(NULL, page_bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (page == MAP_FAILED)
            err(EXIT_SKIP, "only %lu of %lu mappings can be created", made, count);
        *page = 1;
    }
}

// The advice is not binding: if memory is fragmented, the kernel uses small pages.
static void check_got_huge_pages(unsigned long touch_mib)
{
    unsigned long got_mib = read_figure("/proc/self/smaps_rollup", "AnonHugePages:") / KIB_PER_MIB;

    if (got_mib < touch_mib)
        errx(EXIT_SKIP, "the kernel provided huge pages for only %lu of %lu MiB", got_mib,
             touch_mib);
}

static void *sleep_for_ever(void *unused)
{
    while (pause() < 0)
        ; // pause() returns only after a signal handler
    return unused;
}

static void start_threads(unsigned long count)
{
    for (unsigned long started = 0; started < count; started++) {
        pthread_t thread;

        errno = pthread_create(&thread, NULL, sleep_for_ever, NULL);
        if (errno != 0)
            err(EXIT_SKIP, "only %lu of %lu threads can be started", started, count);
    }
}

void parent_become(const struct parent *parent)
{
    if (parent->descriptors > 0)
        open_descriptors(parent->descriptors);
    if (parent->touch_mib > 0)
        touch_memory(parent->touch_mib, parent->huge);
    if (parent->huge)
        check_got_huge_pages(parent->touch_mib);
    add_mappings(parent->mappings);
    start_threads(parent->threads);
}
