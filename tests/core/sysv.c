#include "tests/core/sysv.h"

#include <stdbool.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static bool is_one_of(pid_t pid, const pid_t *pids, size_t n)
{
    while (n > 0)
        if (pids[--n] == pid)
            return true;
    return false;
}

// semctl's fourth argument, which the caller declares.
union semun {
    int val;
    struct semid_ds *buf;
    struct seminfo *info;
};

// The kernel's tables have gaps: an index that answers with an error holds nothing.
unsigned sysv_objects_of(const pid_t *pids, size_t n)
{
    struct seminfo sem_info;
    struct semid_ds sem;
    struct shm_info shm_info;
    struct shmid_ds shm;
    struct msginfo msg_info;
    struct msqid_ds msg;
    unsigned found = 0;
    int highest = semctl(0, 0, SEM_INFO, (union semun){.info = &sem_info});
    for (int i = 0; i <= highest; i++) {
        int id = semctl(i, 0, SEM_STAT, (union semun){.buf = &sem});
        found += id >= 0 && is_one_of(semctl(id, 0, GETPID), pids, n);
    }
    highest = shmctl(0, SHM_INFO, (struct shmid_ds *)&shm_info);
    for (int i = 0; i <= highest; i++)
        found += shmctl(i, SHM_STAT, &shm) >= 0 &&
                 (is_one_of(shm.shm_cpid, pids, n) || is_one_of(shm.shm_lpid, pids, n));
    highest = msgctl(0, MSG_INFO, (struct msqid_ds *)&msg_info);
    for (int i = 0; i <= highest; i++)
        found += msgctl(i, MSG_STAT, &msg) >= 0 &&
                 (is_one_of(msg.msg_lspid, pids, n) || is_one_of(msg.msg_lrpid, pids, n));
    return found;
}
