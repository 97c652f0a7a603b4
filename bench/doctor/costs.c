// Measures what the kernel charges for the operations that the models are made of: a fork, a page
// fault and a system call. Prints a line "name value unit" for each, in less than a second
// of CPU time.
//
// A virtual machine can be fast at everything except page tables, and fork is mostly page tables.
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/base/cpus.h"
#include "bench/base/usage.h"

enum { LEAST_BATCHES = 21, MOST_BATCHES = 4096 };
enum { CHILDREN = 8, PAGES = 256, CALLS = 1000 };
static const double seconds_each = 0.2, coarse_seconds = 1e-5;

struct cost {
    const char *name;
    double (*batch)(void); // CPU time per operation
};

// The CPU time of this process and of its children: on the clock of the wall, a child that waits
// for its turn on a busy machine would look expensive.
static double cpu_seconds(void)
{
    struct timespec own;
    struct rusage children;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own) < 0)
        err(EXIT_FAILURE, "clock_gettime");
    if (getrusage(RUSAGE_CHILDREN, &children) < 0)
        err(EXIT_FAILURE, "getrusage");
    return (double)(own.tv_sec + children.ru_utime.tv_sec + children.ru_stime.tv_sec) +
           (double)own.tv_nsec / 1e9 +
           (double)(children.ru_utime.tv_usec + children.ru_stime.tv_usec) / 1e6;
}

// Each child exits at once and is reaped.
static double make_children(void)
{
    double begin = cpu_seconds();

    for (int i = 0; i < CHILDREN; i++) {
        pid_t pid = fork();
        if (pid < 0)
            err(EXIT_FAILURE, "fork");
        if (pid == 0)
            _exit(EXIT_SUCCESS);
        if (waitpid(pid, NULL, 0) < 0)
            err(EXIT_FAILURE, "waitpid");
    }
    return (cpu_seconds() - begin) / CHILDREN;
}

// Small pages only: a huge page would be one fault for all.
static double touch_pages(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory =
        mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    madvise(memory, PAGES * page, MADV_NOHUGEPAGE); // fails only where there are no huge pages
    double begin = cpu_seconds();
    for (size_t i = 0; i < PAGES; i++)
        ((volatile char *)memory)[i * page] = 1;
    double seconds = (cpu_seconds() - begin) / PAGES;
    if (munmap(memory, PAGES * page) < 0)
        err(EXIT_FAILURE, "munmap");
    return seconds;
}

static double call_kernel(void)
{
    double begin = cpu_seconds();

    for (int i = 0; i < CALLS; i++)
        syscall(SYS_getppid);
    return (cpu_seconds() - begin) / CALLS;
}

static int by_size(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return (a > b) - (a < b);
}

// The least that cpu_seconds() grows by: far less than a batch takes, but 10 ms in some sandboxes.
// If it does not grow for a second, that is its step.
static double clock_step(void)
{
    time_t until = time(NULL) + 2;
    double begin = cpu_seconds(), now = begin;

    while (now <= begin && time(NULL) < until)
        now = cpu_seconds();
    return now > begin ? now - begin : 1;
}

// The median of many batches: interrupts and neighbours lengthen a few of them. On a coarse clock a
// batch seems to take nothing or a step, and only their mean says how long they take.
static double measure(double (*batch)(void))
{
    static double seconds[MOST_BATCHES];
    size_t count = 0;
    double sum = 0, end = cpu_seconds() + seconds_each;

    batch(); // not counted: caches are cold
    while (count < LEAST_BATCHES || (count < MOST_BATCHES && cpu_seconds() < end)) {
        seconds[count] = batch();
        sum += seconds[count++];
    }
    if (clock_step() > coarse_seconds)
        return sum / (double)count;
    qsort(seconds, count, sizeof *seconds, by_size);
    return seconds[count / 2];
}

int main(int argc, char *argv[])
{
    static const struct cost costs[] = {
        {"fork", make_children},
        {"page_fault", touch_pages},
        {"system_call", call_kernel},
    };
    cpu_set_t server, client;

    usage_check(argc, argv, 0, 0, "costs",
                "Measures what a fork, a page fault and a system call cost here.");
    cpus_choose(1, &server, &client);
    if (sched_setaffinity(0, sizeof server, &server) < 0)
        err(EXIT_FAILURE, "sched_setaffinity");
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++)
        printf("%s %.3f us\n", costs[i].name, measure(costs[i].batch) * 1e6);
    if (fflush(stdout) != 0)
        err(EXIT_FAILURE, "standard output");
    return EXIT_SUCCESS;
}
