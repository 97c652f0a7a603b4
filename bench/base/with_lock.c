// alone: executes a command while holding the lock on a file, or says who holds it. Two runs on one
// machine would measure each other, whatever folders they write.
//
// The lock goes with the command, and with whatever it starts, and is gone when the last of them
// is. The file stays, empty: its name is all that there is to it.
#include "bench/base/lock.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

// In a folder that everybody may write, a file of another user is not opened by who would create it
// (fs.protected_regular).
static int open_lock(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0444);
    if (fd < 0)
        err(1, "%s", path);
    return fd;
}

int main(int argc, char **argv)
{
    char holder[HOLDER_BYTES];
    if (argc < 3)
        errx(2, "usage: alone FILE COMMAND [ARGUMENT...]");
    int fd = open_lock(argv[1]);
    if (!lock_take(fd, holder))
        errx(1, "another run is under way: %s; it holds %s", holder, argv[1]);
    if (fcntl(fd, F_SETFD, 0) < 0)
        err(1, "%s", argv[1]);
    execvp(argv[2], argv + 2);
    err(1, "%s", argv[2]);
}
