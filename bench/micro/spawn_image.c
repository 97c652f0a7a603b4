#include "bench/micro/spawn_image.h"

#include <err.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *image[] = {NULL, CHILD_NAME, NULL};

// A name without a '/' would mean different things to exec and to a shell.
void image_choose(char *path)
{
    struct stat file;

    if (strchr(path, '/') == NULL)
        errx(2, "--image must be a path with a '/', not '%s'", path);
    if (stat(path, &file) < 0)
        err(77, "--image %s", path); // the machine must provide it
    if (!S_ISREG(file.st_mode) || access(path, X_OK) < 0)
        errx(2, "--image %s: not an executable program", path);
    image[0] = path;
}

// The resolved path, because in a shell's child /proc/self/exe is the shell.
const char *image_missing(void)
{
    static char own_path[PATH_MAX];

    if (image[0] == NULL) {
        if (readlink("/proc/self/exe", own_path, sizeof own_path - 1) < 0)
            return "/proc is not mounted: this program cannot find itself to execute it";
        if (access(own_path, X_OK) < 0)
            return "this program cannot execute itself: its file is gone or not executable";
        image[0] = own_path;
    }
    if (setenv(IMAGE_VARIABLE, image[0], 1) < 0)
        err(EXIT_FAILURE, "setenv");
    return NULL;
}
