#include "clients/core/hosts.h"

#include "clients/core/clock.h"
#include "clients/core/wire.h"
#include "clients/core/workers.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint64_t second_ns = 1000000000;

enum {
    LINE_AT_MOST = 4 << 20,
    LATE_S = 3 // after the time that a load takes, if every request runs into its time-out
};

// A host in this trial.
struct channel {
    struct host *host;
    unsigned first, workers; // of all workers: its first one, and how many
    char *text;              // what it has said
    size_t start, end, room; // of what is not read yet
    uint64_t heard_ns;       // when it last said anything
    bool is_heard;           // it has said what it is waited for, at this time, with this number
    uint64_t said_ns, said_number;
    uint64_t sent_ns, answered_ns; // the "go" of the start, and its answer
    uint64_t went_ns;              // when the host got it, by its own clock
};

static struct channel channels[HOSTS_AT_MOST];
static size_t channel_count;
static struct hosts *all;
static struct outcome *outcomes; // of all workers

__attribute__((format(printf, 2, 3))) static bool lose(const struct channel *c, const char *format,
                                                       ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(all->reason, sizeof all->reason, format, arguments);
    va_end(arguments);
    all->lost = c->host;
    return false;
}

// ---- lines --------------------------------------------------------------------------------------

static bool say(const struct channel *c, const char *text, size_t bytes)
{
    for (size_t sent = 0; sent < bytes;) {
        ssize_t n = send(c->host->fd, text + sent, bytes - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EINTR)
            return lose(c, errno == EAGAIN ? "does not listen" : "has closed its channel");
        sent += n > 0 ? (size_t)n : 0;
    }
    return true;
}

// Takes in what has come. False: the host is lost.
static bool fill(struct channel *c)
{
    if (c->start > 0) {
        memmove(c->text, c->text + c->start, c->end - c->start);
        c->end -= c->start;
        c->start = 0;
    }
    if (c->room - c->end < 4096) {
        c->room = c->room ? 2 * c->room : 65536;
        if (c->room > LINE_AT_MOST)
            return lose(c, "sends a line without end");
        c->text = realloc(c->text, c->room);
        if (!c->text)
            err(1, "what %s says", c->host->name);
    }
    ssize_t n = recv(c->host->fd, c->text + c->end, c->room - c->end - 1, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return lose(c, "has closed its channel");
    if (n > 0)
        c->heard_ns = now_ns();
    c->end += n > 0 ? (size_t)n : 0;
    return true;
}

// The next whole line, without its newline, or NULL. It stays until more is taken in.
static char *next_line(struct channel *c)
{
    char *line = c->text + c->start,
         *newline = c->end > c->start ? memchr(line, '\n', c->end - c->start) : NULL;
    if (!newline)
        return NULL;
    *newline = '\0';
    c->start += (size_t)(newline - line) + 1;
    return line;
}

// What a host says that it should not, and its reason if it gives one.
static bool lose_for(const struct channel *c, const char *line)
{
    static const char failed[] = "failed ";
    if (strncmp(line, failed, sizeof failed - 1) == 0)
        return lose(c, "failed: %.300s", line + sizeof failed - 1);
    return lose(c, "says '%.60s' out of turn", line);
}

// ---- what all have to say -----------------------------------------------------------------------

// Reads a host's lines up to this word, whose rest may be a number. False: the host is lost.
static bool hear(struct channel *c, const char *word, bool skips)
{
    size_t length = strlen(word);
    for (char *line; !c->is_heard && (line = next_line(c));) {
        if (strncmp(line, word, length) == 0 && (!line[length] || line[length] == ' ')) {
            c->is_heard = true;
            c->said_ns = now_ns();
            c->said_number = strtoull(line + length, NULL, 10);
        } else if (!skips && strcmp(line, "alive") != 0) {
            return lose_for(c, line);
        }
    }
    return true;
}

static bool is_silent(const struct channel *c, uint64_t until_ns)
{
    uint64_t now = now_ns();
    if (now >= until_ns)
        return !lose(c, "takes too long");
    if (now - c->heard_ns >= HOST_SILENCE_S * second_ns)
        return !lose(c, "has said nothing for %d s", HOST_SILENCE_S);
    return false;
}

// Waits for some of these hosts to say something. False: one is lost.
static bool await(struct channel *some, size_t count, uint64_t until_ns)
{
    struct pollfd ready[HOSTS_AT_MOST];
    for (size_t i = 0; i < count; i++)
        ready[i] =
            (struct pollfd){.fd = some[i].is_heard ? -1 : some[i].host->fd, .events = POLLIN};
    if (poll(ready, count, 500) < 0 && errno != EINTR)
        err(1, "poll");
    for (size_t i = 0; i < count; i++)
        if (!some[i].is_heard && ((ready[i].revents && !fill(&some[i])) ||
                                  (!ready[i].revents && is_silent(&some[i], until_ns))))
            return false;
    return true;
}

// Waits until all have said a word. Those that must not say anything else before it, unless what
// they say is left from a trial that was broken off.
static bool hear_all(const char *word, bool skips, uint64_t limit_ns)
{
    uint64_t until_ns = limit_ns > UINT64_MAX - now_ns() ? UINT64_MAX : now_ns() + limit_ns;
    for (size_t i = 0; i < channel_count; i++) {
        channels[i].is_heard = false;
        channels[i].heard_ns = now_ns();
    }
    for (;;) {
        size_t heard = 0;
        for (size_t i = 0; i < channel_count; i++) {
            if (!hear(&channels[i], word, skips))
                return false;
            heard += channels[i].is_heard;
        }
        if (heard == channel_count)
            return true;
        if (!await(channels, channel_count, until_ns))
            return false;
    }
}

static bool let_go(void)
{
    static const char go[] = "go\n";
    for (size_t i = 0; i < channel_count; i++)
        if (!say(&channels[i], go, sizeof go - 1))
            return false;
    return true;
}

static bool start_window(void)
{
    for (size_t i = 0; i < channel_count; i++)
        channels[i].sent_ns = now_ns(); // at the latest
    if (!let_go() || !hear_all("started", false, HOST_SILENCE_S * second_ns))
        return false;
    for (size_t i = 0; i < channel_count; i++) {
        channels[i].answered_ns = channels[i].said_ns;
        channels[i].went_ns = channels[i].said_number;
    }
    return true;
}

// ---- outcomes -----------------------------------------------------------------------------------

static char *await_line(struct channel *c)
{
    char *line;
    c->is_heard = false;
    c->heard_ns = now_ns();
    do {
        while (!(line = next_line(c)))
            if (!await(c, 1, UINT64_MAX))
                return NULL;
    } while (strcmp(line, "alive") == 0);
    return line;
}

// When a worker began, by this host's clock: see the header.
static void place(struct outcome *o, const struct channel *c)
{
    uint64_t later_ns = o->begun_ns - c->went_ns;
    o->begun_ns = c->sent_ns + later_ns;
    o->begun_by_ns = c->answered_ns + later_ns;
}

static bool read_outcomes(struct channel *c)
{
    char *line;
    for (unsigned i = 0; i < c->workers; i++) {
        for (unsigned number = 0; number < WIRE_OUTCOME_LINES; number++) {
            if (!(line = await_line(c)))
                return false;
            if (!wire_read_outcome(&outcomes[c->first + i], number, line))
                return lose_for(c, line);
        }
        place(&outcomes[c->first + i], c);
    }
    if (!(line = await_line(c)))
        return false;
    if (strcmp(line, "done unreachable") == 0)
        return lose(c, "does not reach the server any more");
    return strcmp(line, "done") == 0 || lose_for(c, line);
}

// ---- a trial ------------------------------------------------------------------------------------

static unsigned lesser(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned hosts_parts(struct hosts *hosts, const struct load *whole,
                     struct load parts[HOSTS_AT_MOST], unsigned workers[HOSTS_AT_MOST])
{
    unsigned sum = 0;
    hosts->used = lesser((unsigned)hosts->count, workers_at_most(whole));
    for (size_t i = 0; i < hosts->used; i++) {
        parts[i] = workers_part(whole, (unsigned)i, (unsigned)hosts->used);
        parts[i].worker = sum;
        workers[i] = lesser(hosts->workers ? hosts->workers : hosts->list[i].cpus,
                            workers_at_most(&parts[i]));
        sum += workers[i];
    }
    for (size_t i = 0; i < hosts->used; i++)
        parts[i].workers = sum;
    return sum;
}

static void take_channels(const struct load *parts, const unsigned *workers)
{
    channel_count = all->used;
    for (size_t i = 0; i < channel_count; i++)
        channels[i] = (struct channel){
            .host = &all->list[i], .first = parts[i].worker, .workers = workers[i]};
}

// Every trial has a number of its own, so that what is left of another is not taken for its own.
static bool hand_out(const struct net *net, const struct load *parts)
{
    char word[64];
    uint64_t number = now_ns();
    for (size_t i = 0; i < channel_count; i++) {
        char *text;
        size_t bytes;
        FILE *file = open_memstream(&text, &bytes);
        if (!file)
            err(1, "load");
        fprintf(file, "load %" PRIu64 " %s %u ", number, net->name, channels[i].workers);
        wire_write_load(&parts[i], file);
        if (fclose(file) == EOF)
            err(1, "load");
        bool is_said = say(&channels[i], text, bytes);
        free(text);
        if (!is_said)
            return false;
    }
    snprintf(word, sizeof word, "loaded %" PRIu64, number);
    return hear_all(word, true, HOST_SILENCE_S * second_ns);
}

static void pass(const struct load *load, const char *moment)
{
    if (load->gate)
        load->gate(moment);
}

static bool run(const struct net *net, const struct load *load, const struct load *parts)
{
    uint64_t patience_ns = load->timeout_ns + LATE_S * second_ns,
             window_ns = load->window_ns ? load->window_ns + patience_ns : UINT64_MAX;
    if (!hand_out(net, parts) ||
        !hear_all("ready", false, load->warmup_ns + load->timeout_ns + patience_ns))
        return false;
    pass(load, "start");
    if (!start_window() || !hear_all("end", false, window_ns))
        return false;
    pass(load, "end");
    if (!let_go())
        return false;
    for (size_t i = 0; i < channel_count; i++)
        if (!read_outcomes(&channels[i]))
            return false;
    return true;
}

static void stop_others(void)
{
    static const char stop[] = "stop\n";
    for (size_t i = 0; i < channel_count; i++)
        if (channels[i].host != all->lost)
            send(channels[i].host->fd, stop, sizeof stop - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

const struct outcome *hosts_run(struct hosts *hosts, const struct net *net, const struct load *load,
                                unsigned *count)
{
    struct load parts[HOSTS_AT_MOST];
    unsigned workers[HOSTS_AT_MOST];
    all = hosts;
    all->lost = NULL;
    *count = hosts_parts(hosts, load, parts, workers);
    take_channels(parts, workers);
    outcomes = calloc(*count, sizeof *outcomes);
    if (!outcomes)
        err(1, "outcomes");
    bool is_run = run(net, load, parts);
    if (!is_run)
        stop_others();
    for (size_t i = 0; i < channel_count; i++)
        free(channels[i].text);
    if (is_run)
        return outcomes;
    free(outcomes);
    return NULL;
}
