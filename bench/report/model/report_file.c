#include "bench/report/model/report_file.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

// NULL, and no text in the problem, if there is no packed report. xz inherits the descriptor: a
// name would need quotes.
static json_t *load_packed(const char *path, json_error_t *problem)
{
    char packed[4096], command[64];
    snprintf(packed, sizeof packed, "%s.xz", path);
    int fd = open(packed, O_RDONLY);
    if (fd < 0)
        return NULL;
    snprintf(command, sizeof command, "xz -dc < /proc/self/fd/%d", fd);
    FILE *file = popen(command, "re");
    close(fd);
    if (!file)
        err(1, "%s", packed);
    json_t *report = json_loadf(file, 0, problem);
    pclose(file);
    return report;
}

json_t *report_file_read(const char *folder)
{
    char path[4000];
    json_error_t problem = {0};
    snprintf(path, sizeof path, "%s/report.json", folder);
    json_t *report =
        access(path, F_OK) == 0 ? json_load_file(path, 0, &problem) : load_packed(path, &problem);
    if (!report && !*problem.text)
        errx(1, "%s is not a run with a report: it has no report.json (make report)", folder);
    if (!json_is_object(report))
        errx(1, "%s is damaged: line %d: %s (make report writes it again)", path, problem.line,
             problem.text);
    return report;
}
