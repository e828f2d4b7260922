// Process, signal and socket calls that Swift cannot reach directly: they are
// variadic, hidden behind macros, or need C structures filled in.
//
// Calls that the C library declares only for _GNU_SOURCE are made through syscall(),
// since that macro would give system types another shape than Swift's own modules see.
//
// Unless said otherwise a function returns -1 and leaves the cause in errno.
#ifndef DA_PROCESS_H
#define DA_PROCESS_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const int DA_LIMIT_OPEN_FILES = RLIMIT_NOFILE;
static const int DA_LIMIT_PROCESSES = RLIMIT_NPROC;
static const int DA_LIMIT_FILE_SIZE = RLIMIT_FSIZE;
static const int DA_LIMIT_CORE = RLIMIT_CORE;
static const int DA_LIMIT_CPU = RLIMIT_CPU;
static const int DA_LIMIT_ADDRESS_SPACE = RLIMIT_AS;

static inline int da_set_no_new_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static inline int da_set_child_subreaper(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static inline int da_clear_groups(void) {
    return setgroups(0, NULL);
}

// Sets the soft and the hard limit to value, or to the present hard limit where that is lower.
static inline int da_set_limit(int resource, uint64_t value) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) return -1;
    rlim_t wanted = (rlim_t)value;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted) wanted = limit.rlim_max;
    limit.rlim_cur = wanted;
    limit.rlim_max = wanted;
    return setrlimit(resource, &limit);
}

// Raises the soft limit of open files as far as the hard limit and value allow.
static inline int da_raise_open_files(uint64_t value) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    rlim_t wanted = (rlim_t)value;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted) wanted = limit.rlim_max;
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted) limit.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocks the signals a supervisor waits for, ignores the ones it must outlive,
// and returns a descriptor that the blocked ones are read from.
static inline int da_signal_descriptor(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// The number of the next pending signal, or -1 when there is none.
static inline int da_read_signal(int descriptor) {
    struct signalfd_siginfo info;
    ssize_t count = read(descriptor, &info, sizeof info);
    return count == (ssize_t)sizeof info ? (int)info.ssi_signo : -1;
}

static inline int da_event_descriptor(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static inline int da_event_signal(int descriptor) {
    return eventfd_write(descriptor, 1);
}

static inline int da_event_drain(int descriptor) {
    eventfd_t value;
    return eventfd_read(descriptor, &value);
}

// A descriptor that becomes readable once the process has ended.
static inline int da_process_descriptor(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static inline int da_close_from(unsigned int first) {
    return (int)syscall(SYS_close_range, first, ~0U, 0);
}

static inline int da_close_on_exec(int descriptor) {
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

// An unnamed file that lives in memory until its last descriptor is closed.
static inline int da_memory_file(const char *name) {
    return (int)syscall(SYS_memfd_create, name, 1U /* MFD_CLOEXEC */);
}

// A pipe whose read end (ends[0]) never blocks; both ends close on exec.
static inline int da_pipe(int ends[2]) {
    if (syscall(SYS_pipe2, ends, O_CLOEXEC) != 0) return -1;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

static inline int da_socket_pair(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

static inline int da_make_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

static inline int da_make_blocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK);
}

static inline int da_unix_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return 0;
}

static inline int da_fail_closing(int descriptor) {
    int cause = errno;
    close(descriptor);
    errno = cause;
    return -1;
}

// A connected, non-blocking stream socket.
static inline int da_unix_connect(const char *path) {
    struct sockaddr_un address;
    if (da_unix_address(path, &address) != 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) return da_fail_closing(descriptor);
    return descriptor;
}

// A listening, non-blocking stream socket of mode 0600 in place of whatever was at path.
static inline int da_unix_listen(const char *path) {
    struct sockaddr_un address;
    if (da_unix_address(path, &address) != 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    if (unlink(path) != 0 && errno != ENOENT) return da_fail_closing(descriptor);
    mode_t before = umask(0177);
    int bound = bind(descriptor, (struct sockaddr *)&address, sizeof address);
    umask(before);
    if (bound != 0 || listen(descriptor, 128) != 0) return da_fail_closing(descriptor);
    return descriptor;
}

static inline int da_accept(int listener) {
    return (int)syscall(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

// The user id of the process at the other end of a unix socket, or -1.
static inline int64_t da_peer_user(int descriptor) {
    struct { pid_t pid; uid_t uid; gid_t gid; } peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
    return (int64_t)peer.uid;
}

// Sends without ever raising SIGPIPE.
static inline ssize_t da_send(int descriptor, const void *bytes, size_t count) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL);
}

// Reaps one ended child. Returns its id, 0 when none has ended, -1 when there are no
// children; *code is its exit code or -1, *signal the signal that ended it or 0.
static inline pid_t da_reap(int *code, int *signal_number) {
    int status = 0;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    *code = pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    *signal_number = pid > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return pid;
}

// Waits for one child; returns its exit code, or -1.
static inline int da_wait_for(pid_t pid) {
    int status = 0;
    pid_t ended;
    do { ended = waitpid(pid, &status, 0); } while (ended < 0 && errno == EINTR);
    return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Present since glibc 2.34; its declaration needs _GNU_SOURCE.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

#define DA_SPAWN_DESCRIPTORS 8

// Starts path with descriptors[i] as its descriptor i and every other descriptor closed,
// all signals unblocked and at their default, optionally as leader of a new session.
// Returns the process id; on failure -1 with errno set.
static inline pid_t da_spawn(const char *path, char *const *arguments, char *const *environment,
                             const int *descriptors, int count, int new_session) {
    int lifted[DA_SPAWN_DESCRIPTORS];
    if (count > DA_SPAWN_DESCRIPTORS) { errno = EINVAL; return -1; }
    int lifted_count = 0, result = 0;
    pid_t pid = -1;
    for (; lifted_count < count; lifted_count++) {
        // Sources are lifted above every target, so that no target overwrites a later source.
        lifted[lifted_count] = fcntl(descriptors[lifted_count], F_DUPFD_CLOEXEC, DA_SPAWN_DESCRIPTORS);
        if (lifted[lifted_count] < 0) { result = errno; break; }
    }
    if (result == 0) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t all, none;
        sigfillset(&all);
        sigemptyset(&none);
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        for (int i = 0; i < count; i++) posix_spawn_file_actions_adddup2(&actions, lifted[i], i);
        posix_spawn_file_actions_addclosefrom_np(&actions, count);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setsigmask(&attributes, &none);
        short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
        if (new_session) flags |= 0x80; // POSIX_SPAWN_SETSID
        posix_spawnattr_setflags(&attributes, flags);
        result = posix_spawn(&pid, path, &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }
    for (int i = 0; i < lifted_count; i++) close(lifted[i]);
    if (result != 0) { errno = result; return -1; }
    return pid;
}

#endif
