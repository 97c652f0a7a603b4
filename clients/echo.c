// The textbook's interactive client (CS:APP echoclient.c, section 11.4.9), to try a server by hand:
// it sends each line of standard input to the server and prints the answer.
//
//     build/servers/fork -p 7777 &
//     build/clients/echo localhost:7777
#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Connects to the first of the host's addresses that accepts.
static int connect_to(const char *target)
{
    char host[256];
    const char *colon = strrchr(target, ':');
    if (!colon || colon == target || !colon[1] || (size_t)(colon - target) >= sizeof host)
        errx(2, "'%s' is not HOST:PORT", target);
    snprintf(host, sizeof host, "%.*s", (int)(colon - target), target);

    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int problem = getaddrinfo(host, colon + 1, &hints, &found), fd = -1;
    if (problem)
        errx(1, "%s: %s", target, gai_strerror(problem));
    for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd < 0)
        err(1, "%s", target);
    return fd;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return puts("Usage: echo HOST:PORT\nSends each line of standard input to an echo server "
                    "and prints the answer.") == EOF;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("forklore " VERSION) == EOF;
    if (argc != 2 || argv[1][0] == '-')
        errx(2, "usage: echo HOST:PORT");
    int fd = connect_to(argv[1]);
    FILE *to_server = fdopen(fd, "w"), *from_server = fdopen(dup(fd), "r");
    if (!to_server || !from_server)
        err(1, "%s", argv[1]);

    char *line = NULL;
    size_t room = 0;
    ssize_t bytes;
    while ((bytes = getline(&line, &room, stdin)) > 0) {
        if (line[bytes - 1] != '\n')
            errx(1, "the last line has no newline");
        if (fwrite(line, 1, (size_t)bytes, to_server) != (size_t)bytes || fflush(to_server) == EOF)
            err(1, "%s", argv[1]);
        if (getline(&line, &room, from_server) <= 0)
            errx(1, "%s: the server has closed the connection", argv[1]);
        fputs(line, stdout);
    }
    free(line);
    if (fclose(to_server) == EOF || fclose(from_server) == EOF || fflush(stdout) == EOF)
        err(1, "%s", argv[1]);
    return 0;
}
