// The program around every bench/ipc/<name>.c: COUNT round trips of BYTES with a peer process,
// which echoes them.
//
// It holds no clock. A run is timed from outside, and the cost of one round trip is the slope
// between two COUNTs: starting, forking and ending cancel out. What the slope contains beside the
// mechanism is one memcmp of BYTES, and the peer's look at a byte.
//
// Neither process outlives the other. The peer's death is a SIGCHLD, which ends the initiator
// wherever it waits; the initiator's death, even by SIGKILL, is a SIGTERM to the peer. Whoever ends
// calls ipc.remove(). The peer has a process group of its own, so that whoever kills the
// initiator's whole group leaves it alive to do so.
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/core/ipc.h"
#include "bench/core/number.h"

enum { EXIT_USAGE = 2, EXIT_SKIP = 77 };
enum { MAX_COUNT = 10 * 1000 * 1000, DEFAULT_MESSAGE_BYTES = 64 };
enum { OPTION_DESCRIBE = 1000 };

struct arguments {
    unsigned long count; // 0: not given
    size_t message_bytes;
    bool describe;
};

static const char *const family_names[] = {
    [STREAM] = "stream", [MESSAGE] = "message", [SHARED] = "shared", [SPINNING] = "spinning"};

// Message i begins at pattern[i % PERIOD], and pattern[k] is k % PERIOD: it differs in every byte
// from the PERIOD - 1 messages before it, so a stale answer shows even if it is one byte long. The
// period is prime, so that pages in the wrong order show as well. It is written once, so that a
// round trip pays for the comparison alone.
enum { PERIOD = 251 };
static unsigned char pattern[MAX_MESSAGE_BYTES + PERIOD];
static unsigned char message[MAX_MESSAGE_BYTES];

static volatile pid_t peer; // 0: none, or none any more, or this is the peer
static char peer_died[128]; // composed beforehand: a signal handler must not printf

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
            errx(EXIT_FAILURE, "the other process has closed its end");
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

// Runs at exit and in signal handlers, in either process: async-signal-safe calls only.
static void tear_down(void)
{
    pid_t victim = peer;

    peer = 0; // first, so that this death is not taken for a failure
    if (victim > 0) {
        kill(victim, SIGKILL);
        waitpid(victim, NULL, 0);
    }
    if (ipc.remove != NULL)
        ipc.remove();
}

// Dies of the signal (SA_RESETHAND has put the default back), so that a caller can tell.
static void on_termination(int signal_number)
{
    tear_down();
    raise(signal_number);
}

static void on_child(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    (void)context;
    if (peer == 0 || info->si_pid != peer ||
        (info->si_code == CLD_EXITED && info->si_status == EXIT_SUCCESS))
        return;
    tear_down();
    if (write(STDERR_FILENO, peer_died, strlen(peer_died)) < 0)
        _exit(EXIT_FAILURE); // nowhere left to say why
    _exit(EXIT_FAILURE);
}

static void install_handlers(void)
{
    struct sigaction termination = {.sa_handler = on_termination,
                                    .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    struct sigaction child = {.sa_sigaction = on_child,
                              .sa_flags = SA_SIGINFO | SA_NOCLDSTOP | SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN}; // write() then says EPIPE

    snprintf(peer_died, sizeof peer_died, "%s: the peer process died\n",
             program_invocation_short_name);
    if (sigaction(SIGTERM, &termination, NULL) < 0 || sigaction(SIGINT, &termination, NULL) < 0 ||
        sigaction(SIGCHLD, &child, NULL) < 0 || sigaction(SIGPIPE, &ignore, NULL) < 0)
        err(EXIT_FAILURE, "sigaction");
    if (atexit(tear_down) != 0)
        errx(EXIT_FAILURE, "atexit failed");
}

static _Noreturn void echo_messages(const struct arguments *arguments)
{
    ipc.take(PEER);
    for (unsigned long trip = 0; trip < arguments->count; trip++) {
        ipc.receive(message, arguments->message_bytes);
        // What never left the initiator must not come back to it either.
        if (message[0] != pattern[trip % PERIOD])
            errx(EXIT_FAILURE, "message %lu did not reach the peer as it was sent", trip + 1);
        ipc.send(message, arguments->message_bytes);
    }
    _exit(EXIT_SUCCESS); // without tear_down(): the last answer may not have been read yet
}

// Forks the peer. Signals are held off from before open() until both processes can answer them.
static void start_peer(const struct arguments *arguments)
{
    pid_t initiator = getpid();
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
        err(EXIT_FAILURE, "sigprocmask");
    ipc.open();

    pid_t pid = fork();
    if (pid < 0)
        err(EXIT_FAILURE, "fork");
    if (pid == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || setpgid(0, 0) < 0)
            err(EXIT_FAILURE, "prctl or setpgid");
        if (getppid() != initiator)
            raise(SIGTERM); // it was gone before prctl()
    } else {
        peer = pid;
    }
    if (sigprocmask(SIG_UNBLOCK, &signals, NULL) < 0)
        err(EXIT_FAILURE, "sigprocmask");
    if (pid == 0)
        echo_messages(arguments);
}

static void make_round_trips(const struct arguments *arguments)
{
    ipc.take(INITIATOR);
    for (unsigned long trip = 0; trip < arguments->count; trip++) {
        const unsigned char *sent = pattern + trip % PERIOD;

        ipc.send(sent, arguments->message_bytes);
        ipc.receive(message, arguments->message_bytes);
        if (memcmp(message, sent, arguments->message_bytes) != 0)
            errx(EXIT_FAILURE, "round trip %lu came back with other bytes than were sent",
                 trip + 1);
    }
}

// How the peer ended is on_child()'s to judge; here it is only waited for.
static void reap_peer(void)
{
    if (waitpid(peer, NULL, 0) < 0)
        err(EXIT_FAILURE, "waitpid");
    peer = 0;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt says what is wrong; argp would add a second line
        return 0;
    case OPTION_DESCRIBE:
        arguments->describe = true;
        return 0;
    case 's':
        arguments->message_bytes = number_whole(text, "BYTES", 1, MAX_MESSAGE_BYTES);
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->count != 0)
            errx(EXIT_USAGE, "one COUNT is enough: '%s' is too many", text);
        arguments->count = number_whole(text, "COUNT", 1, MAX_COUNT);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"size", 's', "BYTES", 0, "Length of a message, 1 to 65536 (default 64)", 0},
    {"describe", OPTION_DESCRIBE, NULL, 0,
     "Print name, family, capacity, workers, source and summary, separated by tabs", 0},
    {0},
};

static const struct argp argp = {
    .options = options,
    .parser = parse_option,
    .args_doc = "COUNT",
    .doc = "Make COUNT round trips of a message with a peer process that echoes it, and verify "
           "every byte.\v"
           "Prints nothing on success. Time it from outside: the cost of one round trip is the "
           "slope between two COUNTs. "
           "Exits with 77 and the reason if this machine cannot run it, or not with messages of "
           "BYTES.",
};

static void refuse_what_does_not_fit(size_t bytes)
{
    size_t most = ipc.most_bytes != NULL ? ipc.most_bytes() : MAX_MESSAGE_BYTES;

    if (bytes > most)
        errx(EXIT_SKIP, "a message is at most %zu bytes long here, not %zu", most, bytes);
}

int main(int argc, char *argv[])
{
    struct arguments arguments = {.message_bytes = DEFAULT_MESSAGE_BYTES};

    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;

    if (arguments.describe)
        printf("%s\t%s\t-\t-\t%s\t%s\n", program_invocation_short_name, family_names[ipc.family],
               ipc.source, ipc.summary);
    else if (arguments.count == 0)
        errx(EXIT_USAGE, "COUNT is missing; --help says more");
    if (fflush(stdout) != 0)
        err(EXIT_FAILURE, "standard output");

    const char *reason = ipc.unsupported != NULL ? ipc.unsupported() : NULL;
    if (reason != NULL)
        errx(EXIT_SKIP, "%s", reason);
    if (arguments.describe)
        return EXIT_SUCCESS;
    refuse_what_does_not_fit(arguments.message_bytes);

    for (size_t k = 0; k < sizeof pattern; k++)
        pattern[k] = (unsigned char)(k % PERIOD);
    install_handlers();
    start_peer(&arguments);
    make_round_trips(&arguments);
    reap_peer();
    return EXIT_SUCCESS;
}
