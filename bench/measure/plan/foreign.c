#include "bench/measure/plan/foreign.h"

#include "bench/base/memory.h"
#include "bench/base/output.h"
#include "bench/measure/foreign.h"
#include "bench/measure/plan/contender.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/setting.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static const char suite[] = "servers/foreign", folder_name[] = "foreign";

// ---- what there is ----------------------------------------------------------------------------

static struct foreign_server *add(struct foreign_servers *all)
{
    all->list = memory_one_more(all->list, all->count, sizeof *all->list);
    return &all->list[all->count++];
}

static void make_folder(const struct foreign_servers *all)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", all->run, folder_name);
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        err(1, "%s", path);
}

static bool is_a_name(const char *text)
{
    size_t length = strlen(text);
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    return length > 0 && length < 32;
}

static bool is_taken(const struct foreign_servers *all, const char *name)
{
    char program[256];
    snprintf(program, sizeof program, BUILD_FOLDER "/servers/%s", name);
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->list[i].conf.stem, name) == 0)
            return true;
    return access(program, F_OK) == 0;
}

// One of the user's: its conf file is made here.
static void add_own(struct foreign_servers *all, const char *name, const char *command,
                    const char *where)
{
    char file[64], path[4096];
    if (!is_a_name(name))
        errx(2, "%s: '%s' must be a name of letters, digits and '_'", where, name);
    if (is_taken(all, name))
        errx(2, "%s: there is a server called '%s'; choose another name", where, name);
    if (!strstr(command, "{port}"))
        errx(2, "%s: no {port} in '%s'; it stands for the port to listen on", where, command);
    make_folder(all);
    snprintf(file, sizeof file, "%s/%s.conf", folder_name, name);
    struct output conf = output_begin(all->run, file);
    fprintf(conf.file, "%-11s %s\n", "run", command);
    output_complete(&conf);
    snprintf(path, sizeof path, "%s/%s", all->run, file);
    struct foreign_server *own = add(all);
    own->is_own = true;
    conf_read(FOREIGN, path, &own->conf);
}

// A line NAME=COMMAND, a comment, or an empty line.
static void add_line(struct foreign_servers *all, char *line, const char *where)
{
    char *end = line + strlen(line), *command;
    while (end > line && isspace((unsigned char)end[-1]))
        *--end = '\0';
    line += strspn(line, " \t");
    if (*line == '#' || !*line)
        return;
    command = strchr(line, '=');
    if (!command)
        errx(2, "%s: '%s' must be NAME=COMMAND", where, line);
    *command++ = '\0';
    command += strspn(command, " \t");
    add_own(all, line, command, where);
}

static void add_file(struct foreign_servers *all, const char *path)
{
    char *line = NULL, where[4200];
    size_t room = 0, number = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        err(2, "SERVERS: %s", path);
    while (getline(&line, &room, file) >= 0) {
        snprintf(where, sizeof where, "%s:%zu", path, ++number);
        add_line(all, line, where);
    }
    free(line);
    fclose(file);
}

static void add_suite(struct foreign_servers *all)
{
    char pattern[64];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*.conf", suite);
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        conf_read(FOREIGN, found.gl_pathv[i], &add(all)->conf);
    globfree(&found);
}

struct foreign_servers foreign_servers_read(const char *run, const cpu_set_t *server_cpus,
                                            const char *own, const char *own_file,
                                            const char *address)
{
    struct foreign_servers all = {.run = run,
                                  .setting = {.server_cpus = *server_cpus, .log_fd = -1}};
    snprintf(all.setting.server_address, sizeof all.setting.server_address, "%s",
             address ? address : "");
    setting_name_foreign(run);
    add_suite(&all);
    if (own)
        add_own(&all, "mine", own, "SERVER");
    if (own_file)
        add_file(&all, own_file);
    return all;
}

void foreign_servers_free(struct foreign_servers *all)
{
    for (size_t i = 0; i < all->count; i++)
        conf_free(&all->list[i].conf);
    free(all->list);
    if (all->setting.log_fd >= 0)
        close(all->setting.log_fd);
}

// ---- trying one -------------------------------------------------------------------------------

// The run's copy, which the launcher reads, and the run's log.
static void prepare(struct foreign_servers *all, const struct foreign_server *one)
{
    make_folder(all);
    if (!one->is_own)
        conf_copy(all->run, folder_name, &one->conf);
    if (all->setting.log_fd < 0)
        all->setting.log_fd = setting_log(all->run);
}

// The last line of a failed build, or of its error, is the reason. A build that ends with status 77
// says in it what is missing.
static bool build(const struct foreign_server *one, struct measurement *m)
{
    char command[512], line[256], last[200] = "";
    snprintf(command, sizeof command, "timeout 300 %s %s --build 2>&1 < /dev/null",
             FOREIGN_LAUNCHER, one->conf.stem);
    FILE *output = popen(command, "re");
    if (!output)
        err(1, "%s", command);
    while (fgets(line, sizeof line, output))
        if (strspn(line, " \n") < strlen(line))
            snprintf(last, sizeof last, "%.*s", (int)strcspn(line, "\n"), line);
    int status = pclose(output);
    if (status == 0)
        return true;
    if (*last && WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
        measurement_fault(m, "%s", last);
    } else {
        measurement_fault(m, "it cannot be built");
        measurement_explain(m, last);
    }
    return false;
}

// A line, which must come back.
static void echo(const struct server *server, struct measurement *m)
{
    static const char line[] = "Is this an echo server?\n";
    static const struct timeval limit = {.tv_sec = 5};
    char answer[sizeof line] = "";
    size_t got = 0;
    ssize_t n = 1;
    const struct sockaddr_in to = server_endpoint(server);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0)
        err(1, "socket");
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) < 0 ||
        send(fd, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line))
        measurement_fault(m, "server accepts no connection on %s: %s", server->address,
                          strerror(errno));
    while (got < strlen(line) && n > 0) {
        n = recv(fd, answer + got, strlen(line) - got, 0);
        got += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    if (strcmp(answer, line) != 0)
        measurement_fault(m, got ? "server answers something else than it was sent"
                                 : "server sends nothing back");
}

static void start_once(const struct foreign_servers *all, const struct foreign_server *one,
                       struct measurement *m)
{
    struct server server = {0};
    if (server_start(&all->setting, FOREIGN_LAUNCHER, one->conf.stem, &server, m))
        echo(&server, m);
    server_stop(&all->setting, &server, m);
    measurement_explain(m, server.last_words);
    if (server.ignores_sigterm && strcmp(m->status, "ok") == 0)
        warnx("%s ignores SIGTERM; it is killed after each trial", one->conf.stem);
}

void foreign_try(struct foreign_servers *all, struct foreign_server *one)
{
    char text[512], options[160];
    struct measurement m;
    if (one->is_tried)
        return;
    one->is_tried = true;
    measurement_reset(&m);
    prepare(all, one);
    snprintf(options, sizeof options, "%s%s%s", one->conf.stem,
             *all->setting.server_address ? " -a " : "", all->setting.server_address);
    if (describe(FOREIGN_LAUNCHER, options, text, sizeof text) != 0)
        measurement_fault(&m, "%s", text);
    else if (build(one, &m))
        start_once(all, one, &m);
    bool is_ok = strcmp(m.status, "ok") == 0;
    snprintf(one->status, sizeof one->status, "%s%.240s", is_ok ? "" : "skipped: ", m.status);
    if (one->is_own && !is_ok)
        warnx("%s is skipped: %s", one->conf.stem, m.status);
}
