// fcntl_file: a file, read, changed and written back under a file lock.
//
// fcntl(2), F_SETLKW; UNP vol. 2, ch. 9; TLPI ch. 55. Four system calls: lock, read all, write all,
// unlock. Counter and table are written in one call, so that a stopped process leaves both or
// neither. The file is anonymous memory (memfd_create(2)), so that no disk is measured and nothing
// is left.
//
// Such a lock belongs to the process: it ends with it, and children do not inherit it. One
// inherited descriptor is enough, since pread and pwrite take their own position. But all threads
// of a process hold the lock at once, so it is not for them. They could use locks on the open file
// (F_OFD_SETLKW), if each thread opened the file itself.
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

STATE_MECHANISM(.name = "fcntl_file", .suits = ONE_THREAD | PROCESSES | PROCESSES_SHARING_MEMORY,
                .is_for = "processes: all threads of a process would hold the lock at once",
                .prepare = prepare, .add = add, .end = end);
