#include "bench/measure/trial/control_group.h"

#include "clients/core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FOLDER_BYTES = 4096, PATH_BYTES = FOLDER_BYTES + 64, KILL_S = 5 };

static struct {
    char folder[FOLDER_BYTES], name[64]; // empty: there is none
    pid_t process_group;                 // 0: not known yet
} made;

// ---- files --------------------------------------------------------------------------------------

static FILE *open_file(const char *folder, const char *name)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "re");
}

// Not by stdio, which would hide an error until the file is closed.
static bool write_number(const char *folder, const char *name, unsigned number)
{
    char path[PATH_BYTES], text[16];
    int length = snprintf(text, sizeof text, "%u", number);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = fd >= 0 && write(fd, text, (size_t)length) == length;
    if (fd >= 0)
        close(fd);
    return is_written;
}

static bool read_number(const char *folder, const char *name, const char *format,
                        unsigned long long *number)
{
    char line[128];
    bool found = false;
    FILE *file = open_file(folder, name);
    while (file && !found && fgets(line, sizeof line, file))
        found = sscanf(line, format, number) == 1;
    if (file)
        fclose(file);
    return found;
}

// The path of a process's group below the root of the hierarchy. False: it has ended, or there is
// no such hierarchy.
static bool read_path(pid_t pid, char path[FOLDER_BYTES])
{
    char file_name[64], line[FOLDER_BYTES];
    bool found = false;
    snprintf(file_name, sizeof file_name, "/proc/%d/cgroup", (int)pid);
    FILE *file = fopen(file_name, "re");
    while (file && !found && fgets(line, sizeof line, file))
        found = strncmp(line, "0::", strlen("0::")) == 0;
    if (file)
        fclose(file);
    if (found)
        snprintf(path, FOLDER_BYTES, "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
    return found;
}

// ---- where one can be made ----------------------------------------------------------------------

static bool find_hierarchy(char folder[FOLDER_BYTES])
{
    bool found = false;
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    for (const struct mntent *m; mounts && !found && (m = getmntent(mounts));) {
        found = strcmp(m->mnt_type, "cgroup2") == 0;
        if (found)
            snprintf(folder, FOLDER_BYTES, "%s", m->mnt_dir);
    }
    if (mounts)
        endmntent(mounts);
    return found;
}

// The group of this process, or what the user says.
static bool find_parent(char folder[FOLDER_BYTES])
{
    char path[FOLDER_BYTES];
    const char *given = getenv("CONTROL_GROUP");
    if (given && *given) {
        snprintf(folder, FOLDER_BYTES, "%s", given);
        return strcmp(given, "none") != 0;
    }
    if (!find_hierarchy(folder) || !read_path(getpid(), path))
        return false;
    size_t length = strlen(folder);
    snprintf(folder + length, FOLDER_BYTES - length, "%s", strcmp(path, "/") == 0 ? "" : path);
    return true;
}

// The names are forklore-PID-NUMBER. Only an empty group can be removed so.
static void remove_old(const char *parent)
{
    char pattern[PATH_BYTES];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/forklore-*", parent);
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        int pid = 0;
        sscanf(strrchr(found.gl_pathv[i], '/'), "/forklore-%d", &pid);
        if (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH)
            rmdir(found.gl_pathv[i]);
    }
    globfree(&found);
}

// A folder may be writable where entering the group is not allowed.
static bool can_be_entered(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(write_number(made.folder, "cgroup.procs", 0) ? 0 : 1);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

bool control_group_make(unsigned most_tasks)
{
    static unsigned number;
    char parent[FOLDER_BYTES];
    uint64_t unused;
    if (*made.folder || !find_parent(parent))
        return false;
    remove_old(parent);
    snprintf(made.name, sizeof made.name, "forklore-%d-%u", (int)getpid(), ++number);
    int length = snprintf(made.folder, sizeof made.folder, "%s/%s", parent, made.name);
    made.process_group = 0;
    if (length < FOLDER_BYTES && mkdir(made.folder, 0755) == 0) {
        write_number(made.folder, "pids.max", most_tasks); // if it has that file
        if (can_be_entered() && control_group_cpu_ns(0, &unused))
            return true;
        rmdir(made.folder);
    }
    control_group_forget();
    return false;
}

const char *control_group_folder(void)
{
    return made.folder;
}

void control_group_is_of(pid_t process_group)
{
    made.process_group = process_group;
}

bool control_group_exists(pid_t process_group)
{
    return *made.folder && made.process_group == process_group;
}

// ---- what is in it ------------------------------------------------------------------------------

unsigned control_group_visit(pid_t process_group, void (*visit)(pid_t pid, void *context),
                             void *context)
{
    unsigned found = 0;
    int pid;
    FILE *processes =
        control_group_exists(process_group) ? open_file(made.folder, "cgroup.procs") : NULL;
    while (processes && fscanf(processes, "%d", &pid) == 1) {
        found++;
        if (visit)
            visit(pid, context);
    }
    if (processes)
        fclose(processes);
    return found;
}

bool control_group_holds(pid_t process_group, pid_t pid)
{
    char path[FOLDER_BYTES];
    if (!control_group_exists(process_group) || !read_path(pid, path))
        return false;
    const char *at = strstr(path, made.name);
    // It may have groups of its own below it; " (deleted)" may come after its name.
    return at && (at[strlen(made.name)] == '\0' || strchr("/ ", at[strlen(made.name)]));
}

bool control_group_cpu_ns(pid_t process_group, uint64_t *cpu_ns)
{
    unsigned long long us;
    if (!control_group_exists(process_group) ||
        !read_number(made.folder, "cpu.stat", "usage_usec %llu", &us))
        return false;
    *cpu_ns = (uint64_t)us * 1000;
    return true;
}

// ---- its end ------------------------------------------------------------------------------------

static void kill_one(pid_t pid, void *unused)
{
    (void)unused;
    kill(pid, SIGKILL);
}

static bool is_populated(void)
{
    unsigned long long populated = 0;
    return read_number(made.folder, "cgroup.events", "populated %llu", &populated) && populated;
}

void control_group_kill(pid_t process_group)
{
    static const struct timespec step = {.tv_nsec = 1000000};
    if (!control_group_exists(process_group))
        return;
    for (uint64_t until_ns = now_ns() + KILL_S * UINT64_C(1000000000);
         is_populated() && now_ns() < until_ns; nanosleep(&step, NULL))
        if (!write_number(made.folder, "cgroup.kill", 1)) // before Linux 5.14
            control_group_visit(process_group, kill_one, NULL);
}

static int remove_folder(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)place;
    if (type == FTW_DP)
        rmdir(path);
    return 0;
}

void control_group_remove(pid_t process_group)
{
    if (!control_group_exists(process_group))
        return;
    control_group_kill(process_group);
    nftw(made.folder, remove_folder, 16, FTW_DEPTH | FTW_PHYS);
}

void control_group_forget(void)
{
    *made.folder = *made.name = '\0';
    made.process_group = 0;
}
