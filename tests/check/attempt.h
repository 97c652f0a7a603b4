// One hazard, tried on a fresh server by a process of its own: whatever becomes of either, nothing
// of them stays, and it ends in time.
#pragma once

#include "tests/core/contract.h"

#include <stdbool.h>
#include <stdint.h>

enum outcome { PASSED, FAILED, SKIPPED };

struct finding {
    enum outcome outcome;
    bool answers_lines; // and nothing before a line's end, as CS:APP's echo(); of the first attempt
    char seen[1024];    // what was seen if it failed, why it was skipped; one line
};

// conf: the path of a foreign server's conf file. hazard: NULL tries only whether the server starts
// and echoes, what client_sends_lines says. Ends at until_ns at the latest, as failed. Exits with
// status 1 and one line if it cannot begin.
struct finding attempt(const char *conf, const struct hazard *hazard, uint64_t until_ns);
