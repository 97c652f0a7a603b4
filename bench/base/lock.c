#include "bench/base/lock.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// The process id of the lock holder; 0 if it is not visible.
static int holder_of(int fd)
{
    FILE *locks = fopen("/proc/locks", "re");
    struct stat info;
    char line[256];
    int pid = 0;
    if (fstat(fd, &info) < 0)
        err(1, "a lock");
    while (locks && !pid && fgets(line, sizeof line, locks)) {
        int who;
        unsigned long inode;
        if (sscanf(line, "%*d: FLOCK %*s %*s %d %*x:%*x:%lu", &who, &inode) == 2 &&
            inode == info.st_ino)
            pid = who;
    }
    if (locks)
        fclose(locks);
    return pid > 0 ? pid : 0;
}

static void read_command(int pid, char *command, size_t bytes)
{
    char path[64];
    size_t length = 0;
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    FILE *file = fopen(path, "re");
    if (file) {
        length = fread(command, 1, bytes - 1, file);
        fclose(file);
    }
    for (size_t i = 0; i + 1 < length; i++)
        if (command[i] == '\0' || command[i] == '\n')
            command[i] = ' ';
    command[length] = '\0';
}

// The start time of a process from /proc/PID/stat: clock ticks since boot.
static time_t beginning_of(int pid)
{
    char path[64], text[1024];
    unsigned long long ticks;
    struct timespec up;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[length] = '\0';
    const char *after_name = strrchr(text, ')');
    if (!after_name || clock_gettime(CLOCK_BOOTTIME, &up) < 0 ||
        sscanf(after_name,
               ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &ticks) != 1)
        return 0;
    return time(NULL) - up.tv_sec + (time_t)(ticks / (unsigned long long)sysconf(_SC_CLK_TCK));
}

bool lock_take(int fd, char holder[HOLDER_BYTES])
{
    char command[256], since[64] = "";
    struct tm utc;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno != EWOULDBLOCK)
        err(1, "cannot lock a file (if it is on a network: choose a local RESULTS or RUN_LOCK)");
    int pid = holder_of(fd);
    time_t begun = beginning_of(pid);
    read_command(pid, command, sizeof command);
    if (begun)
        strftime(since, sizeof since, ", since %Y-%m-%d %H:%M:%S UTC", gmtime_r(&begun, &utc));
    if (pid && !*command)
        snprintf(holder, HOLDER_BYTES, "process %d has ended, and left others behind", pid);
    else if (pid)
        snprintf(holder, HOLDER_BYTES, "process %d (%s)%s", pid, command, since);
    else
        snprintf(holder, HOLDER_BYTES, "a process that cannot be seen from here");
    return false;
}
