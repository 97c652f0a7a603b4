// What a program may leave behind: processes, System V objects, POSIX message queues, shared
// memory, files. The test is a subreaper, so that orphans become its children.
#pragma once

#include <stdbool.h>

// Before all tests. In a private namespace for System V objects and message queues, where that is
// allowed: strangers' coming and going would fail a test.
void remains_isolate(void);

// Existing objects are not to be removed.
void remains_note(void);

// No child, not even a zombie, and the objects that were noted. The second waits for that, since
// what was killed clears up after its death; whom it has left is reaped here, in place of init.
bool nothing_remains(void);
bool nothing_remains_soon(void);
