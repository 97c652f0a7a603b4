#include "bench/measure/trial/background.h"

#include "bench/measure/trial/process.h"
#include "bench/measure/trial/read_until.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t limit_ns = 30000000000; // its own limit, 20 s, comes before

void background_arguments(const struct load *load, char text[BACKGROUND_ARGUMENTS_BYTES])
{
    snprintf(text, BACKGROUND_ARGUMENTS_BYTES, "-m %s -c %lu",
             load->behaviour ? load->behaviour : "idle", load->background);
}

static bool await(const struct background *background, const char *word, char *line, size_t bytes,
                  struct measurement *m)
{
    if (read_line(background->output_fd, line, bytes, now_ns() + limit_ns) &&
        strncmp(line, word, strlen(word)) == 0)
        return true;
    measurement_fault(m, "background connections did not report %s", word);
    return false;
}

void background_start(const struct setting *setting, const struct server *server,
                      const struct load *load, struct background *background, struct measurement *m)
{
    char words[1024], arguments[BACKGROUND_ARGUMENTS_BYTES], line[64];
    int output[2], command[2];
    struct arguments list = {0};
    if (pipe2(output, O_CLOEXEC) < 0 || pipe2(command, O_CLOEXEC) < 0)
        err(1, "pipe");
    background_arguments(load, arguments);
    snprintf(words, sizeof words,
             BUILD_FOLDER "/clients/background --until %d --wait --limit 20 %s %s", command[0],
             arguments, server->address);
    arguments_add(&list, words);
    arguments_inherit(&list, command[0]);
    background->pid = process_start(&list, &setting->client_cpus, output[1], setting->log_fd);
    close(output[1]);
    close(command[0]);
    background->output_fd = output[0];
    background->command_fd = command[1];
    await(background, "waiting", line, sizeof line, m);
}

void background_gather(struct background *background, struct measurement *m)
{
    char line[128];
    unsigned in_place, waiting, failed;
    if (!background->pid)
        return;
    if (write(background->command_fd, "\n", 1) != 1 ||
        !await(background, "ready", line, sizeof line, m))
        return;
    if (sscanf(line, "ready %u waiting %u failed %u", &in_place, &waiting, &failed) != 3) {
        measurement_fault(m, "unexpected output of background: '%s'", line);
        return;
    }
    m->values[METRIC_background_ready] = in_place;
    m->values[METRIC_background_waiting] = waiting;
    if (waiting > 0 || failed > 0)
        measurement_fault(m, "%u background connections: %u waiting, %u failed",
                          in_place + waiting + failed, waiting, failed);
}

void background_end(struct background *background, struct measurement *m)
{
    int status = 0;
    struct rusage usage;
    if (!background->pid)
        return;
    close(background->command_fd);
    if (!process_wait(background->pid, now_ns() + limit_ns, &status, &usage)) {
        measurement_fault(m, "background did not end");
        kill(background->pid, SIGKILL);
        waitpid(background->pid, NULL, 0);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        measurement_fault(m, "background ended with status %#x", (unsigned)status);
    }
    close(background->output_fd);
    background->pid = 0;
}
