// A request that crashes the process that serves it (--poison WORD): a complete line that contains
// WORD. In a server with several processes one of them dies, in any other the whole server.
//
// The crash is an illegal instruction (SIGILL): nothing is closed, unlocked or printed. No core is
// dumped, because writing it would take time.
#pragma once

// "": nothing crashes. A word that no line can contain: message and exit status 2.
void poison_prepare(const char *word);
