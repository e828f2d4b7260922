// What the thread sanitizer's runtime offers to say that one thread's writes come before another's reads.
//
// Only builds with the sanitizer have these functions; nothing else may call them.
#ifndef DA_SANITIZER_H
#define DA_SANITIZER_H

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#endif
