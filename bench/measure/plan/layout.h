// The layouts of a server (servers/layout.sh): build/layouts/K/ has the same program, with its
// functions at other addresses. An answer must not depend on one of them, so each block draws one.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// The program of cells.tsv for a server of this build: build/layouts/{1-8}/servers/NAME if it has
// eight layouts, else build/servers/NAME.
void layout_any(const char *server, char *program, size_t bytes);

// Writes the program of plan.tsv for a program of cells.tsv. The layout depends only on the seed,
// the block and the model: the cells of a model that one block compares have the same.
void layout_draw(const char *program, const char *model, uint64_t seed, size_t block, FILE *file);
