#include "clients/core/engine.h"

#include "clients/core/clock.h"
#include "clients/core/message.h"
#include "clients/core/run_queue_delay.h"
#include "clients/core/schedule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECTING_AT_MOST = 128, // of all workers; otherwise the listen queue overflows before the run
    CHECK_EVERY_NS = 20000000, // for timed-out requests and connections to retry
    RETRY_AFTER_NS = 10000000, // a failed connection
};

// Between workers: seeds that no neighbouring trial has, and connections before their source
// addresses are the next worker's.
#define SEEDS_APART UINT64_C(1000000007)
#define SOURCES_APART UINT64_C(31000)

enum state { CLOSED, CONNECTING, IDLE, WAITING };

struct client {
    enum state state;
    bool has_request;          // one is assigned, though it may still be connecting
    uint64_t due_ns, start_ns; // of that request
    uint64_t idle_since_ns;
    uint64_t not_before_ns; // earliest retry after a failure
    uint64_t requests_left; // on this connection, where connections do not persist
    uint64_t sent;          // messages, over all connections
    const unsigned char *expected;
    size_t received;
};

static const struct net *net;
static const struct load *load;
static struct outcome *outcome;
static struct messages messages;
static struct client *clients;
static struct schedule schedule;

static uint64_t iteration_ns; // the time at the start of this iteration
static bool releasing;        // new requests are started
static bool in_window;        // requests started now belong to the window
static uint64_t begun_ns;     // this part of the run
static uint64_t end_ns;       // of releasing, when it is known
static uint64_t released;     // requests, in this part of the run
static uint64_t promised;     // the same, plus those that existing connections will still carry
static unsigned busy;         // clients with a request
static unsigned connecting;
static uint64_t failed_in_a_row; // requests since the last correct answer
static uint64_t answered_ns;     // the time of that answer
static uint64_t heard_ns;        // the last time something came back, or the first request went out
static unsigned *idle_queue;     // open loop: clients without a request, longest idle first
static unsigned idle_first, idle_count;

static bool open_loop(void)
{
    return load->rate_per_s > 0;
}

static bool persistent(void)
{
    return load->requests_per_connection == 0;
}

// Whether requests are assigned per connection, so that each connection carries all its requests
// and its setup cost is shared by exactly that many.
static bool counts_connections(void)
{
    return !open_loop() && !persistent() && load->total_requests && in_window;
}

// The number of requests for the next connection.
static uint64_t to_carry(void)
{
    uint64_t left = load->total_requests - promised;
    return counts_connections() && left < load->requests_per_connection
               ? left
               : load->requests_per_connection;
}

static void become_idle(unsigned i)
{
    struct client *c = &clients[i];
    c->idle_since_ns = iteration_ns;
    if (open_loop())
        idle_queue[(idle_first + idle_count++) % load->connections] = i;
}

static void count_in_thirds(void)
{
    uint64_t third_ns = load->window_ns / 3, age_ns = iteration_ns - begun_ns;
    outcome->echoes_first_third += age_ns < third_ns;
    outcome->echoes_last_third += age_ns >= 2 * third_ns && iteration_ns <= end_ns;
}

static void count_in_slice(uint64_t due_ns, uint64_t latency_ns)
{
    if (!load->slice_ns)
        return;
    uint64_t slice = due_ns > begun_ns ? (due_ns - begun_ns) / load->slice_ns : 0;
    slice = slice < SLICES ? slice : SLICES - 1;
    outcome->slice_due[slice]++;
    outcome->slice_late[slice] += latency_ns > load->late_ns;
}

static void finish_request(unsigned i, bool right)
{
    struct client *c = &clients[i];
    uint64_t latency_ns = iteration_ns - c->due_ns, service_ns = iteration_ns - c->start_ns;
    if (right) {
        outcome->echoes_total++;
        failed_in_a_row = 0;
        answered_ns = iteration_ns;
        if (in_window) {
            outcome->echoes++;
            outcome->echoes_in_time += iteration_ns <= end_ns;
            count_in_thirds();
        }
    } else {
        latency_ns = latency_ns > load->timeout_ns ? latency_ns : load->timeout_ns;
        service_ns = load->timeout_ns;
    }
    if (in_window) {
        histogram_record(&outcome->latency, latency_ns);
        histogram_record(&outcome->service, service_ns);
        count_in_slice(c->due_ns, latency_ns);
    }
    c->has_request = false;
    busy--;
    become_idle(i);
}

static void disconnect(unsigned i)
{
    struct client *c = &clients[i];
    if (c->state == CONNECTING)
        connecting--;
    if (c->state != CLOSED)
        net->close(i);
    c->state = CLOSED;
}

static void fail(unsigned i, enum failure kind, int error)
{
    struct client *c = &clients[i];
    outcome->failures[kind]++;
    failed_in_a_row++;
    if (error)
        outcome->last_errno = error;
    outcome->ports_exhausted += kind == CONNECT_FAILED && error == EADDRNOTAVAIL;
    disconnect(i);
    c->not_before_ns = iteration_ns + RETRY_AFTER_NS;
    if (c->requests_left > 0) // a failed request is not repeated
        promised -= c->requests_left - c->has_request;
    c->requests_left = 0;
    if (c->has_request)
        finish_request(i, false);
}

static void connect_client(unsigned i)
{
    struct client *c = &clients[i];
    const struct sockaddr *to = (const struct sockaddr *)&load->target;
    int problem = net->connect(
        i, to, net_source(to, load->worker * SOURCES_APART + outcome->connections_total),
        load->target_bytes);
    outcome->connections_total++;
    c->requests_left = to_carry();
    promised += c->requests_left;
    if (problem < 0) {
        fail(i, CONNECT_FAILED, -problem);
        return;
    }
    outcome->connections += in_window;
    c->state = CONNECTING;
    connecting++;
}

static void send_request(unsigned i)
{
    struct client *c = &clients[i];
    c->expected = message(&messages, i, c->sent++);
    c->received = 0;
    c->state = WAITING;
    net->send(i, c->expected, load->bytes);
}

// Gives an idle client a request that was due at due_ns.
static void start_request(unsigned i, uint64_t due_ns)
{
    struct client *c = &clients[i];
    c->has_request = true;
    c->due_ns = due_ns;
    c->start_ns = iteration_ns;
    if (!busy)
        heard_ns = iteration_ns;
    busy++;
    released++;
    if (in_window) {
        uint64_t possible_ns = due_ns > c->idle_since_ns ? due_ns : c->idle_since_ns;
        histogram_record(&outcome->send_lag, iteration_ns - possible_ns);
    }
    if (c->state == CLOSED)
        connect_client(i);
    else
        send_request(i);
}

// Whether a client may be given a request now.
static bool is_free(const struct client *c)
{
    return !c->has_request && c->state != CONNECTING && c->not_before_ns <= iteration_ns;
}

// Stops releasing requests when their time or number is used up.
static void look_at_the_end(void)
{
    if (iteration_ns >= end_ns)
        releasing = false;
    else if (load->total_requests && in_window && released >= load->total_requests)
        releasing = false;
    if (!releasing && iteration_ns < end_ns)
        end_ns = iteration_ns;
}

static void release_closed_loop(unsigned i)
{
    bool may_connect = !counts_connections() || promised < load->total_requests;
    look_at_the_end();
    if (releasing && is_free(&clients[i]) && (may_connect || clients[i].state != CLOSED))
        start_request(i, iteration_ns);
}

// Starts due requests while clients are free. Requests due before the end are started even after
// it.
static void release_open_loop(void)
{
    for (unsigned tries = idle_count; tries > 0; tries--) {
        look_at_the_end();
        uint64_t due_ns = schedule_next_ns(&schedule);
        if (due_ns > iteration_ns || due_ns >= end_ns || (!releasing && load->total_requests))
            return;
        unsigned i = idle_queue[idle_first];
        idle_first = (idle_first + 1) % load->connections;
        idle_count--;
        if (is_free(&clients[i])) {
            schedule_advance(&schedule);
            start_request(i, due_ns);
        } else {
            idle_queue[(idle_first + idle_count++) % load->connections] = i;
        }
    }
}

static void hear(void)
{
    uint64_t silence_ns = iteration_ns - heard_ns, length = silence_ns / SILENCE_LEAST_NS;
    heard_ns = iteration_ns;
    if (!length || !busy || !in_window)
        return;
    int k = 63 - __builtin_clzll(length);
    outcome->silence_ns[k < SILENCES ? k : SILENCES - 1] += silence_ns;
}

static void on_received(unsigned i, const struct net_event *event)
{
    struct client *c = &clients[i];
    size_t n = (size_t)event->result;
    if (event->result < 0) {
        fail(i, RESET, (int)-event->result);
    } else if (event->result == 0) {
        fail(i, SHORT, 0);
    } else if (c->state != WAITING || n > load->bytes - c->received ||
               memcmp(event->data, c->expected + c->received, n) != 0) {
        fail(i, MISMATCH, 0);
    } else if ((c->received += n) == load->bytes) {
        c->state = IDLE;
        if (!persistent() && --c->requests_left == 0)
            disconnect(i);
        finish_request(i, true);
    }
}

// Returns whether the engine has to look: this part of the run may be over, or the first client in
// a while is free, so that the next request need not wait.
static bool handle(const struct net_event *event)
{
    unsigned i = event->slot;
    struct client *c = &clients[i];
    bool none_idle = !idle_count;
    if (event->kind == NET_RECEIVED) {
        iteration_ns = now_ns();
        hear();
        on_received(i, event);
    } else if (event->result < 0) {
        fail(i, CONNECT_FAILED, (int)-event->result);
    } else {
        connecting--;
        c->state = IDLE;
        if (c->has_request)
            send_request(i);
    }
    if (!open_loop() && releasing)
        release_closed_loop(i);
    return !releasing || (none_idle && idle_count);
}

static void look_for_timeouts(void)
{
    static uint64_t next_look_ns;
    if (iteration_ns < next_look_ns)
        return;
    next_look_ns = iteration_ns + CHECK_EVERY_NS;
    for (unsigned i = 0; i < load->connections; i++) {
        struct client *c = &clients[i];
        if (c->has_request && iteration_ns - c->start_ns >= load->timeout_ns)
            fail(i, TIMEOUT, 0);
        if (!open_loop() && releasing)
            release_closed_loop(i);
    }
    if (outcome->echoes_total == 0 && outcome_failures(outcome) >= load->connections)
        outcome->gave_up = true;
    // A window ends by itself; a fixed number of requests would wait for a time-out each.
    if (load->total_requests && failed_in_a_row >= 2 * load->connections &&
        iteration_ns - answered_ns >= load->timeout_ns)
        outcome->gave_up = true;
}

// One iteration: processes events until there is nothing to wait for.
static void turn(uint64_t until_ns)
{
    uint64_t look_ns = iteration_ns + CHECK_EVERY_NS;
    net->wait(until_ns < look_ns ? until_ns : look_ns, handle);
    iteration_ns = now_ns();
    look_for_timeouts();
}

// Connects all persistent clients in advance; those that fail are retried by their first request.
static void connect_all(void)
{
    unsigned next = 0;
    uint64_t give_up_ns = iteration_ns + load->timeout_ns;
    unsigned at_most = (CONNECTING_AT_MOST + load->workers - 1) / load->workers;
    while ((next < load->connections || connecting) && iteration_ns < give_up_ns &&
           !outcome->gave_up) {
        while (next < load->connections && connecting < at_most)
            connect_client(next++);
        turn(give_up_ns);
    }
    for (unsigned i = 0; i < load->connections; i++)
        if (clients[i].state == CONNECTING)
            fail(i, TIMEOUT, 0);
}

uint64_t engine_seed(const struct load *l, bool is_window)
{
    return l->seed + is_window + l->worker * SEEDS_APART;
}

static void start_schedule(void)
{
    bool has_burst = in_window && load->burst_ns;
    schedule_start(&schedule, has_burst ? load->burst_rate_per_s : load->rate_per_s, begun_ns,
                   engine_seed(load, in_window));
    if (has_burst)
        schedule_change(&schedule, begun_ns + load->burst_ns, load->rate_per_s);
}

// Releases requests until end_ns, then waits for the answers to all of them.
static void run_part(uint64_t duration_ns)
{
    iteration_ns = begun_ns = now_ns();
    end_ns = duration_ns > UINT64_MAX - iteration_ns ? UINT64_MAX : iteration_ns + duration_ns;
    released = promised = 0;
    for (unsigned i = 0; i < load->connections; i++)
        promised += clients[i].requests_left;
    releasing = true;
    if (open_loop())
        start_schedule();
    for (unsigned i = 0; i < load->connections && !open_loop(); i++)
        release_closed_loop(i);

    uint64_t give_up_ns = UINT64_MAX;
    while (!outcome->gave_up && iteration_ns < give_up_ns) {
        if (open_loop())
            release_open_loop();
        look_at_the_end();
        bool more_due = open_loop() && schedule_next_ns(&schedule) < end_ns &&
                        !(load->total_requests && !releasing);
        if (!releasing && !busy && !more_due)
            break;
        if (!releasing && give_up_ns == UINT64_MAX)
            give_up_ns = end_ns + load->timeout_ns + CHECK_EVERY_NS;
        uint64_t until_ns = releasing ? end_ns : give_up_ns;
        if (more_due && idle_count && schedule_next_ns(&schedule) < until_ns)
            until_ns = schedule_next_ns(&schedule);
        turn(until_ns);
    }
    for (unsigned i = 0; i < load->connections && !outcome->gave_up; i++)
        if (clients[i].has_request)
            fail(i, TIMEOUT, 0);
    while (in_window && open_loop() && !load->total_requests &&
           schedule_next_ns(&schedule) < end_ns) {
        uint64_t due_ns = schedule_next_ns(&schedule),
                 latency_ns = iteration_ns - due_ns + load->timeout_ns;
        outcome->unsent++;
        histogram_record(&outcome->latency, latency_ns);
        count_in_slice(due_ns, latency_ns);
        schedule_advance(&schedule);
    }
    net->wait(iteration_ns, handle); // executes the last closes
}

int engine_run(const struct net *net_to_use, const struct load *load_to_run,
               struct outcome *outcome_to_fill)
{
    net = net_to_use;
    load = load_to_run;
    outcome = outcome_to_fill;
    outcome_reset(outcome);
    clients = calloc(load->connections, sizeof *clients);
    idle_queue = calloc(load->connections, sizeof *idle_queue);
    if (!clients || !idle_queue || messages_make(&messages, load->bytes) < 0)
        return -1;

    iteration_ns = now_ns();
    for (unsigned i = 0; i < load->connections; i++)
        become_idle(i);
    if (persistent())
        connect_all();
    if (load->warmup_ns && !outcome->gave_up)
        run_part(load->warmup_ns);
    if (load->gate)
        load->gate("start");
    uint64_t run_queue_delay_before_ns, run_queue_delay_after_ns;
    outcome->knows_run_queue_delay = net->one_thread && run_queue_delay(&run_queue_delay_before_ns);
    if (load->begin)
        load->begin();
    uint64_t cpu_before_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t start_ns = outcome->begun_ns = outcome->begun_by_ns = now_ns();
    in_window = true;
    if (!outcome->gave_up)
        run_part(load->window_ns ? load->window_ns : UINT64_MAX);
    if (!load->window_ns ||
        outcome->gave_up) // the window lasts until the last request was answered or abandoned
        end_ns = iteration_ns > start_ns ? iteration_ns : start_ns;
    if (!load->window_ns)
        outcome->echoes_in_time = outcome->echoes;
    outcome->window_ns = end_ns - start_ns;
    outcome->cpu_window_ns = outcome->busiest_window_ns =
        clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_before_ns;
    outcome->knows_run_queue_delay =
        outcome->knows_run_queue_delay && run_queue_delay(&run_queue_delay_after_ns);
    if (outcome->knows_run_queue_delay)
        outcome->run_queue_delay_window_ns = run_queue_delay_after_ns - run_queue_delay_before_ns;
    if (load->gate)
        load->gate("end");
    // Each failure ended a connection; a client that is still busy was abandoned.
    outcome->connections_served = outcome->connections_total - outcome_failures(outcome) - busy;
    for (unsigned i = 0; i < load->connections; i++)
        disconnect(i);
    net->wait(now_ns(), handle); // executes the closes
    messages_free(&messages);
    free(idle_queue);
    free(clients);
    return 0;
}
