// What the driver reports of its own load, by which trials are judged
// (bench/analyse/validity.c): whether the window was steady, and whether it had a port for
// every connection.
//
// Runs alone: it compares the driver with its own load.
#include "tests/core/driver.h"
#include "tests/core/planted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// By the schedule: within five standard deviations.
static void expect_in_a_third(const char *name, double count)
{
    expect_figure_between(name, count - 5 * sqrt(count), count + 5 * sqrt(count));
}

static void a_steady_window_has_equal_thirds(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-c 32 -r 1000 -d 0.6 --warmup 0.1");
    expect_success();
    expect_in_a_third("echoes_first_third", 200);
    expect_in_a_third("echoes_last_third", 200);
    assert_true(figure("echoes_first_third") + figure("echoes_last_third") < figure("echoes"));
}

// The server's STALL_AT-th request is due in the middle of the last third, and nothing comes back
// any more until the window is over.
static void a_stall_at_the_end_shows_in_the_last_third(void **state)
{
    use_io(state);
    drive(plant(STALLS), "-c 256 -r 1000 -d 0.6");
    expect_success();
    expect_in_a_third("echoes_first_third", 200);
    expect_in_a_third("echoes_last_third", STALL_AT - 400);
}

static void a_number_of_requests_has_no_thirds(void **state)
{
    use_io(state);
    drive(plant(HONEST), "-c 4 -n 100");
    expect_success();
    assert_true(declined("echoes_first_third"));
    assert_true(declined("echoes_last_third"));
}

// In a network of its own, with ten ports for twenty connections.
static void connections_without_a_port_are_counted(void **state)
{
    static const char range[] = "40000 40009";
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    use_io(state);
    if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) < 0)
        skip();
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
        ports = open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY | O_CLOEXEC);
    if (any < 0 || ioctl(any, SIOCSIFFLAGS, &loopback) < 0 || ports < 0 ||
        write(ports, range, strlen(range)) < 0)
        skip();
    close(any);
    close(ports);
    drive(plant(HONEST), "-c 20 -d 0.2 --timeout 0.2");
    assert_int_equal(run.status, 1);
    expect_figure_between("ports_exhausted", 10, 1e6);
    expect_figure("errors_connect", figure("ports_exhausted"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BY_EACH_IO(a_steady_window_has_equal_thirds),
        BY_EACH_IO(a_stall_at_the_end_shows_in_the_last_third),
        ONCE(a_number_of_requests_has_no_thirds),
        BY_EACH_IO(connections_without_a_port_are_counted), // the last: there is no way back
    };
    return cmocka_run_group_tests_name("drive_load", tests, begin_tests, end_tests);
}
