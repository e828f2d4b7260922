// The calling thread's processor set as plain bits; the calls that Swift's Glibc module leaves out.
#ifndef BENCH_AFFINITY_H
#define BENCH_AFFINITY_H

#include <stddef.h>

// Both give 0, or -1 with errno set. The size is that of the bits in bytes.
int affinity_get(void *bits, size_t size);
int affinity_set(const void *bits, size_t size);

#endif
