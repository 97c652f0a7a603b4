// The positions in a figure, in rows from the top; the renderer decides how large a row is.
#pragma once

#include "bench/figures/figure.h"

enum { NOBODY = -1 };
enum { CLIENT_ROWS = 3 }; // a box: its name, a line, its end

struct socket_row { // one line of a process's box
    unsigned row;
    int client;     // the owner of the connection, or NOBODY
    char text[64];  // what it is
    char count[32]; // its references
};

struct process_box {
    unsigned top, rows; // without the rows of its name and its end
    size_t first;       // index into socket_rows
    bool is_leader;
    char name[64];
};

struct client_box {
    unsigned top;
    char name[24], text[40];
};

struct layout {
    unsigned rows; // in total
    struct client_box clients[FIGURE_CLIENTS];
    struct process_box *boxes;
    size_t box_count;
    struct socket_row *sockets;
    size_t socket_count;
};

// Where a client's connection begins.
unsigned layout_client_row(const struct layout *layout, int client);

struct layout layout_make(const struct figure *figure);
void layout_free(struct layout *layout);
