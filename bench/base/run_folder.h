// A run's folder, the one argument of a step that takes options.
#pragma once

#include <argp.h>

// What a parser of options does with all that is none of its own. Ends the program with one line
// and status 2 where there is no folder, or more than one.
error_t run_folder_option(int key, char *argument, struct argp_state *state, const char **folder);
