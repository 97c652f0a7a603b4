#include "bench/measure/trial/client_hosts.h"

#include "clients/core/host.h"

#include <stdio.h>
#include <string.h>

static struct host hosts[HOSTS_AT_MOST];
static unsigned losses[HOSTS_AT_MOST]; // since a driver has last used them all
static size_t count;
static char words[2 * HOST_TEXT_BYTES]; // of the last loss

const char *client_hosts_open(const struct setting *setting)
{
    static char problem[HOST_TEXT_BYTES];
    if (!*setting->client_hosts)
        return NULL;
    if (!count)
        count = hosts_named(setting->client_hosts, hosts);
    for (size_t i = 0; i < count; i++)
        if (losses[i] > 1)
            return words;
    struct host *useless =
        hosts_open(hosts, count, setting->launch, &setting->client_cpus, problem);
    for (size_t i = 0; i < count; i++)
        process_keep(hosts[i].keeper);
    return useless ? problem : NULL;
}

void client_hosts_pass(struct arguments *driver, char argument[CHANNELS_BYTES])
{
    size_t used = 0;
    *argument = '\0';
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(argument + used, CHANNELS_BYTES - used, "%s%s=%d:%u",
                                 i == 0 ? "--channels " : ",", hosts[i].name, hosts[i].fd,
                                 hosts[i].cpus);
        arguments_inherit(driver, hosts[i].fd);
    }
}

const char *client_hosts_lose(const char *message)
{
    char why[HOST_TEXT_BYTES];
    size_t length = strcspn(message, " ");
    for (size_t i = 0; i < count; i++) {
        if (strlen(hosts[i].name) != length || strncmp(hosts[i].name, message, length) != 0)
            continue;
        host_explain(&hosts[i], why);
        hosts_close(&hosts[i], 1);
        losses[i]++;
        snprintf(words, sizeof words, "client host %s%s%s", message, why,
                 losses[i] > 1 ? ", for the second time" : "");
        return words;
    }
    return message;
}

void client_hosts_proven(void)
{
    memset(losses, 0, sizeof losses);
}

bool client_hosts_are_here(void)
{
    for (size_t i = 0; i < count; i++)
        if (hosts[i].is_here)
            return true;
    return false;
}
