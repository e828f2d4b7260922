// The calling thread's processor set as plain bits, and the allocator's own figures: what Swift's Glibc module leaves out.
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stddef.h>

// Both give 0, or -1 with errno set. The size is that of the bits in bytes.
int affinity_get(void *bits, size_t size);
int affinity_set(const void *bits, size_t size);

// The bytes the allocator has handed out and not got back, its own headers included.
long memory_in_use(void);

#endif
