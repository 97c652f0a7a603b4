#include "bench/measure/trial/process_state.h"

#include "clients/core/clock.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

bool process_rollup_kib(pid_t pid, const char *name, unsigned *kib)
{
    char path[64], line[256];
    size_t length = strlen(name);
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (!found && fgets(line, sizeof line, file))
        found = strncmp(line, name, length) == 0 && sscanf(line + length, ": %u kB", kib) == 1;
    fclose(file);
    return found;
}

bool process_count_descriptors(pid_t pid, unsigned *count)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    if (!folder)
        return false;
    const struct dirent *entry;
    for (*count = 0; (entry = readdir(folder));)
        *count += entry->d_name[0] != '.';
    closedir(folder);
    return true;
}

char process_state_of(const char *stat_path)
{
    char text[512];
    FILE *file = fopen(stat_path, "re");
    if (!file)
        return 0;
    const char *behind_name = fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
    fclose(file);
    return behind_name && behind_name[1] == ' ' ? behind_name[2] : 0;
}

static bool is_zombie(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    return process_state_of(path) == 'Z';
}

static bool count_children(pid_t pid, unsigned *count, unsigned *zombies)
{
    char path[64];
    int child;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    for (*count = *zombies = 0; fscanf(file, "%d", &child) == 1; ++*count)
        *zombies += is_zombie(child);
    fclose(file);
    return true;
}

bool process_look(pid_t pid, struct process_state *state)
{
    return process_count_descriptors(pid, &state->descriptors) &&
           count_children(pid, &state->children, &state->zombies) &&
           process_rollup_kib(pid, "Anonymous", &state->memory_kib);
}

bool process_look_at_rest(pid_t pid, struct process_state *state)
{
    static const uint64_t rest_ns = 10000000, rest_of_zombies_ns = 50000000, most_ns = 200000000;
    static const struct timespec step = {.tv_nsec = 1000000};
    uint64_t begun_ns = now_ns(), changed_ns = begun_ns, now = begun_ns;
    if (!process_look(pid, state))
        return false;
    while (now - changed_ns < (state->zombies > 0 ? rest_of_zombies_ns : rest_ns) &&
           now - begun_ns < most_ns) {
        struct process_state before = *state;
        nanosleep(&step, NULL);
        now = now_ns();
        if (!process_look(pid, state))
            return false;
        if (state->descriptors != before.descriptors || state->children != before.children ||
            state->zombies != before.zombies)
            changed_ns = now;
    }
    return true;
}
