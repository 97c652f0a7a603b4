// sysv_shm_sem: a System V shared memory segment, and two System V semaphores, ping and pong.
//
// UNPv2 ch. 11 and 14, TLPI ch. 47 and 48. Each direction has its own area in the segment, so that
// an end cannot take its own message for the answer. A message is copied into the area and out of
// it, as often as through a pipe, but by the processes; the kernel only blocks and wakes them. An
// area has room for one message: in a stream the sender waits for a third semaphore until the
// message has been copied out. In a round trip the answer implies that.
//
// Neither object belongs to a process. The segment is marked for removal as soon as it is attached
// (children inherit the attachment), so it disappears with the last process, even if that is
// killed. A semaphore set cannot be marked: remove() deletes it, and ipc_run.c calls that when
// either process ends; the other one covers SIGKILL. The set remains only if both are killed with
// SIGKILL at the same moment, or the first one before it has forked; ipcrm(1) removes it.
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "bench/micro/ipc.h"

static char *areas[ROLES];
static bool is_stream;
static _Thread_local enum role own, other;

// Each area has two semaphores: the number of messages in it, 0 or 1, and the free room. The second
// is for streams only.
enum { FULL, EMPTY = ROLES, SEMAPHORES = 2 * ROLES };
static volatile int semaphores = -1;

static const char *unsupported(void)
{
    // Looks a set up without creating it: ENOENT is the usual answer.
    return semget(1, 0, 0) < 0 && errno == ENOSYS ? "this kernel is built without System V IPC"
                                                  : NULL;
}

// semctl's fourth argument, which the caller declares.
union semun {
    int value;
};

static void open_objects(enum traffic traffic)
{
    const union semun one = {1};
    int segment = shmget(IPC_PRIVATE, (size_t)ROLES * MAX_MESSAGE_BYTES, 0600);

    if (segment < 0)
        err(EXIT_FAILURE, "shmget");
    areas[INITIATOR] = shmat(segment, NULL, 0);
    if (shmctl(segment, IPC_RMID, NULL) < 0)
        err(EXIT_FAILURE, "shmctl");
    if (areas[INITIATOR] == (void *)-1)
        err(EXIT_FAILURE, "shmat");
    areas[PEER] = areas[INITIATOR] + MAX_MESSAGE_BYTES;

    is_stream = traffic == ONE_WAY;
    semaphores = semget(IPC_PRIVATE, SEMAPHORES, 0600); // Linux starts them at 0
    if (semaphores < 0)
        err(EXIT_FAILURE, "semget");
    if (semctl(semaphores, EMPTY + INITIATOR, SETVAL, one) < 0 ||
        semctl(semaphores, EMPTY + PEER, SETVAL, one) < 0)
        err(EXIT_FAILURE, "semctl");
}

static void take_areas(enum role self)
{
    own = self;
    other = opposite(self);
}

// `change` is +1 for one more, -1 to wait for one.
static void change_semaphore(int number, short change)
{
    struct sembuf operation = {.sem_num = (unsigned short)number, .sem_op = change};

    while (semop(semaphores, &operation, 1) < 0)
        if (errno != EINTR) // SA_RESTART does not restart it
            err(EXIT_FAILURE, "semop");
}

static void send_message(const void *message, size_t bytes)
{
    if (is_stream)
        change_semaphore(EMPTY + (int)own, -1);
    memcpy(areas[own], message, bytes);
    change_semaphore(FULL + (int)own, +1);
}

static void receive_message(void *message, size_t bytes)
{
    change_semaphore(FULL + (int)other, -1);
    memcpy(message, areas[other], bytes);
    if (is_stream)
        change_semaphore(EMPTY + (int)other, +1);
}

static void remove_semaphores(void)
{
    if (semaphores >= 0)
        semctl(semaphores, 0, IPC_RMID); // fails if the other end was first
}

const struct ipc ipc = {
    .summary =
        "System V shared memory, with a System V semaphore per direction to wake the receiver",
    .source = "UNPv2 ch. 11 and 14; TLPI ch. 47 and 48",
    .family = SHARED,
    .unsupported = unsupported,
    .open = open_objects,
    .take = take_areas,
    .send = send_message,
    .receive = receive_message,
    .remove = remove_semaphores,
};
