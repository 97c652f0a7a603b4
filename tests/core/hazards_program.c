#include "tests/core/contract.h"
#include "tests/core/failure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs the program to its end. Fails if it was killed; returns its exit status.
static int run_to_end(struct cell *cell, const char *const *arguments, char *output, char *errors,
                      size_t bytes)
{
    server_process_start(&cell->server, cell->program->path, arguments, 0);
    int status = server_process_wait(&cell->server, START_LIMIT_MS);
    process_output(&cell->server, output, bytes);
    process_errors(&cell->server, errors, bytes);
    close(cell->server.out);
    close(cell->server.err);
    if (!WIFEXITED(status))
        fail_because("killed by signal %d", WTERMSIG(status));
    if (!no_orphans())
        fail_because("left a child behind");
    return WEXITSTATUS(status);
}

static void expect_failure(struct cell *cell, const char *const *arguments, int expected)
{
    char output[2048], errors[2048];
    int status = run_to_end(cell, arguments, output, errors, sizeof errors);
    const char *newline = strchr(errors, '\n');
    if (status != expected)
        fail_because("%s %s: exit status %d instead of %d; errors: '%s'", arguments[0],
                     arguments[1] ? arguments[1] : "", status, expected, errors);
    if (!newline || newline[1])
        fail_because("%s %s: not one line of error: '%s'", arguments[0],
                     arguments[1] ? arguments[1] : "", errors);
    if (*output)
        fail_because("%s %s: standard output: '%s'", arguments[0], arguments[1] ? arguments[1] : "",
                     output);
}

void describe(struct cell *cell)
{
    static const char *const arguments[] = {"--describe", NULL};
    char output[2048], errors[2048];
    require(run_to_end(cell, arguments, output, errors, sizeof errors) == 0);
    require(!*errors);
    char *newline = strchr(output, '\n');
    require(newline && !newline[1]);
    *newline = '\0';
    char *rest = output, *field[6] = {0};
    for (size_t i = 0; i < 6; i++) {
        field[i] = strsep(&rest, "\t");
        if (!field[i] || !*field[i])
            fail_because("field %zu of --describe is missing", i + 1);
    }
    if (rest)
        fail_because("more than six fields");
    require(strcmp(field[0], cell->program->name) == 0);
    // field[1] to field[3] are known: without them, there would be no program to test
}

void usage_errors(struct cell *cell)
{
    static const char *const wrong[][3] = {
        {"--bogus"},
        {"-p", "70000"},
        {"-p", "abc"},
        {"-p", ""},
        {"-p", "-1"},
        {"-p", "1x"},
        {"-w", "0"},
        {"-w", "-1"},
        {"-w", "1000000"}, // also where there is no pool
        {"--max-children", "0"},
        {"--refuse-beyond", "0"}, // also where there is no process per connection
        {"-a", "nowhere"},
        {"--work", "spin"},
        {"--work", "spin:"},
        {"--work", "sleep:1ms"},
        {"--work", "spin:-1"},
        {"--work", "run:1"},
        {"--work", "spin:10000001"},
        {"--work", "spin:1:"},
        {"--poison", ""},
        {"--poison", "two\nlines"},
        {"extra"},
        {"-p"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_failure(cell, wrong[i], 2);
}

// Also by one that would share it (SO_REUSEPORT), as a second instance of some models would.
void port_in_use(struct cell *cell)
{
    for (int shared = 0; shared <= 1; shared++) {
        struct sockaddr_in taken = {.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof taken;
        char port[16];
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared, sizeof shared) < 0 ||
            bind(fd, (struct sockaddr *)&taken, sizeof taken) < 0 || listen(fd, 1) < 0 ||
            getsockname(fd, (struct sockaddr *)&taken, &length) < 0)
            fail_because("cannot take a port: %s", strerror(errno));
        snprintf(port, sizeof port, "%u", ntohs(taken.sin_port));
        expect_failure(cell, (const char *const[]){"-p", port, NULL}, 1);
        close(fd);
    }
}

// The kernel's own list says what a port is bound to: those that listen come first.
void loopback_by_default(struct cell *cell)
{
    char line[512];
    unsigned address, port, state, listeners = 0;
    FILE *tcp = fopen("/proc/net/tcp", "re");
    require(tcp);
    while (fgets(line, sizeof line, tcp)) {
        if (sscanf(line, " %*d: %x:%x %*x:%*x %x", &address, &port, &state) != 3)
            continue;    // the header
        if (state != 10) // TCP_LISTEN
            break;
        if (port != cell->server.port)
            continue;
        listeners++;
        require(address == htonl(INADDR_LOOPBACK));
    }
    fclose(tcp);
    require(listeners > 0);

    tcp = fopen("/proc/net/tcp6", "re"); // none where there is no IPv6
    while (tcp && fgets(line, sizeof line, tcp))
        if (sscanf(line, " %*d: %*x:%x %*x:%*x %x", &port, &state) == 2 && state == 10)
            require(port != cell->server.port);
    if (tcp)
        fclose(tcp);
}
