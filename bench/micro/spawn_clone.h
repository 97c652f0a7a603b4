// Children of clone() in the parent's memory, which differ only in their flags.
#pragma once

// Creates a child with these flags plus CLONE_VM, on its own stack, and reaps it.
void clone_and_reap(int flags);
