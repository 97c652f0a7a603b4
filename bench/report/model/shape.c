#include "bench/report/model/shape.h"

#include <string.h>

// A family and a capacity of models.tsv, and how they are shown. capacity: NULL is any other.
static const struct kind {
    const char *family, *capacity;
    struct shape shape;
} kinds[] = {
    {"process", "many", {"per_process", "Process per connection", "p", false, 0}},
    {"thread", "many", {"per_thread", "Thread per connection", "t", false, 1}},
    {"process", "workers", {"pool_processes", "Pool of processes", "p", true, 2}},
    {"process", "hashed", {"pool_processes", "Pool of processes", "p", true, 2}},
    {"thread", "workers", {"pool_threads", "Pool of threads", "t", true, 3}},
    {"thread", "hashed", {"pool_threads", "Pool of threads", "t", true, 3}},
    {"multiplexed", NULL, {"loop", "Event loop", "m", false, 4}},
    {"peer", "many", {"library", "Event loop of a library", "l", false, 5}},
    {"iterative", NULL, {"one", "One client at a time", "o", false, 6}},
    // Servers that are not of this suite.
    {"foreign_process", "many", {"foreign", "Foreign: process per connection", "p", false, 7}},
    {"foreign_process", NULL, {"foreign", "Foreign: pool of processes", "p", true, 8}},
    {"foreign_thread", "many", {"foreign", "Foreign: thread per connection", "t", false, 9}},
    {"foreign_thread", NULL, {"foreign", "Foreign: pool of threads", "t", true, 10}},
    {"foreign_task", NULL, {"foreign", "Foreign: task per connection", "t", false, 11}},
    {"foreign_loop", NULL, {"foreign", "Foreign: event loop", "m", false, 12}},
    {"foreign", NULL, {"foreign", "Foreign", "o", false, 13}},
    // Programs that are no servers.
    {"process", NULL, {"process", "Process", "p", false, 14}},
    {"thread", NULL, {"thread", "Thread", "t", false, 15}},
    {"stream", NULL, {"stream", "Stream", "p", false, 16}},
    {"message", NULL, {"message", "Messages", "l", false, 17}},
    {"shared", NULL, {"shared", "Shared memory", "m", false, 18}},
    {"spinning", NULL, {"spinning", "Spinning", "t", false, 19}},
    {"peer", NULL, {"peer", "Another program", "o", false, 20}},
};

static struct shape shape_for(const char *family, const char *capacity)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].family, family) == 0 &&
            (!kinds[i].capacity || strcmp(kinds[i].capacity, capacity) == 0))
            return kinds[i].shape;
    return (struct shape){"other", "Other", "o", false, 21};
}

struct shape shape_of(const struct facts *f, const char *experiment, const char *model)
{
    const struct table *t = &f->models;
    size_t of = table_column(t, "experiment"), name = table_column(t, "name"),
           family = table_column(t, "family"), capacity = table_column(t, "capacity");
    for (size_t row = 0; row < t->rows; row++)
        if (strcmp(table_text(t, row, name), model) == 0 &&
            strcmp(table_text(t, row, of), experiment) == 0)
            return shape_for(table_text(t, row, family), table_text(t, row, capacity));
    return shape_for("-", "-");
}

void shape_mark_foreign(const struct shape *shape, json_t *object)
{
    if (strcmp(shape->group, "foreign") == 0)
        json_object_set_new(object, "foreign", json_true());
}
