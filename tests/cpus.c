// Which CPUs server and client get, on machines that do not exist.
#include "bench/base/cpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char root[] = "/tmp/forklore-cpus-XXXXXX";

static void run(const char *command)
{
    assert_int_equal(system(command), 0);
}

// A file of the machine below sys/devices.
static void put(const char *name, const char *text)
{
    char command[1024];
    snprintf(command, sizeof command,
             "f='%s/sys/devices/%s' && mkdir -p \"$(dirname \"$f\")\" && echo '%s' > \"$f\"", root,
             name, text);
    run(command);
}

static int begin(void **unused)
{
    (void)unused;
    strcpy(root + strlen(root) - 6, "XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int end(void **unused)
{
    (void)unused;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

static void several_are(unsigned count, const char *allowed, const char *server, const char *client)
{
    cpu_set_t all, servers, clients;
    char list[64];
    assert_int_equal(cpus_parse(allowed, &all), 0);
    cpus_choose_from(&all, root, count, &servers, &clients);
    cpus_print(&servers, list, sizeof list);
    assert_string_equal(list, server);
    cpus_print(&clients, list, sizeof list);
    assert_string_equal(list, client);
}

static void differ_in(const char *server, const char *client, const char *difference)
{
    cpu_set_t servers, clients;
    assert_int_equal(cpus_parse(server, &servers), 0);
    assert_int_equal(cpus_parse(client, &clients), 0);
    const char *is = cpus_differ(&servers, &clients, root);
    assert_string_equal(is ? is : "nothing", difference);
}

static void chosen_are(const char *allowed, const char *server, const char *client)
{
    several_are(1, allowed, server, client);
}

static void siblings(int cpu, const char *list)
{
    char name[128];
    snprintf(name, sizeof name, "system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    put(name, list);
}

static void the_last_two(void **unused)
{
    (void)unused;
    chosen_are("0-3", "3", "2");
    chosen_are("0,2", "2", "0");
    chosen_are("1", "1", "1");
}

static void no_hyper_threads_of_one_core(void **unused)
{
    (void)unused;
    for (int cpu = 0; cpu < 4; cpu++)
        siblings(cpu, cpu < 2 ? "0-1" : "2-3");
    chosen_are("0-3", "2", "0");
    differ_in("2", "0", "nothing");
    differ_in("0,3", "2", "hyper-threads of one core");
    differ_in("0", "0", "nothing");
}

static void the_fast_ones_of_two_kinds(void **unused)
{
    (void)unused;
    put("cpu_core/cpus", "0-3");
    put("cpu_atom/cpus", "4-11");
    for (int cpu = 0; cpu < 4; cpu++)
        siblings(cpu, cpu < 2 ? "0-1" : "2-3");
    chosen_are("0-11", "2", "0");
    chosen_are("3-11", "3", "11"); // the other hyper-thread of 3 may not be used
    chosen_are("2,4-11", "2", "11");
    differ_in("2", "11", "cores of different kinds");
    differ_in("2", "0", "nothing");
    differ_in("5", "11", "nothing");
}

static void the_fast_ones_by_capacity(void **unused)
{
    (void)unused;
    static const char *const capacities[] = {"400", "400", "1024", "1024", "800", "800"};
    for (int cpu = 0; cpu < 6; cpu++) {
        char name[64];
        snprintf(name, sizeof name, "system/cpu/cpu%d/cpu_capacity", cpu);
        put(name, capacities[cpu]);
    }
    chosen_are("0-5", "3", "2");
    chosen_are("0-2,4-5", "2", "5");
    differ_in("2", "5", "cores of different kinds");
}

static void one_node(void **unused)
{
    (void)unused;
    put("system/node/node0/cpulist", "0,2,4,6");
    put("system/node/node1/cpulist", "1,3,5,7");
    chosen_are("0-7", "7", "5");
    chosen_are("0-2", "2", "0");
    chosen_are("0-1", "1", "0");
    differ_in("7", "5", "nothing");
    differ_in("1", "0", "cores of different memory nodes");
}

static void several_for_the_client(void **unused)
{
    (void)unused;
    several_are(2, "0-3", "3", "1,2");
    several_are(9, "0-3", "3", "0,1,2");
    several_are(2, "1", "1", "1");
    put("cpu_core/cpus", "0-3");
    put("cpu_atom/cpus", "4-7");
    siblings(0, "0-1");
    siblings(1, "0-1");
    several_are(2, "0-7", "3", "0,2");
    several_are(3, "0-7", "3", "0,2,7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_last_two, begin, end),
        cmocka_unit_test_setup_teardown(no_hyper_threads_of_one_core, begin, end),
        cmocka_unit_test_setup_teardown(the_fast_ones_of_two_kinds, begin, end),
        cmocka_unit_test_setup_teardown(the_fast_ones_by_capacity, begin, end),
        cmocka_unit_test_setup_teardown(one_node, begin, end),
        cmocka_unit_test_setup_teardown(several_for_the_client, begin, end),
    };
    return cmocka_run_group_tests_name("cpus", tests, NULL, NULL);
}
