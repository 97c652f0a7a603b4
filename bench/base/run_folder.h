// The folder of a run, the only argument of a program with options.
#pragma once

#include <argp.h>

// The part of an option parser for everything but its options. Ends the program with one line
// and status 2 if there is no folder, or more than one.
error_t run_folder_option(int key, char *argument, struct argp_state *state, const char **folder);
