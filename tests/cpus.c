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
#include <sys/stat.h>

static char root[] = "/tmp/forklore-cpus-XXXXXX";

// A file of the machine below sys/devices.
static void put(const char *name, const char *text)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/sys/devices/%s", root, name);
    for (char *slash = path + sizeof root - 1; slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777); // which may be there
        *slash = '/';
    }
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fprintf(file, "%s\n", text) > 0);
    assert_int_equal(fclose(file), 0);
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

// ---- as many as the client needs ----

static double needed_cores;            // of work, at the rate that the server can do
static char tried[16][64];             // the client's CPUs, each time that its load was measured
static unsigned times_tried, fails_at; // 0: never

// As many workers as CPUs share the work evenly.
static bool is_made_up_limit(const cpu_set_t *server, const cpu_set_t *client)
{
    cpu_set_t both;
    CPU_AND(&both, server, client);
    assert_int_equal(CPU_COUNT(&both), 0);
    cpus_print(client, tried[times_tried++], sizeof *tried);
    return times_tried != fails_at && needed_cores / CPU_COUNT(client) > 0.8;
}

static void fitted_are(double needed, const char *allowed, const char *client, unsigned times)
{
    cpu_set_t all, servers, clients;
    char list[64];
    assert_int_equal(cpus_parse(allowed, &all), 0);
    needed_cores = needed;
    times_tried = 0;
    cpus_fit(&all, root, is_made_up_limit, &servers, &clients);
    cpus_print(&clients, list, sizeof list);
    assert_string_equal(list, client);
    assert_int_equal(times_tried, times);
}

static void until_it_is_not_the_limit(void **unused)
{
    (void)unused;
    fitted_are(9, "0", "0", 0); // there is nothing to choose
    fitted_are(9, "0-1", "0", 0);
    fitted_are(9, "0-2", "1", 0);
    fitted_are(0.7, "0-3", "2", 1);
    fitted_are(1.5, "0-3", "1,2", 1); // half of four: whether that is enough makes no difference
    fitted_are(1.5, "0-7", "5,6", 2);
    fitted_are(1.9, "0-7", "4,5,6", 3);
    fitted_are(9, "0-7", "3,4,5,6", 3);
    assert_string_equal(tried[0], "6");
    assert_string_equal(tried[1], "5,6");
    assert_string_equal(tried[2], "4,5,6");
    fails_at = 2; // what cannot be measured is no reason for another core
    fitted_are(9, "0-7", "5,6", 2);
    fails_at = 0;
}

// 64 cores on two nodes, each of two hyper-threads: CPU n and n + 64, as Linux numbers them.
static void of_many_cores_those_beside_the_server(void **unused)
{
    (void)unused;
    char list[32];
    put("system/node/node0/cpulist", "0-31,64-95");
    put("system/node/node1/cpulist", "32-63,96-127");
    for (int cpu = 0; cpu < 128; cpu++) {
        snprintf(list, sizeof list, "%d,%d", cpu % 64, cpu % 64 + 64);
        siblings(cpu, list);
    }
    fitted_are(0.1, "0-127", "62", 1);
    fitted_are(3.1, "0-127", "59,60,61,62", 4);
    fitted_are(3.1, "60-63,124-127", "61,62", 1); // four cores of them
    fitted_are(3.1, "0-1,60-63", "60,61,62", 2);  // three of six
    fitted_are(3.1, "0-5,62-63", "3,4,5,62", 3);
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
        cmocka_unit_test_setup_teardown(until_it_is_not_the_limit, begin, end),
        cmocka_unit_test_setup_teardown(of_many_cores_those_beside_the_server, begin, end),
    };
    return cmocka_run_group_tests_name("cpus", tests, NULL, NULL);
}
