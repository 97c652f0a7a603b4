// What a front end and the agents on its client hosts say to each other, as lines of text: a load,
// and the outcome of one worker. Both ends are the same build (host.h), so the fields have a fixed
// order; names are there for the reader of a trace. Nothing is rounded: what is read is what was
// written, to the last bit.
#pragma once

#include "clients/core/engine.h"

#include <stdbool.h>
#include <stdio.h>

// The load without its gate. Writing ends with a newline; reading takes it or leaves it.
void wire_write_load(const struct load *load, FILE *file);
bool wire_read_load(struct load *load, const char *text);

// An outcome is so many lines: its counts, its silences, its slices up to the last with a request,
// and three histograms.
enum { WIRE_OUTCOME_LINES = 6 };

void wire_write_outcome(const struct outcome *outcome, FILE *file);

// Reads the line with this number, from 0. False if it is not such a line.
bool wire_read_outcome(struct outcome *outcome, unsigned number, const char *line);
