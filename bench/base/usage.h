// The command line of programs without options, which need no argp.
#pragma once

// Prints help or the version and exits, where that is asked for. Exits with status 2 and the usage
// if there are fewer than `least` arguments or more than `most`, the first is an option, or one of
// the `least` is empty.
// usage: "NAME ARGUMENT..."; purpose: a sentence.
void usage_check(int argc, char *const *argv, int least, int most, const char *usage,
                 const char *purpose);
