#include "bench/figures/figure_layout.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

unsigned layout_client_row(const struct layout *l, int client)
{
    return l->clients[client].top + 1;
}

static int client_of(const struct figure *f, const struct descriptor *d)
{
    for (int i = 0; i < FIGURE_CLIENTS; i++)
        if (d->refers_to == CONNECTION && f->clients[i].port == d->port)
            return i;
    return NOBODY;
}

static bool serves(const struct figure *f, const struct member *m, int client)
{
    for (size_t i = 0; i < m->count; i++)
        if (client_of(f, &m->descriptors[i]) == client)
            return true;
    return false;
}

// As in the book: the first client's child above the server, the second's below it.
static int rank(const struct figure *f, const struct member *m)
{
    if (m->number == 0)
        return 1;
    return serves(f, m, 1) ? 3 : serves(f, m, 0) ? 0 : 2;
}

static void name_box(const struct figure *f, const struct member *m, struct process_box *box)
{
    char threads[32] = "";
    if (m->threads > 1)
        snprintf(threads, sizeof threads, ", %u threads", m->threads);
    if (m->number == 0)
        snprintf(box->name, sizeof box->name, "%s, process %d%s", f->leader, (int)m->pid, threads);
    else
        snprintf(box->name, sizeof box->name, "child %u, process %d%s", m->number, (int)m->pid,
                 threads);
}

static void add_socket(struct layout *l, const struct descriptor *d, int client)
{
    struct socket_row *s = &l->sockets[l->socket_count++];
    s->row = l->rows++;
    s->client = client;
    snprintf(s->text, sizeof s->text, "%s(%d)",
             d->refers_to == LISTENING_SOCKET ? "listenfd" : "connfd", d->fd);
    snprintf(s->count, sizeof s->count, "refcnt=%u", d->references);
}

static void add_words(struct layout *l, const char *words)
{
    struct socket_row *s = &l->sockets[l->socket_count++];
    *s = (struct socket_row){.row = l->rows++, .client = NOBODY};
    snprintf(s->text, sizeof s->text, "%s", words);
}

static void add_box(struct layout *l, const struct figure *f, const struct member *m)
{
    struct process_box *box = &l->boxes[l->box_count++];
    box->top = l->rows++;
    box->first = l->socket_count;
    box->is_leader = m->number == 0;
    name_box(f, m, box);
    for (size_t i = 0; i < m->count; i++)
        if (m->descriptors[i].refers_to != OTHER_FILE)
            add_socket(l, &m->descriptors[i], client_of(f, &m->descriptors[i]));
    if (m->is_zombie)
        add_words(l, "zombie: not reaped");
    else if (l->socket_count == box->first)
        add_words(l, "no socket");
    box->rows = (unsigned)(l->socket_count - box->first);
    l->rows++;
}

static bool is_reached_by(const struct layout *l, unsigned row, int client)
{
    for (size_t i = 0; i < l->socket_count; i++)
        if (l->sockets[i].row == row && l->sockets[i].client == client)
            return true;
    return false;
}

// The row of a client's first or last socket; 0 if there is none.
static unsigned socket_row_of(const struct layout *l, int client, bool last)
{
    unsigned row = 0;
    for (size_t i = 0; i < l->socket_count; i++)
        if (l->sockets[i].client == client && (last || row == 0))
            row = l->sockets[i].row;
    return row;
}

// The first client is at the height of its first socket, the second at that of its last, and never
// in a row that the first one's line uses.
static void place_clients(struct layout *l)
{
    unsigned first = socket_row_of(l, 0, false), second = socket_row_of(l, 1, true);
    struct client_box *c = l->clients;
    c[0].top = first > 0 ? first - 1 : 0;
    c[1].top = second > 0 ? second - 1 : l->rows > CLIENT_ROWS ? l->rows - CLIENT_ROWS : 0;
    if (c[1].top < c[0].top + CLIENT_ROWS)
        c[1].top = c[0].top + CLIENT_ROWS;
    while (is_reached_by(l, layout_client_row(l, 1), 0))
        c[1].top++;
    if (l->rows < c[1].top + CLIENT_ROWS)
        l->rows = c[1].top + CLIENT_ROWS;
}

static void describe_client(const struct figure *f, int i, struct client_box *box)
{
    const struct figure_client *c = &f->clients[i];
    snprintf(box->name, sizeof box->name, "client %d", i + 1);
    if (c->presence == NOT_YET)
        snprintf(box->text, sizeof box->text, "not connected yet");
    else if (c->presence == CLOSED)
        snprintf(box->text, sizeof box->text, "closed");
    else if (!tree_has_accepted(f->tree, c->port))
        snprintf(box->text, sizeof box->text, "waiting for accept");
    else if (!tree_has_descriptor(f->tree, c->port))
        snprintf(box->text, sizeof box->text, "served: no descriptor");
    else
        snprintf(box->text, sizeof box->text, "clientfd(%d) port %u", c->fd, c->port);
}

struct layout layout_make(const struct figure *f)
{
    const struct tree *t = f->tree;
    struct layout l = {0};
    size_t most = t->count;
    for (size_t i = 0; i < t->count; i++)
        most += t->members[i].count;
    l.boxes = calloc(t->count + 1, sizeof *l.boxes);
    l.sockets = calloc(most + 1, sizeof *l.sockets);
    if (!l.boxes || !l.sockets)
        err(1, "cannot allocate the figure");
    for (int r = 0; r <= 3; r++)
        for (size_t i = 0; i < t->count; i++)
            if (rank(f, &t->members[i]) == r)
                add_box(&l, f, &t->members[i]);
    place_clients(&l);
    for (int i = 0; i < FIGURE_CLIENTS; i++)
        describe_client(f, i, &l.clients[i]);
    return l;
}

void layout_free(struct layout *l)
{
    free(l->boxes);
    free(l->sockets);
}
