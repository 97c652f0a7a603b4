// A figure as SVG, in colours that follow the reader's light or dark scheme.
#include "bench/figures/figure_layout.h"

#include "bench/base/output.h"

#include <stdio.h>
#include <stdlib.h>

// Pixels.
enum { WIDTH = 720, MARGIN = 24, ROW = 24, HEAD = 80, PADDING = 5, INDENT = 14 };
enum { CLIENT_WIDTH = 200, PROCESS_LEFT = 376, PROCESS_WIDTH = WIDTH - MARGIN - PROCESS_LEFT };
enum { BEND = (PROCESS_LEFT - MARGIN - CLIENT_WIDTH) / 2 };

static const char style[] =
    "text { font: 14px system-ui, sans-serif; fill: #222222 } .page { fill: #ffffff }\n"
    ".title { font-size: 17px; font-weight: 600 } .name { font-weight: 600 }\n"
    ".moment { font-size: 12px } text.quiet { fill: #5c5c5c }\n"
    ".box { stroke-width: 1.5 } .client { fill: #eef4fb; stroke: #7f9fc0 }\n"
    ".leader { fill: #f3f3f1; stroke: #8a8a84 } .child { fill: #edf7f2; stroke: #6fa88c }\n"
    ".line { fill: none; stroke-width: 2.5 } .to0 { stroke: #0072b2 } .to1 { stroke: #d55e00 }\n"
    ".end0 { fill: #0072b2 } .end1 { fill: #d55e00 }\n"
    "@media (prefers-color-scheme: dark) {\n"
    ".page { fill: #17191c } text { fill: #e2e2df } text.quiet { fill: #a5a5a0 }\n"
    ".client { fill: #1c2733; stroke: #56738f } .leader { fill: #25282c; stroke: #85857f }\n"
    ".child { fill: #1b2a23; stroke: #4f8a6c } .to0 { stroke: #56b4e9 } .to1 { stroke: #e69f00 }\n"
    ".end0 { fill: #56b4e9 } .end1 { fill: #e69f00 }\n"
    "}\n";

static unsigned y_of(unsigned row)
{
    return HEAD + row * ROW;
}

static unsigned middle_of(unsigned row)
{
    return y_of(row) + ROW / 2;
}

// Text of this program, which contains no SVG markup.
static void put_text(FILE *file, unsigned x, unsigned y, const char *attributes, const char *text)
{
    fprintf(file, "<text x=\"%u\" y=\"%u\" %s>%s</text>\n", x, y, attributes, text);
}

static void put_box(FILE *file, unsigned x, unsigned width, unsigned top, unsigned rows,
                    const char *kind, const char *name)
{
    fprintf(file,
            "<rect class=\"box %s\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"6\"/>\n",
            kind, x, y_of(top) - PADDING, width, (rows + 1) * ROW + ROW / 2);
    put_text(file, x + INDENT, middle_of(top) + 5, "class=\"name\"", name);
}

static void put_connection(FILE *file, const struct layout *l, int client)
{
    const unsigned x = MARGIN + CLIENT_WIDTH, y = middle_of(layout_client_row(l, client));
    for (size_t i = 0; i < l->socket_count; i++) {
        const unsigned to = middle_of(l->sockets[i].row);
        if (l->sockets[i].client != client)
            continue;
        fprintf(file,
                "<path class=\"line to%d\" d=\"M%u %uC%u %u %u %u %d %u\"/>\n"
                "<circle class=\"end%d\" cx=\"%u\" cy=\"%u\" r=\"4.5\"/>\n"
                "<circle class=\"end%d\" cx=\"%d\" cy=\"%u\" r=\"4.5\"/>\n",
                client, x, y, x + BEND, y, x + BEND, to, PROCESS_LEFT, to, client, x, y, client,
                PROCESS_LEFT, to);
    }
}

static void put_boxes(FILE *file, const struct figure *f, const struct layout *l)
{
    for (int i = 0; i < FIGURE_CLIENTS; i++) {
        const struct client_box *c = &l->clients[i];
        put_box(file, MARGIN, CLIENT_WIDTH, c->top, 1, "client", c->name);
        put_text(file, MARGIN + INDENT, middle_of(c->top + 1) + 5,
                 f->clients[i].presence == CONNECTED ? "" : "class=\"quiet\"", c->text);
    }
    for (size_t i = 0; i < l->box_count; i++) {
        const struct process_box *box = &l->boxes[i];
        put_box(file, PROCESS_LEFT, PROCESS_WIDTH, box->top, box->rows,
                box->is_leader ? "leader" : "child", box->name);
    }
    for (size_t i = 0; i < l->socket_count; i++) {
        unsigned y = middle_of(l->sockets[i].row) + 5;
        put_text(file, PROCESS_LEFT + INDENT, y, "", l->sockets[i].text);
        put_text(file, WIDTH - MARGIN - INDENT, y, "class=\"quiet\" text-anchor=\"end\"",
                 l->sockets[i].count);
    }
}

void figure_write_svg(const struct figure *f, const char *folder)
{
    char name[64];
    struct layout l = layout_make(f);
    unsigned height = y_of(l.rows) + MARGIN / 2;
    snprintf(name, sizeof name, "figure_%s.svg", f->name);
    struct output o = output_begin(folder, name);
    fprintf(o.file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
            "viewBox=\"0 0 %d %u\" role=\"img\">\n<title>%s</title>\n<style>\n%s</style>\n"
            "<rect class=\"page\" width=\"%d\" height=\"%u\"/>\n",
            WIDTH, height, WIDTH, height, f->title, style, WIDTH, height);
    put_text(o.file, MARGIN, 32, "class=\"title\"", f->title);
    put_text(o.file, MARGIN, 54, "class=\"moment quiet\"", f->moment);
    put_boxes(o.file, f, &l);
    for (int i = 0; i < FIGURE_CLIENTS; i++)
        put_connection(o.file, &l, i);
    fputs("</svg>\n", o.file);
    output_complete(&o);
    layout_free(&l);
}
