// Work that a request does before it is echoed (--work spin:US or sleep:US, optionally :WORD): that
// many microseconds of computing or waiting. Without the option nothing is done, and nothing scans
// for requests.
//
// The thread that serves the request does the work: in an event loop, all other connections wait.
//
// Spinning counts CPU time of the thread, not elapsed time: on a shared CPU it takes longer.
// Reading that clock twice adds two system calls (about 1 us). Sleeping is as exact as the kernel's
// timers: the default timer slack of 50 us is removed.
#pragma once

// Parses the argument of --work. "": no work; anything but the forms above: message and exit status
// 2.
void work_prepare(const char *text);
