// References to Swift's objects that do not keep them.
#ifndef DA_REFERENCE_H
#define DA_REFERENCE_H

// A reference more to an object of Swift's, or NULL when its end has begun; its memory must not have been freed.
void *da_try_retain(void *object);

#endif
