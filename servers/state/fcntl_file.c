// fcntl_file: a file, read, changed and written back by one at a time by a lock on it.
//
// fcntl(2), F_SETLKW; UNP vol. 2, ch. 9; TLPI ch. 55. Four system calls: lock, read all, write all,
// unlock; counter and table are written in one, so that who is stopped leaves both or neither. The
// file is memory without a name (memfd_create(2)), so that no disk is measured and nothing is left.
//
// A lock of this kind belongs to the process: it ends with it, children do not inherit it, and the
// one descriptor that all inherit will do, since each reads and writes at a position of its own
// (pread). But the threads of a process all hold it at once, so it is not for them: locks on the
// open file (F_OFD_SETLKW) would do there, if each thread opened the file anew.
#include "servers/core/state.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static int file;

static void prepare(void)
{
    file = memfd_create("state", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, sizeof(struct state)) < 0)
        err(1, "memfd_create");
}

static void set_lock(short type)
{
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
    while (fcntl(file, F_SETLKW, &whole) < 0)
        if (errno != EINTR)
            err(1, "fcntl");
}

static void read_all(struct state *s)
{
    if (pread(file, s, sizeof *s, 0) != sizeof *s)
        err(1, "pread");
}

static uint64_t add(void)
{
    struct state s;
    set_lock(F_WRLCK);
    read_all(&s);
    uint64_t count = state_add(&s);
    if (pwrite(file, &s, sizeof s, 0) != sizeof s)
        err(1, "pwrite");
    set_lock(F_UNLCK);
    return count;
}

static const struct state *end(void)
{
    struct state *s = state_map(MAP_PRIVATE);
    read_all(s);
    return s;
}

STATE_MECHANISM(.name = "fcntl_file", .suits = ONE_THREAD | PROCESSES | PROCESSES_IN_ONE_MEMORY,
                .is_for = "processes: the threads of one would all hold the lock at once",
                .prepare = prepare, .add = add, .end = end);
