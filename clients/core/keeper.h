// The keeper of a client host's launcher (host.h): a process of its own beside the front end. It
// says once a second that the front end lives, ends the launcher with the front end, and is where
// orphaned processes of a launcher on this machine go.
#pragma once

#include <sched.h>
#include <sys/types.h>

// Starts a keeper, which starts the launcher's command on these CPUs. ends: of the channel, the
// front end's and the launcher's. Returns its process, or -1 with errno. It ends with the
// launcher's status, or 128 and its signal. SIGTERM, or the end of the front end, makes it close
// the channel and end the launcher within 3 s: asked first, because a launcher may have something
// to give back.
pid_t keeper_start(const int ends[2], int error_fd, const char *command, const cpu_set_t *cpus);
