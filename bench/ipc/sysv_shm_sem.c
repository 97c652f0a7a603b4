// sysv_shm_sem: a System V shared memory segment, and two System V semaphores, ping and pong.
//
// UNPv2 ch. 11 and 14, TLPI ch. 47 and 48. Each direction has an area of its own in the segment, so
// that nobody can take its own message for the answer. A message is copied into the area and out of
// it, as often as through a pipe, but by the processes; the kernel only makes them wait and wakes
// them.
//
// Neither object belongs to a process. The segment is marked for removal as soon as it is attached
// (the fork hands the attachment down), so it goes with the last process, whatever kills that. A
// semaphore set cannot be marked: remove() does it, and ipc_main.c calls that when either process
// ends, the other one looking out for SIGKILL. What remains: the set, if both are killed with
// SIGKILL at the same moment, or the first one before it has forked; ipcrm(1) removes it.
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "bench/core/ipc.h"

static char *areas[ROLES];
static volatile int semaphores = -1; // each counts the messages waiting in its area, 0 or 1
static enum role own, other;

static const char *unsupported(void)
{
    // Looks a set up, and creates none: ENOENT is the usual answer.
    return semget(1, 0, 0) < 0 && errno == ENOSYS ? "this kernel is built without System V IPC"
                                                  : NULL;
}

static void open_objects(void)
{
    int segment = shmget(IPC_PRIVATE, (size_t)ROLES * MAX_MESSAGE_BYTES, 0600);

    if (segment < 0)
        err(EXIT_FAILURE, "shmget");
    areas[INITIATOR] = shmat(segment, NULL, 0);
    if (shmctl(segment, IPC_RMID, NULL) < 0)
        err(EXIT_FAILURE, "shmctl");
    if (areas[INITIATOR] == (void *)-1)
        err(EXIT_FAILURE, "shmat");
    areas[PEER] = areas[INITIATOR] + MAX_MESSAGE_BYTES;

    semaphores = semget(IPC_PRIVATE, ROLES, 0600); // Linux starts them at 0
    if (semaphores < 0)
        err(EXIT_FAILURE, "semget");
}

static void take_areas(enum role self)
{
    own = self;
    other = self == INITIATOR ? PEER : INITIATOR;
}

// `change` is +1 for a message more in that area, -1 to wait for one.
static void change_semaphore(enum role role, short change)
{
    struct sembuf operation = {.sem_num = (unsigned short)role, .sem_op = change};

    while (semop(semaphores, &operation, 1) < 0)
        if (errno != EINTR) // which SA_RESTART does not restart
            err(EXIT_FAILURE, "semop");
}

static void send_message(const void *message, size_t bytes)
{
    memcpy(areas[own], message, bytes);
    change_semaphore(own, +1);
}

static void receive_message(void *message, size_t bytes)
{
    change_semaphore(other, -1);
    memcpy(message, areas[other], bytes);
}

static void remove_semaphores(void)
{
    if (semaphores >= 0)
        semctl(semaphores, 0, IPC_RMID); // fails if the other end was quicker
}

const struct ipc ipc = {
    .summary =
        "System V shared memory, with a System V semaphore for each direction to wake the receiver",
    .source = "UNPv2 ch. 11 and 14; TLPI ch. 47 and 48",
    .family = SHARED,
    .unsupported = unsupported,
    .open = open_objects,
    .take = take_areas,
    .send = send_message,
    .receive = receive_message,
    .remove = remove_semaphores,
};
