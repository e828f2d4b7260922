#define _GNU_SOURCE
#include "process.h"

#include <malloc.h>
#include <sched.h>

int affinity_get(void *bits, size_t size) {
    return sched_getaffinity(0, size, bits);
}

int affinity_set(const void *bits, size_t size) {
    return sched_setaffinity(0, size, bits);
}

long memory_in_use(void) {
    struct mallinfo2 info = mallinfo2();
    return (long)(info.uordblks + info.hblkhd);
}
