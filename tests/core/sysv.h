// System V objects have no owner that they would end with: who made one can forget to remove it.
#pragma once

#include <stddef.h>
#include <sys/types.h>

// How many semaphores, shared memories and message queues there are that one of these processes was
// the last to use, or made. They need not exist any more.
unsigned sysv_objects_of(const pid_t *pids, size_t n);
