// Work that a request does before it is echoed (--work spin:US or sleep:US, perhaps with :WORD): so
// many microseconds of computing, or of waiting for something. Without the option nothing is done,
// and nobody looks for requests.
//
// Whoever serves the request does it: in a loop, all other connections wait.
//
// Spinning is CPU time of the thread, not time that passes: on a processor that is shared it takes
// the longer the more compute. It costs two readings of that clock, system calls, more than it says
// (about 1 us). Sleeping is as exact as the kernel's timers: the slack that threads have by default
// (50 us) is taken away.
#pragma once

// Takes the words behind --work. "": no work; anything but that and these forms: a message and exit
// status 2.
void work_prepare(const char *text);
