// The contract that every server must keep: a table of hazards (rows) against the programs found in
// build/servers/ (columns). tests/contract.c makes a test of each cell; hazards.c is the table,
// hazards_*.c hold what a hazard does. tests/check/ tries the rows that have a rule for it on a
// program known only by its port, which is any command.
#pragma once

#include "servers/core/model.h"
#include "tests/core/census.h"
#include "tests/core/inject.h"
#include "tests/core/server_process.h"

struct program {
    char name[64], path[300];
    enum family family;
    enum capacity capacity;
    bool has_pool;     // of workers, whose number -w sets
    bool of_threads;   // its workers are threads, and not processes
    char problem[256]; // why there are no tests of it, or empty
    bool unsupported;  // the problem is that this machine cannot run it
};

// Sets of families and capacities: bit n is the enum's value n.
enum {
    PER_CONNECTION = 1u << MANY,             // where the family is PROCESS or THREAD
    PROMISE_NONE = 1u << ONE | 1u << HASHED, // that two clients are served at the same time
    LOOPS = 1u << MULTIPLEXED | 1u << PEER,
};

struct cell {
    const struct hazard *hazard;
    const struct program *program;
    struct server_process server; // listening when the hazard's function is called
    bool fulfilled, skipped;
};

enum pools { ALL_MODELS, POOLS, POOLS_OF_PROCESSES };

struct hazard {
    const char *name;
    const char *rule;    // what passes; NULL: no row of the contract, whose other rows include it
    const char *by_port; // what passes of a program known only by its port; NULL: does not apply
    void (*test)(struct cell *);
    unsigned families, capacities; // whom it concerns; 0: all
    enum pools pools;              // concerns only models with such a pool
    unsigned excepted;             // capacities that cannot keep it, for a documented reason
    const char *program;           // the only one that it concerns, or NULL
    const char *says;              // words that standard error must hold; otherwise it is empty
    unsigned says_families;        // ... if the family is one of these; 0: all
    unsigned workers;              // -w of pools that serve a client a worker; 0: DEFAULT_WORKERS
    const char *argument;          // another one for the server, or NULL
    rlim_t files;                  // the server's RLIMIT_NOFILE; 0: inherited
    bool injects;                  // attaches strace to the server
    bool deep;                     // takes long: runs only with DEEP=1, when nothing else does
    bool starts_itself;            // no server is running when the test is called
    unsigned disregarded;          // of a program known by its port: see server_process.h
};

enum { DEFAULT_WORKERS = 4 };

// hazards.c: the rows, and why a capacity cannot keep what others must.
extern const struct hazard hazards[];
extern const size_t hazard_count;
extern const char *const exception_of[];

// Ends the test, as neither passed nor failed: this machine cannot run it, or the server cannot
// fulfil it, for a good reason.
void skip_because(struct cell *cell, const char *reason);
void except_because(struct cell *cell, const char *reason);

// Starts the server as the table asks for; start_server() waits until it listens.
void launch_server(struct cell *cell);
void start_server(struct cell *cell);

// inject(), where the test ends if that is not permitted here.
struct injection inject_into_cell(struct cell *cell, const char *calls, const char *error,
                                  const char *when);

// The census of the server at rest, its pool complete and a first client served.
struct census baseline(const struct cell *cell);

// hazards_program.c: the command line
void describe(struct cell *);
void usage_errors(struct cell *);
void port_in_use(struct cell *);
void loopback_by_default(struct cell *);

// hazards_stop.c: how it ends
void stop_at_once(struct cell *);
void sigterm_to_the_first(struct cell *);
void sigterm_under_load(struct cell *);
void sigint_under_load(struct cell *);
void server_killed(struct cell *);

// hazards_bytes.c: what comes back
void fidelity_sizes(struct cell *);
void fidelity_chunks(struct cell *);
void dribble(struct cell *);
void half_close(struct cell *);
void stalled_reader(struct cell *);
void signal_storm(struct cell *);

// hazards_clients.c: what clients do to a server, and to each other
void second_client(struct cell *);
void second_client_waits(struct cell *);
void fast_talker(struct cell *);
void reset_at_any_moment(struct cell *);
void gone_mid_message(struct cell *);
void many_at_once(struct cell *);
void many_in_turn(struct cell *);
void ten_thousand(struct cell *);
void all_gone_at_once(struct cell *);

// hazards_leaks.c: what is left of each client
void one_after_another(struct cell *);
void children_are_reaped(struct cell *);
void memory_of_each_client(struct cell *);

// hazards_crowds.c: more at once than a loop has room for in its lists
void crowd_of_stalled(struct cell *);
void all_talk_at_once(struct cell *);

// hazards_limits.c: what a server is not given
void out_of_descriptors(struct cell *);
void beyond_fd_setsize(struct cell *);
void no_memory(struct cell *);

// hazards_processes.c: what servers do with their processes and threads
void max_children(struct cell *);
void refuse_beyond(struct cell *);
void child_holds_only_its_connection(struct cell *);
void servant_refused(struct cell *);

// hazards_pools.c: pools of workers
void worker_killed(struct cell *);
void successor_refused(struct cell *);
void pool_refused_at_start(struct cell *);

// hazards_requests.c: what requests do besides being echoed
void work_computes(struct cell *);
void work_waits(struct cell *);
void work_of_some(struct cell *);
void poison(struct cell *);

// hazards_injected.c: system calls that fail
void accept_fails(struct cell *);
void receive_fails(struct cell *);
void send_fails(struct cell *);
void wait_fails(struct cell *);
void lock_interrupted(struct cell *);
void epoll_ctl_fails(struct cell *);
