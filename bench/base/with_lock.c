// with_lock: executes a command while holding the lock on a file, or names the current holder. Two
// runs on one machine would disturb each other, even in different folders.
//
// The lock is inherited by the command and its children, and released with the last of them. The
// file stays, empty: only its name matters.
#include "bench/base/lock.h"
#include "bench/base/usage.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

// For writing, because NFS locks no other descriptor exclusively; another user's lock can only be
// read. In a world-writable folder, opening another user's file with O_CREAT fails
// (fs.protected_regular).
static int open_lock(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 && (errno == EACCES || errno == EROFS))
        fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        err(1, "%s", path);
    return fd;
}

int main(int argc, char **argv)
{
    char holder[HOLDER_BYTES];
    usage_check(argc, argv, 2, INT_MAX, "with_lock FILE COMMAND [ARGUMENT...]",
                "Executes a command while no other one holds the lock.");
    int fd = open_lock(argv[1]);
    if (!lock_take(fd, holder))
        errx(1, "another run is in progress: %s; it holds %s", holder, argv[1]);
    if (fcntl(fd, F_SETFD, 0) < 0)
        err(1, "%s", argv[1]);
    execvp(argv[2], argv + 2);
    err(1, "%s", argv[2]);
}
