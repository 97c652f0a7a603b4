#include "bench/report/model/answer.h"
#include "bench/report/model/made.h"
#include "bench/report/model/section.h"

#include <stdio.h>
#include <string.h>

// What a reader should remember. A rule is used if all its claims hold and all slots of its text
// have sound numbers. The order is that of importance.
static const struct rule {
    const char *claims[2]; // the second may be NULL
    const char *title, *text;
} rules[] = {
    {{"prefork_saves_the_fork"},
     "Forking in advance removes most of the cost.",
     "A connection costs a pool of processes {churn.prefork} the CPU of an event loop, and fork "
     "{churn.fork}."},
    {{"crash_stays_inside", "threads_die_together"},
     "Processes contain crashes.",
     "A crash loses {#isolation.fork@crash} other connections with a process each, and "
     "{#isolation.thread@crash} with a thread each."},
    {{"stalled_clients_fill_pools"},
     "Pools have a weak spot.",
     "Beside 16 stalled clients, a pool of 16 answers {#slow.prefork@16} of requests in time, and "
     "fork {#slow.fork@16}."},
    {{"idle_process_is_heavy"},
     "Idle processes are heavy.",
     "An idle connection holds {=memory.fork@1000} with a process each, and {=memory.epoll@1000} "
     "in an event loop."},
    {{"poll_pays_for_idle", "epoll_ignores_idle"},
     "Idle connections are free for epoll, not for poll.",
     "Beside 10,000 idle connections, an echo costs poll {idle.poll@10000} the CPU of epoll."},
    {{"slow_request_blocks_loop"},
     "A single event loop must not wait.",
     "If each request waits 1 ms, a thread per connection serves {work_wait.thread@1000} as many "
     "as an event loop."},
    {{"fork_grows_with_memory"},
     "Fork slows down as the parent grows.",
     "A fork takes {=spawn_memory.fork@1} with 1 MiB touched, and {=spawn_memory.fork@256} with "
     "256 MiB."},
    {{"loops_beat_threads"},
     "With many busy connections, loops are cheaper than threads.",
     "With 512 connections, an echo costs a thread per connection {concurrency.thread@512} the CPU "
     "of epoll."},
};

enum { TAKEAWAYS = 3 };

// Verdicts have a row for each condition of a claim, with the verdict on the whole claim in each.
static bool holds(const struct facts *f, const char *claim)
{
    const struct table *t = &f->verdicts;
    size_t name = table_column(t, "claim"), verdict = table_column(t, "verdict");
    for (size_t row = 0; row < t->rows; row++)
        if (strcmp(table_text(t, row, name), claim) == 0)
            return strcmp(table_text(t, row, verdict), "holds") == 0;
    return false;
}

// NULL if it cannot be said of this run.
static json_t *takeaway(const struct facts *f, const struct rule *rule)
{
    char link[128];
    if (!holds(f, rule->claims[0]) || (rule->claims[1] && !holds(f, rule->claims[1])))
        return NULL;
    json_t *text = answer_fill(f, NULL, rule->text);
    if (!text)
        return NULL;
    snprintf(link, sizeof link, "#claim-%s", rule->claims[0]);
    return made(json_pack("{ss so ss ss}", "title", rule->title, "text", text, "link", link,
                          "link_text", "The claim"));
}

json_t *takeaways_section(const struct facts *f)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        json_t *said = json_array_size(list) < TAKEAWAYS ? takeaway(f, &rules[i]) : NULL;
        if (said)
            add(list, said);
    }
    return list;
}
