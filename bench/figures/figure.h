// A picture of clients, the server's processes, their descriptors and the connections between them,
// in the style of CS:APP's figures 12-1 to 12-4: as a table, drawn with box characters, and as SVG.
#pragma once

#include "bench/measure/trial/descriptors.h"

enum { FIGURE_CLIENTS = 2 };

enum presence { NOT_YET, CONNECTED, CLOSED };

struct figure_client {
    enum presence presence;
    int fd;
    unsigned port;
};

struct figure {
    const char *name;   // of the file
    const char *title;  // a line
    const char *moment; // one line: when it was observed
    const char *leader; // name of the server's first process: "server", "parent"
    const struct figure_client *clients;
    const struct tree *tree;
};

// Prints the title, the table and the drawing.
void figure_print(const struct figure *figure);

// Writes folder/figure_NAME.svg. Exits with status 1 if it cannot.
void figure_write_svg(const struct figure *figure, const char *folder);
