// A request that crashes who serves it (--poison WORD): a line that holds WORD, when its end has
// come. In a server of processes that is one of them, in any other the server.
//
// The crash is a fault, of an instruction that there is not: nothing is closed, unlocked or said,
// and the kernel ends the process (SIGILL). No core is dumped: writing it would take time.
#pragma once

// "": nothing crashes. A word that no line can hold: a message and exit status 2.
void poison_prepare(const char *word);
