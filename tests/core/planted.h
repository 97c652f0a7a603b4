// Echo servers planted to try a client on: an honest one, and others that each do one thing wrong.
//
// One at a time, as a child of the test that the kernel kills when the test dies. It tells what it
// saw and what it did wrong in memory that it shares with the test.
#pragma once

#include <stdatomic.h>
#include <stdint.h>

enum lie {
    HONEST,
    // Those that lie now and then, every LIE_EVERY messages:
    DROPS_A_BYTE,
    FLIPS_A_BIT,    // of another byte each time, the first and the last among them
    ANSWERS_STALE,  // sends the message before this one
    ADDS_A_BYTE,    // to the answer
    ADDS_IT_LATER,  // 2 ms after the answer
    FORGETS,        // to answer
    CLOSES_HALFWAY, // through the answer
    RESETS_HALFWAY,
    CLOSES_WHEN_IDLE, // 2 ms after the answer
    // And always:
    GUESSES,       // answers when it has read one byte
    NEVER_ANSWERS, // though it reads
    NEVER_ACCEPTS, // connections wait in the listen queue, which is short
    NOT_THERE,     // the port is closed
    // Not wrong, but slow:
    SLOW,   // SLOW_MS for each message
    STALLS, // once, for STALL_MS, at its STALL_AT-th message
};

enum { LIE_EVERY = 30, SLOW_MS = 25, STALL_MS = 200, STALL_AT = 500 };

struct tally {
    atomic_uint_fast64_t accepted, open, bytes;
    atomic_uint_fast64_t messages; // their last byte has been read
    atomic_uint_fast64_t lies;
    atomic_uint_fast64_t from[256]; // connections by the last number of their source, 127.0.0.*
    atomic_uint_fast64_t from_elsewhere;
};

extern struct tally *tally; // of the server planted last

// Starts a server on 127.0.0.1 that does this. Returns its port. The one planted before is ended.
unsigned plant(enum lie lie);

// Ends the server, if there is one.
void uproot(void);
