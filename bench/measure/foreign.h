// Foreign servers: programs that are not of this suite, each described by a conf file
// (servers/foreign/README.md).
#pragma once

// The launcher, seen from the folder that holds build/. Its argument is a name or a path of a conf
// file; then it is started, described and stopped like a server of the suite.
#define FOREIGN_LAUNCHER BUILD_FOLDER "/bench/measure/foreign"

// The environment variable with the folder of the conf files that are named without a path: in a
// run, the run's own copies.
#define FOREIGN_FOLDER "FORKLORE_FOREIGN"
