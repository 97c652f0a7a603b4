// A server under measurement: started on the server's CPUs, and stopped with its whole life
// accounted for.
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/setting.h"
#include "bench/measure/trial/watch.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

enum { MOST_STRANGERS = 16 };

struct server {
    pid_t pid; // leader of its own process group
    int output_fd, error_fd;
    struct watch *watch;  // over a foreign server, from its start to its stop; else NULL
    bool may_crash;       // set by the caller: any exit status is then accepted
    bool ignores_sigterm; // it is foreign, and had to be killed
    unsigned descriptors; // of its first process, when it started to listen
    double start_cpu_us;  // CPU time until then
    char address[256];    // HOST:PORT
    // Connections of its port that are older than it: of a program that had the port before.
    unsigned long strangers[MOST_STRANGERS]; // inodes
    unsigned stranger_count;
    char last_words[160]; // the last line of its error output, once it is stopped
};

// A server's whole life, including its descendants.
struct life {
    double cpu_us, faults, switches; // page faults, and switches to another task
    double start_cpu_us;             // of cpu_us: until it listened
    double counted;                  // requests counted in its shared state; NAN: it has none
    double busiest,
        idlest;          // requests of that worker, as multiples of an even share; NAN: not counted
    bool lacks_children; // it ignores SIGCHLD: the usage of its ended children is lost
};

// Starts a server and waits until it reports its address. False, with a fault, if it does not; it
// must be stopped in any case. arguments are words; "-": none.
bool server_start(const struct setting *setting, const char *program, const char *arguments,
                  struct server *server, struct measurement *m);

// The address and port that a started server has reported. Exits with status 1 and one line if they
// are not IPv4.
struct sockaddr_in server_endpoint(const struct server *server);

// Stops a server and accounts for it; anything but a clean stop is a fault. Its error output goes
// to the log.
struct life server_stop(const struct setting *setting, struct server *server,
                        struct measurement *m);
