#include "clients/core/workers.h"

#include "clients/core/clock.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Whoever begins first wakes the server, which may take the CPU of a worker that has not begun. So
// all begin at one time, by when each is awake.
#define WAKE_NS UINT64_C(1000000)

struct worker {
    pid_t pid;
    int news_fd; // a byte when it is ready, at each gate, and when it is done; then end of file
};

// What all workers have in common.
static struct shared {
    _Atomic uint32_t gates_opened;
    _Atomic uint64_t begin_ns; // when the window begins
    struct outcome outcomes[];
} * shared;

static struct worker *workers;
static struct pollfd *news; // of those that are waited for
static unsigned worker_count;

// ---- parts --------------------------------------------------------------------------------------

unsigned workers_cpus(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) < 0)
        err(1, "sched_getaffinity");
    return (unsigned)CPU_COUNT(&cpus);
}

unsigned workers_at_most(const struct load *load)
{
    return load->total_requests && load->total_requests < load->connections
               ? (unsigned)load->total_requests
               : load->connections;
}

// What the workers before this one have of a total.
static uint64_t before(uint64_t total, unsigned worker, unsigned count)
{
    uint64_t remain = total % count;
    return total / count * worker + (worker < remain ? worker : remain);
}

// The same of requests: whole connections, where each carries a number of them.
static uint64_t requests_before(const struct load *whole, unsigned worker, unsigned count)
{
    uint64_t each = whole->requests_per_connection ? whole->requests_per_connection : 1,
             units = (whole->total_requests + each - 1) / each,
             sum = before(units, worker, count) * each;
    return sum < whole->total_requests ? sum : whole->total_requests;
}

struct load workers_part(const struct load *whole, unsigned worker, unsigned count)
{
    struct load part = *whole;
    part.worker = whole->worker + worker;
    part.workers = whole->workers > count ? whole->workers : count;
    part.connections = (unsigned)(before(whole->connections, worker + 1, count) -
                                  before(whole->connections, worker, count));
    part.rate_per_s = whole->rate_per_s * part.connections / whole->connections;
    part.burst_rate_per_s = whole->burst_rate_per_s * part.connections / whole->connections;
    part.total_requests =
        requests_before(whole, worker + 1, count) - requests_before(whole, worker, count);
    return part;
}

// ---- a worker -----------------------------------------------------------------------------------

static int own_news_fd;

static void tell(void)
{
    if (write(own_news_fd, "", 1) != 1)
        err(1, "worker");
}

static void wait_at_gate(const char *moment)
{
    static uint32_t passed;
    (void)moment;
    tell();
    while (atomic_load(&shared->gates_opened) == passed)
        syscall(SYS_futex, &shared->gates_opened, FUTEX_WAIT, passed, NULL, NULL, 0);
    passed++;
}

// The server is idle as long as nobody begins, so each worker gets its CPU in this time.
static void begin_together(void)
{
    while (now_ns() < atomic_load(&shared->begin_ns))
        ;
}

// Stays on the how-manieth CPU that this process may use; the first again after the last.
static void pin(unsigned worker)
{
    cpu_set_t cpus, own;
    unsigned skip = worker % workers_cpus();
    int cpu = 0;
    if (sched_getaffinity(0, sizeof cpus, &cpus) < 0)
        err(1, "sched_getaffinity");
    while (!CPU_ISSET(cpu, &cpus) || skip-- > 0)
        cpu++;
    CPU_ZERO(&own);
    CPU_SET(cpu, &own);
    if (sched_setaffinity(0, sizeof own, &own) < 0)
        err(1, "sched_setaffinity");
}

static void run_engine(const struct net *net, const struct load *load, struct outcome *outcome)
{
    if (engine_run(net, load, outcome) < 0)
        err(1, "engine");
}

static _Noreturn void work(const struct net *net, const struct load *part, unsigned worker)
{
    pin(worker);
    net_open(net, part->connections);
    tell();
    run_engine(net, part, &shared->outcomes[worker]);
    tell();
    _exit(0);
}

// ---- all of them --------------------------------------------------------------------------------

// Ends this process as a worker ended that should not have, without leaving the others.
static _Noreturn void end_like(const struct worker *lost)
{
    int status = 0;
    waitpid(lost->pid, &status, 0);
    for (unsigned i = 0; i < worker_count; i++)
        if (&workers[i] != lost && kill(workers[i].pid, SIGKILL) == 0)
            waitpid(workers[i].pid, NULL, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        exit(WEXITSTATUS(status)); // it has said why
    errx(1, "a worker was ended by signal %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void hear(const struct worker *w)
{
    char news;
    ssize_t n;
    do
        n = read(w->news_fd, &news, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1)
        end_like(w);
}

// From all at once: one that is lost is noticed though the others are still at work.
static void hear_all(void)
{
    for (unsigned i = 0; i < worker_count; i++)
        news[i] = (struct pollfd){.fd = workers[i].news_fd, .events = POLLIN};
    for (unsigned left = worker_count; left > 0;) {
        if (poll(news, worker_count, -1) < 0 && errno != EINTR)
            err(1, "poll");
        for (unsigned i = 0; i < worker_count; i++)
            if (news[i].fd >= 0 && news[i].revents) {
                hear(&workers[i]);
                news[i].fd = -1;
                left--;
            }
    }
}

static void open_gate(void)
{
    if (atomic_load(&shared->gates_opened) == 0)
        atomic_store(&shared->begin_ns, now_ns() + WAKE_NS);
    atomic_fetch_add(&shared->gates_opened, 1);
    syscall(SYS_futex, &shared->gates_opened, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void start_worker(const struct net *net, const struct load *part)
{
    int ends[2];
    pid_t front = getpid();
    if (pipe2(ends, O_CLOEXEC) < 0)
        err(1, "pipe");
    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != front)
            _exit(1);
        close(ends[0]);
        own_news_fd = ends[1];
        work(net, part, worker_count);
    }
    close(ends[1]);
    workers[worker_count++] = (struct worker){pid, ends[0]};
}

const struct outcome *workers_run(const struct net *net, const struct load *load, unsigned count)
{
    static const char *const moments[] = {"start", "end"};
    shared = mmap(NULL, sizeof *shared + count * sizeof *shared->outcomes, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    workers = calloc(count, sizeof *workers);
    news = calloc(count, sizeof *news);
    if (shared == MAP_FAILED || !workers || !news)
        err(1, "workers");
    if (count == 1) {
        net_open(net, load->connections);
        run_engine(net, load, shared->outcomes);
        return shared->outcomes;
    }
    for (unsigned i = 0; i < count; i++) {
        struct load part = workers_part(load, i, count);
        part.gate = wait_at_gate;
        part.begin = begin_together;
        start_worker(net, &part);
        hear(&workers[i]); // one after the other, so that a single one says what does not work
    }
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        hear_all();
        if (load->gate)
            load->gate(moments[i]);
        open_gate();
    }
    hear_all();
    for (unsigned i = 0; i < count; i++) {
        int status = 0;
        if (waitpid(workers[i].pid, &status, 0) < 0 || status != 0)
            errx(1, "a worker ended with status %d", status);
        close(workers[i].news_fd);
    }
    free(news);
    free(workers);
    return shared->outcomes;
}
