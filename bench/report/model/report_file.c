#include "bench/report/model/report_file.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

// NULL with errno if there is no packed report. xz inherits the descriptor: a name would need
// quotes.
static FILE *open_packed(const char *path)
{
    char packed[4096], command[64];
    snprintf(packed, sizeof packed, "%s.xz", path);
    int fd = open(packed, O_RDONLY);
    if (fd < 0)
        return NULL;
    snprintf(command, sizeof command, "xz -dc < /proc/self/fd/%d", fd);
    FILE *file = popen(command, "re");
    close(fd);
    return file;
}

json_t *report_file_read(const char *folder)
{
    char path[4000];
    json_error_t problem;
    snprintf(path, sizeof path, "%s/report.json", folder);
    FILE *file = fopen(path, "re");
    bool is_packed = !file && errno == ENOENT;
    if (is_packed)
        file = open_packed(path);
    if (!file && errno == ENOENT)
        errx(1, "%s is not a run with a report: it has no report.json (make report)", folder);
    if (!file)
        err(1, "%s", path);
    json_t *report = json_loadf(file, 0, &problem);
    if (!json_is_object(report))
        errx(1, "%s is damaged: line %d: %s (make report writes it again)", path, problem.line,
             problem.text);
    if (is_packed)
        pclose(file);
    else
        fclose(file);
    return report;
}
