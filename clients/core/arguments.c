#include "clients/core/arguments.h"

#include <err.h>
#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

double number(const char *text, const char *what, double least, double most)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (errno || end == text || *end || !(value >= least && value <= most))
        errx(2, "%s must be a number from %.15g to %.15g, not '%s'", what, least, most, text);
    return value;
}

uint64_t whole(const char *text, const char *what, double least, double most)
{
    double value = number(text, what, least, most);
    if (value != floor(value))
        errx(2, "%s must be a whole number, not '%s'", what, text);
    return (uint64_t)value;
}

uint64_t seconds(const char *text, const char *what, double least)
{
    return (uint64_t)(number(text, what, least, 86400) * 1e9);
}

static bool accepts(const struct addrinfo *address)
{
    static const struct timeval limit = {.tv_sec = 2};
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit); // of connect, too
    bool is_open = connect(fd, address->ai_addr, address->ai_addrlen) == 0;
    close(fd);
    return is_open;
}

// The first address that accepts, or the very first if none does. A name may have several
// (localhost: ::1 and 127.0.0.1) and the server only one of them; a single one is not tried.
static const struct addrinfo *choose(const struct addrinfo *found, const char *target)
{
    char host[NI_MAXHOST] = "?";
    const struct addrinfo *chosen = found;
    if (!found->ai_next)
        return found;
    while (chosen && !accepts(chosen))
        chosen = chosen->ai_next;
    if (!chosen)
        chosen = found;
    getnameinfo(chosen->ai_addr, chosen->ai_addrlen, host, sizeof host, NULL, 0, NI_NUMERICHOST);
    warnx("%s: using %s", target, host);
    return chosen;
}

socklen_t resolve(const char *target, struct sockaddr_storage *address)
{
    char host[256];
    const char *colon = strrchr(target, ':');
    size_t length = colon ? (size_t)(colon - target) : 0;
    if (!length || !colon[1] || length >= sizeof host)
        errx(2, "'%s' is not HOST:PORT", target);
    if (colon[1 + strspn(colon + 1, "0123456789")])
        errx(2, "PORT must be a number from 1 to 65535, not '%s'", colon + 1);
    number(colon + 1, "PORT", 1, 65535);
    bool bracketed = length > 2 && target[0] == '[' && target[length - 1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(bracketed ? length - 2 : length), target + bracketed);

    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found;
    int problem = getaddrinfo(host, colon + 1, &hints, &found);
    if (problem)
        errx(1, "%s: %s", target, gai_strerror(problem));
    const struct addrinfo *chosen = choose(found, target);
    socklen_t bytes = chosen->ai_addrlen;
    memcpy(address, chosen->ai_addr, bytes);
    freeaddrinfo(found);
    return bytes;
}

error_t target_option(int key, char *argument, struct argp_state *state, const char **target)
{
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt's one line is enough
        return 0;
    case ARGP_KEY_ARG:
        if (*target)
            errx(2, "unexpected argument '%s' after HOST:PORT", argument);
        *target = argument;
        return 0;
    case ARGP_KEY_END:
        if (!*target)
            errx(2, "HOST:PORT is missing (see --help)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void make_room_for(unsigned connections)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        err(1, "getrlimit");
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (connections + 16 > files.rlim_max)
        errx(1, "%u connections need more descriptors than the limit allows (%ju)", connections,
             (uintmax_t)files.rlim_max);
}
