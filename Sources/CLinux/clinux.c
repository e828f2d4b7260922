#include "da_epoll.h"
#include "da_process.h"
