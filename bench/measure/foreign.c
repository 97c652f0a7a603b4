// foreign: the launcher of foreign servers. It has the interface of a server of the suite
// (--describe, --clients, "listening on ADDRESS:PORT"), so that a foreign server is one more
// program to the rest of the bench.
//
// It chooses a port, prints address and port, and becomes the server: the process that is then
// counted is the server alone. The server listens a while later; trial/server.c waits for that.
#include "bench/measure/foreign.h"

#include "bench/base/experiment.h"
#include "bench/base/number.h"

#include <argp.h>
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

const char *argp_program_version = "forklore " VERSION;

enum {
    SKIPPED = 77,
    // A connection needs a descriptor. Some programs close every number up to the limit when they
    // start, so it is not raised to whatever is allowed.
    FILES_AT_MOST = 65536,
    FIRST_PORT = 16384,
    LAST_PORT = 32767 // from the next on they are for clients (ip_local_port_range)
};

enum { CLIENTS_OPTION = 256, CONTROL_GROUP_OPTION, DESCRIBE_OPTION, BUILD_OPTION };

struct options {
    const char *conf;          // a name or a path
    const char *address;       // to listen on; NULL: the loopback address
    const char *control_group; // a folder; NULL: none
    unsigned long clients;
    bool describe, build;
};

static const char loopback[] = "127.0.0.1";

static const struct argp_option argp_options[] = {
    {"address", 'a', "ADDRESS", 0,
     "Listen on this numeric IPv4 address (default 127.0.0.1); exit with status 77 and the reason "
     "if the server's command has no {address}",
     0},
    {"clients", CLIENTS_OPTION, "N", 0,
     "Exit with status 77 and the reason if the server is not meant for N clients at once", 0},
    {"control-group", CONTROL_GROUP_OPTION, "FOLDER", 0,
     "Enter this control group before starting the server", 0},
    {"describe", DESCRIBE_OPTION, NULL, 0,
     "Print name, family, capacity, size of the pool (-: none), source and summary, tab-separated; "
     "exit with status 77 and the reason if a program is missing",
     0},
    {"build", BUILD_OPTION, NULL, 0, "Build the server", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    struct in_addr address;
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt's one line is enough
        return 0;
    case 'a':
        if (inet_pton(AF_INET, argument, &address) != 1)
            errx(2, "--address must be a numeric IPv4 address, not '%s'", argument);
        options->address = argument;
        return 0;
    case CLIENTS_OPTION:
        options->clients = number_whole(argument, "--clients", 1, 4194304);
        return 0;
    case CONTROL_GROUP_OPTION:
        options->control_group = argument;
        return 0;
    case DESCRIBE_OPTION:
        options->describe = true;
        return 0;
    case BUILD_OPTION:
        options->build = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->conf)
            errx(2, "one server at a time, not also '%s'", argument);
        options->conf = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->conf)
            errx(2, "the name of the server is missing (a file of servers/foreign/)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void read_server(const char *conf, struct experiment *server)
{
    char path[4096];
    const char *folder = getenv(FOREIGN_FOLDER);
    if (strchr(conf, '/'))
        snprintf(path, sizeof path, "%s", conf);
    else
        snprintf(path, sizeof path, "%s/%s.conf", folder ? folder : "servers/foreign", conf);
    conf_read(FOREIGN, path, server);
    experiment_need(server, "run");
}

// Writes the value of a mark and goes on after it, if the text begins with that mark.
static bool replace(const char **text, const char *mark, const char *value, FILE *file)
{
    if (strncmp(*text, mark, strlen(mark)) != 0)
        return false;
    fputs(value, file);
    *text += strlen(mark);
    return true;
}

// A command with {address}, {port} and {build} replaced, after some words.
static const char *command_of(const char *words, const char *text, const char *address,
                              const char *port)
{
    static char *command;
    size_t bytes;
    FILE *file = open_memstream(&command, &bytes);
    if (!file)
        err(1, "a command");
    fputs(words, file);
    while (*text)
        if (!replace(&text, "{address}", address, file) && !replace(&text, "{port}", port, file) &&
            !replace(&text, "{build}", BUILD_FOLDER, file))
            fputc(*text++, file);
    if (fclose(file) == EOF)
        err(1, "a command");
    return command;
}

static _Noreturn void become(const char *command)
{
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    err(1, "/bin/sh");
}

// ---- what it is -------------------------------------------------------------------------------

static bool is_installed(const char *program)
{
    char command[256];
    snprintf(command, sizeof command, "command -v '%.200s' > /dev/null 2>&1", program);
    return system(command) == 0;
}

static void check_needs(const struct experiment *server)
{
    char words[1024], *rest = words, *word;
    const char *needs = experiment_get(server, "needs");
    snprintf(words, sizeof words, "%s", needs ? needs : "");
    while ((word = strsep(&rest, " ")))
        if (*word && !is_installed(word))
            errx(SKIPPED, "%s is not installed", word);
}

static void check_clients(const struct experiment *server, unsigned long clients)
{
    if (experiment_get(server, "clients") && clients > experiment_number(server, "clients"))
        errx(SKIPPED, "is meant for at most %s clients at once", experiment_get(server, "clients"));
}

static void check_address(const struct experiment *server, const char *address)
{
    if (address && !strstr(experiment_get(server, "run"), "{address}"))
        errx(SKIPPED, "its command has no {address}, so client hosts do not reach it");
}

// What makes progress on several connections, in words.
static const char *concurrency(const char *shape, bool is_pool)
{
    if (strcmp(shape, "process") == 0)
        return is_pool ? "a pool of processes" : "a process per connection";
    if (strcmp(shape, "thread") == 0)
        return is_pool ? "a pool of threads" : "a thread per connection";
    return strcmp(shape, "loop") == 0 ? "an event loop" : "a task per connection";
}

static void describe(const struct experiment *server)
{
    const char *shape = experiment_get(server, "shape"),
               *workers = experiment_get(server, "workers"),
               *language = experiment_get(server, "language"),
               *source = experiment_get(server, "source"), *run = experiment_get(server, "run");
    printf("%s\tforeign%s%s\t%s\t%s\t%s\t%s%s%s\n", server->stem, shape ? "_" : "",
           shape ? shape : "", workers ? "workers" : "many", workers ? workers : "-",
           source ? source : "-", language ? language : "", language ? ", " : "",
           shape ? concurrency(shape, workers) : run);
}

// ---- running it -------------------------------------------------------------------------------

// Whether no socket has it, not even one of an ended connection: the server need not set
// SO_REUSEADDR.
static bool is_free(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        err(1, "socket");
    bool is_free = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return is_free;
}

// One that is free now, and that the kernel gives no client, whose connections leave traces of a
// minute.
static unsigned free_port(void)
{
    uint16_t random;
    for (int tries = 0; tries < 1000; tries++) {
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            err(1, "getrandom");
        unsigned port = FIRST_PORT + random % (LAST_PORT - FIRST_PORT + 1);
        if (is_free(port))
            return port;
    }
    errx(1, "no free port from %d to %d", FIRST_PORT, LAST_PORT);
}

// As a shell would start it: with no input, with both outputs together, and no signal ignored. If
// it ignored SIGCHLD, the CPU time of its children would be lost.
static void prepare(void)
{
    struct rlimit files;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        err(1, "its input and output");
    signal(SIGPIPE, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return;
    files.rlim_cur = files.rlim_max < FILES_AT_MOST ? files.rlim_max : FILES_AT_MOST;
    setrlimit(RLIMIT_NOFILE, &files);
}

static void enter(const char *control_group)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/cgroup.procs", control_group);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1)
        err(1, "%s", path);
    close(fd);
}

static _Noreturn void run(const struct experiment *server, const struct options *options)
{
    const char *address = options->address ? options->address : loopback;
    char port[8];
    if (options->control_group)
        enter(options->control_group);
    snprintf(port, sizeof port, "%u", free_port());
    printf("listening on %s:%s\n", address, port);
    if (fflush(stdout) == EOF)
        err(1, "standard output");
    prepare();
    // Without exec the shell would stay as another process, and would get the signals.
    become(command_of("exec ", experiment_get(server, "run"), address, port));
}

static int build(const struct experiment *server)
{
    const char *text = experiment_get(server, "build");
    if (!text)
        return 0;
    if (mkdir(BUILD_FOLDER "/foreign", 0777) < 0 && errno != EEXIST)
        err(1, BUILD_FOLDER "/foreign");
    become(command_of("", text, loopback, "0"));
}

int main(int argc, char **argv)
{
    static struct experiment server;
    struct options options = {0};
    struct argp argp = {argp_options,
                        parse_option,
                        "NAME|FILE.conf",
                        "Starts a server that is not of this suite.",
                        NULL,
                        NULL,
                        NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;
    read_server(options.conf, &server);
    check_address(&server, options.address);
    if (!options.describe && !options.build)
        run(&server, &options);
    check_needs(&server);
    check_clients(&server, options.clients);
    if (options.build)
        return build(&server);
    describe(&server);
    return fflush(stdout) == EOF;
}
