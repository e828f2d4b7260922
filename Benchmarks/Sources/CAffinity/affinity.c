#define _GNU_SOURCE
#include "affinity.h"

#include <sched.h>

int affinity_get(void *bits, size_t size) {
    return sched_getaffinity(0, size, bits);
}

int affinity_set(const void *bits, size_t size) {
    return sched_setaffinity(0, size, bits);
}
