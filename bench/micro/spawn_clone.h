// Children of clone() in the parent's memory, which differ in nothing but the flags.
#pragma once

// Makes a child with these flags beside CLONE_VM, on a stack of its own, and reaps it.
void clone_and_reap(int flags);
