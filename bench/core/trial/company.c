#include "bench/core/trial/company.h"

#include "bench/core/trial/process.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t limit_ns = 30000000000; // its own, of 20 s, comes before

char *company_in(char *load)
{
    char *arguments = strstr(load, COMPANY_FOLLOWS), *counted;
    if ((counted = strstr(load, FAILURES_COUNT)))
        *counted = '\0';
    if (!arguments)
        return NULL;
    *arguments = '\0';
    return arguments + strlen(COMPANY_FOLLOWS);
}

static bool await(const struct company *company, const char *word, char *line, size_t bytes,
                  struct measurement *m)
{
    if (read_line(company->output_fd, line, bytes, monotonic_ns() + limit_ns) &&
        strncmp(line, word, strlen(word)) == 0)
        return true;
    measurement_fault(m, "company is not %s", word);
    return false;
}

void company_start(const struct setting *setting, const struct server *server,
                   const char *arguments, struct company *company, struct measurement *m)
{
    char words[1024], line[64];
    int output[2], command[2];
    struct arguments list = {0};
    if (pipe2(output, O_CLOEXEC) < 0 || pipe2(command, O_CLOEXEC) < 0)
        err(1, "pipe");
    snprintf(words, sizeof words, "build/clients/company --until %d --wait --limit 20 %s %s",
             command[0], arguments, server->address);
    arguments_add(&list, words);
    company->pid =
        process_start(&list, &setting->client_cpus, output[1], setting->log_fd, command[0]);
    close(output[1]);
    close(command[0]);
    company->output_fd = output[0];
    company->command_fd = command[1];
    await(company, "waiting", line, sizeof line, m);
}

void company_gather(struct company *company, struct measurement *m)
{
    char line[128];
    unsigned in_place, waiting, failed;
    if (!company->pid)
        return;
    if (write(company->command_fd, "\n", 1) != 1 || !await(company, "ready", line, sizeof line, m))
        return;
    if (sscanf(line, "ready %u waiting %u failed %u", &in_place, &waiting, &failed) != 3) {
        measurement_fault(m, "company says '%s'", line);
        return;
    }
    m->figures[FIGURE_company_ready] = in_place;
    m->figures[FIGURE_company_waiting] = waiting;
    if (waiting > 0 || failed > 0)
        measurement_fault(m, "company of %u: %u wait and %u failed", in_place + waiting + failed,
                          waiting, failed);
}

void company_end(struct company *company, struct measurement *m)
{
    int status = 0;
    struct rusage usage;
    if (!company->pid)
        return;
    close(company->command_fd);
    if (!process_wait(company->pid, monotonic_ns() + limit_ns, &status, &usage)) {
        measurement_fault(m, "company did not end");
        kill(company->pid, SIGKILL);
        waitpid(company->pid, NULL, 0);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        measurement_fault(m, "company ended with status %#x", (unsigned)status);
    }
    close(company->output_fd);
    company->pid = 0;
}
