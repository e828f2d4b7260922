#include "da_epoll.h"
#include "da_process.h"
#include "da_reference.h"

// Part of the runtime's stable interface, which the compiler itself calls for references that do not keep their object.
extern void *swift_tryRetain(void *object);

void *da_try_retain(void *object) { return swift_tryRetain(object); }
