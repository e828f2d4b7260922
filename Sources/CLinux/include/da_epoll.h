// Readiness of sockets: epoll, and the socket calls whose arguments are macros or need C structures filled in.
//
// A function returns -1 and leaves the cause in errno, unless said otherwise.
#ifndef DA_EPOLL_H
#define DA_EPOLL_H

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define DA_EPOLL_BATCH 128

static inline int da_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

// Watches a descriptor for both directions, edge-triggered, under a number of the caller's.
static inline int da_epoll_add(int epoll, int descriptor, uint64_t token) {
    struct epoll_event event;
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = token;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static inline int da_epoll_remove(int epoll, int descriptor) {
    struct epoll_event event;
    event.events = 0;
    event.data.u64 = 0;
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event);
}

// Waits at most timeout ms (-1 without limit) and fills tokens and whether each is readable, writable or at its
// end (1, 2 and 4).
static inline int da_epoll_wait(int epoll, uint64_t *tokens, uint8_t *readiness, int timeout) {
    struct epoll_event events[DA_EPOLL_BATCH];
    int count = epoll_wait(epoll, events, DA_EPOLL_BATCH, timeout);
    for (int i = 0; i < count; i++) {
        tokens[i] = events[i].data.u64;
        uint32_t bits = events[i].events;
        readiness[i] = ((bits & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) ? 1 : 0) |
                       ((bits & (EPOLLOUT | EPOLLHUP | EPOLLERR)) ? 2 : 0) |
                       ((bits & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) ? 4 : 0);
    }
    return count;
}

// A listening, non-blocking socket on an IPv4 address; port 0 takes a free one.
static inline int da_tcp_listen(const char *address, uint16_t port) {
    struct sockaddr_in name;
    memset(&name, 0, sizeof name);
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    if (inet_pton(AF_INET, address, &name.sin_addr) != 1) { errno = EINVAL; return -1; }
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // Its connections have the same: a peer that is gone without a word is found out after two minutes.
    int idle = 60, pause = 15, tries = 4;
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &pause, sizeof pause);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
    if (bind(descriptor, (struct sockaddr *)&name, sizeof name) != 0 || listen(descriptor, 1024) != 0) {
        int cause = errno;
        close(descriptor);
        errno = cause;
        return -1;
    }
    return descriptor;
}

// Waits until a connection that was begun stands; 0, or -1 with the cause.
static inline int da_await_connection(int descriptor, int milliseconds) {
    struct pollfd entry = {descriptor, POLLOUT, 0};
    int ready = poll(&entry, 1, milliseconds);
    if (ready == 0) errno = ETIMEDOUT;
    if (ready <= 0) return -1;
    int cause = 0;
    socklen_t length = sizeof cause;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &cause, &length) != 0) return -1;
    errno = cause;
    return cause == 0 ? 0 : -1;
}

// A connected, non-blocking socket to a host by name or address, or -1; each address has so long to answer.
static inline int da_tcp_connect(const char *host, uint16_t port, int milliseconds) {
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo wanted, *found = NULL;
    memset(&wanted, 0, sizeof wanted);
    wanted.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, service, &wanted, &found) != 0) { errno = EHOSTUNREACH; return -1; }
    int descriptor = -1, cause = EHOSTUNREACH;
    for (struct addrinfo *one = found; one != NULL && descriptor < 0; one = one->ai_next) {
        descriptor = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (descriptor < 0) { cause = errno; continue; }
        int begun = connect(descriptor, one->ai_addr, one->ai_addrlen);
        if (begun == 0 || (errno == EINPROGRESS && da_await_connection(descriptor, milliseconds) == 0)) break;
        cause = errno;
        close(descriptor);
        descriptor = -1;
    }
    freeaddrinfo(found);
    if (descriptor < 0) { errno = cause; return -1; }
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

// Makes blocking reads of a socket fail after so many milliseconds.
static inline int da_receive_timeout(int descriptor, int milliseconds) {
    struct timeval limit;
    limit.tv_sec = milliseconds / 1000;
    limit.tv_usec = (milliseconds % 1000) * 1000;
    return setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

// The port a socket is bound to, or -1.
static inline int da_local_port(int descriptor) {
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    if (getsockname(descriptor, (struct sockaddr *)&name, &length) != 0) return -1;
    return ntohs(name.sin_port);
}

// The IPv4 address of a socket's peer as a number, or -1.
static inline int64_t da_peer_address(int descriptor) {
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    if (getpeername(descriptor, (struct sockaddr *)&name, &length) != 0) return -1;
    return ntohl(name.sin_addr.s_addr);
}

// The next waiting connection, non-blocking and without delay of small writes, or -1.
static inline int da_tcp_accept(int listener) {
    int descriptor = (int)syscall(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0) return -1;
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

static inline ssize_t da_receive(int descriptor, void *bytes, size_t count) {
    return recv(descriptor, bytes, count, 0);
}

// Sends without ever raising SIGPIPE.
static inline ssize_t da_send_quietly(int descriptor, const void *bytes, size_t count) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL);
}

#endif
