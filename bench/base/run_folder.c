#include "bench/base/run_folder.h"

#include <err.h>

error_t run_folder_option(int key, char *argument, struct argp_state *state, const char **folder)
{
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt's one line is enough
        return 0;
    case ARGP_KEY_ARG:
        if (*folder)
            errx(2, "unexpected argument '%s' after the folder of the run", argument);
        *folder = argument;
        return 0;
    case ARGP_KEY_END:
        if (!*folder)
            errx(2, "the folder of the run is missing (see --help)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}
