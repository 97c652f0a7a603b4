// The table and the drawing. Each cell of the canvas knows which lines meet in it, so that every
// corner, junction and crossing gets the right character.
#include "bench/figures/figure_layout.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- the table ----------------------------------------------------------------------------------

static void describe(const struct figure *f, const struct descriptor *d, char *text, size_t bytes)
{
    int client = NOBODY;
    for (int i = 0; i < FIGURE_CLIENTS; i++)
        if (f->clients[i].port == d->port)
            client = i;
    if (d->refers_to == LISTENING_SOCKET)
        snprintf(text, bytes, "listening socket, port %u", d->port);
    else if (d->refers_to == CONNECTION && client != NOBODY)
        snprintf(text, bytes, "connection to client %d (port %u)", client + 1, d->port);
    else
        snprintf(text, bytes, "other: %s", d->target);
}

static void print_table(const struct figure *f)
{
    printf("  %7s  %-9s %10s  %-38s %s\n", "process", "role", "descriptor", "refers to", "refcnt");
    for (size_t i = 0; i < f->tree->count; i++) {
        const struct member *m = &f->tree->members[i];
        char role[24], what[96];
        if (m->number == 0)
            snprintf(role, sizeof role, "%s", f->leader);
        else
            snprintf(role, sizeof role, "child %u", m->number);
        for (size_t j = 0; j < m->count; j++) {
            const struct descriptor *d = &m->descriptors[j];
            describe(f, d, what, sizeof what);
            printf("  %7d  %-9s %10d  %-38s ", (int)m->pid, role, d->fd, what);
            if (d->references > 0)
                printf("%6u\n", d->references);
            else
                printf("%6s\n", "?");
        }
        if (m->is_zombie)
            printf("  %7d  %-9s %10s  zombie: not reaped\n", (int)m->pid, role, "-");
    }
}

// ---- the canvas ---------------------------------------------------------------------------------

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };
enum style { SINGLE, DOUBLE, STYLES };

enum { CLIENT_LEFT = 2, CLIENT_RIGHT = 29, PROCESS_LEFT = 44, PROCESS_RIGHT = 84, COLUMNS };

struct cell {
    unsigned char lines[STYLES]; // the directions in which they leave
    char letter;                 // drawn above them
};

struct canvas {
    unsigned rows;
    struct cell (*cells)[COLUMNS];
};

// Indexed by the directions in which lines leave.
static const char *const glyphs[STYLES][16] = {
    {" ", "╵", "╷", "│", "╴", "┘", "┐", "┤", "╶", "└", "┌", "├", "─", "┴", "┬", "┼"},
    {" ", "║", "║", "║", "═", "╝", "╗", "╣", "═", "╚", "╔", "╠", "═", "╩", "╦", "╬"},
};

static const char *glyph_of(const struct cell *c)
{
    unsigned single = c->lines[SINGLE], twin = c->lines[DOUBLE];
    if (single == 0 || twin == 0)
        return glyphs[twin ? DOUBLE : SINGLE][single | twin];
    if (twin & (UP | DOWN))
        return "╫";
    return twin == LEFT ? "╡" : twin == RIGHT ? "╞" : "╪";
}

static void draw_across(struct canvas *c, unsigned row, unsigned left, unsigned right,
                        enum style style)
{
    for (unsigned x = left; x <= right; x++)
        c->cells[row][x].lines[style] |=
            (unsigned char)((x > left ? LEFT : 0) | (x < right ? RIGHT : 0));
}

static void draw_down(struct canvas *c, unsigned column, unsigned top, unsigned bottom,
                      enum style style)
{
    for (unsigned y = top; y <= bottom; y++)
        c->cells[y][column].lines[style] |=
            (unsigned char)((y > top ? UP : 0) | (y < bottom ? DOWN : 0));
}

static void draw_text(struct canvas *c, unsigned row, unsigned column, const char *text)
{
    for (unsigned x = column; *text && x < COLUMNS; x++)
        c->cells[row][x].letter = *text++;
}

static void draw_box(struct canvas *c, unsigned top, unsigned bottom, unsigned left, unsigned right,
                     const char *name)
{
    char title[80];
    draw_across(c, top, left, right, SINGLE);
    draw_across(c, bottom, left, right, SINGLE);
    draw_down(c, left, top, bottom, SINGLE);
    draw_down(c, right, top, bottom, SINGLE);
    snprintf(title, sizeof title, " %s ", name);
    draw_text(c, top, left + 2, title);
}

// A client's line leads to all of its sockets, through its own column.
static void draw_connection(struct canvas *c, const struct layout *l, int client)
{
    enum style style = client == 0 ? SINGLE : DOUBLE;
    unsigned begin = layout_client_row(l, client), top = begin, bottom = begin;
    unsigned lane = client == 0 ? CLIENT_RIGHT + 5 : PROCESS_LEFT - 6;
    bool any = false;
    for (size_t i = 0; i < l->socket_count; i++) {
        unsigned row = l->sockets[i].row;
        if (l->sockets[i].client != client)
            continue;
        any = true;
        top = row < top ? row : top;
        bottom = row > bottom ? row : bottom;
        draw_across(c, row, lane, PROCESS_LEFT, style);
    }
    if (!any)
        return;
    draw_across(c, begin, CLIENT_RIGHT, lane, style);
    draw_down(c, lane, top, bottom, style);
}

static void put_canvas(const struct canvas *c)
{
    for (unsigned y = 0; y < c->rows; y++) {
        unsigned end = COLUMNS;
        while (end > 0 && !c->cells[y][end - 1].letter && !c->cells[y][end - 1].lines[SINGLE] &&
               !c->cells[y][end - 1].lines[DOUBLE])
            end--;
        for (unsigned x = 0; x < end; x++)
            if (c->cells[y][x].letter)
                putchar(c->cells[y][x].letter);
            else
                fputs(glyph_of(&c->cells[y][x]), stdout);
        putchar('\n');
    }
}

static void print_drawing(const struct figure *f)
{
    struct layout l = layout_make(f);
    struct canvas c = {l.rows, calloc(l.rows, sizeof *c.cells)};
    if (!c.cells)
        err(1, "cannot allocate the canvas");
    for (int i = 0; i < FIGURE_CLIENTS; i++) {
        const struct client_box *box = &l.clients[i];
        draw_box(&c, box->top, box->top + CLIENT_ROWS - 1, CLIENT_LEFT, CLIENT_RIGHT, box->name);
        draw_text(&c, box->top + 1, CLIENT_LEFT + 2, box->text);
    }
    for (size_t i = 0; i < l.box_count; i++) {
        const struct process_box *box = &l.boxes[i];
        draw_box(&c, box->top, box->top + box->rows + 1, PROCESS_LEFT, PROCESS_RIGHT, box->name);
    }
    for (size_t i = 0; i < l.socket_count; i++) {
        draw_text(&c, l.sockets[i].row, PROCESS_LEFT + 2, l.sockets[i].text);
        draw_text(&c, l.sockets[i].row, PROCESS_RIGHT - 12, l.sockets[i].count);
    }
    for (int i = 0; i < FIGURE_CLIENTS; i++)
        draw_connection(&c, &l, i);
    put_canvas(&c);
    free(c.cells);
    layout_free(&l);
}

void figure_print(const struct figure *f)
{
    printf("\n%s\n(%s)\n\n", f->title, f->moment);
    print_table(f);
    putchar('\n');
    print_drawing(f);
}
