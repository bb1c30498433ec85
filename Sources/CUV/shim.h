#pragma once
#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <uv.h>

// Declared by the system's header only under _GNU_SOURCE, which a module can't rely on.
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

static inline int cuv_accept(int fd, struct sockaddr *address, socklen_t *length) {
    return accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// setsockopt takes a pointer to an int; this spares Swift the dance.
static inline int cuv_set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value);
}

// The two names are one number on Linux, which Swift can't compare without a warning.
static inline int cuv_would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}
