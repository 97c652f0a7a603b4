// The conditions of a question's numbers in words, from its conf: "closed loop, 32 connections at a
// time, one request each".
#pragma once

#include "bench/report/model/question.h"

#include <stdbool.h>
#include <stdio.h>

// Whether requests are due at set times, whatever the server does.
bool is_open(const struct question *q);

void load_words(const struct question *q, FILE *to);
