/* See ask.h for what it promises. */
#define _GNU_SOURCE
#include "ask.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long) time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Waits until that can be done with the socket. Returns 0 or -errno. */
static int await(int file, short what, long end) {
    struct pollfd polled = {file, what, 0};
    for (;;) {
        long left = end - now();
        int count = poll(&polled, 1, left > 0 ? (int) left : 0);
        if (count > 0) {
            return 0;
        }
        if (count == 0) {
            return -ETIMEDOUT;
        }
        if (errno != EINTR) {
            return -errno;
        }
    }
}

static int connected(int file, const struct addrinfo *address, long end) {
    if (connect(file, address->ai_addr, address->ai_addrlen) == 0) {
        return 0;
    }
    int error = errno == EINPROGRESS ? await(file, POLLOUT, end) : -errno;
    socklen_t size = sizeof error;
    if (error == 0 && getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        return -errno;
    }
    return error > 0 ? -error : error;
}

static int sent(int file, const char *request, long size, long end) {
    while (size > 0) {
        ssize_t count = send(file, request, (size_t) size, MSG_NOSIGNAL);
        if (count > 0) {
            request += count;
            size -= count;
        } else if (errno != EAGAIN && errno != EINTR) {
            return -errno;
        } else {
            int error = await(file, POLLOUT, end);
            if (error != 0) {
                return error;
            }
        }
    }
    return 0;
}

static long line(int file, char *answer, long room, long end) {
    long size = 0;
    while (size < room) {
        ssize_t count = recv(file, answer + size, (size_t) (room - size), 0);
        if (count > 0) {
            const char *at = memchr(answer + size, '\n', (size_t) count);
            if (at != NULL) {
                return at - answer;
            }
            size += count;
        } else if (count == 0) {
            return size > 0 ? size : KX_NO_ANSWER;
        } else if (errno != EAGAIN && errno != EINTR) {
            return -errno;
        } else {
            int error = await(file, POLLIN, end);
            if (error != 0) {
                return error;
            }
        }
    }
    return size;
}

long kx_ask(const char *host, const char *port, const char *request, long request_size, char *answer, long room,
        int millis) {
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    int unknown = getaddrinfo(host, port, &wanted, &addresses);
    if (unknown != 0) {
        return unknown == EAI_AGAIN ? KX_NO_NAMES : unknown == EAI_SYSTEM ? -errno : KX_NO_HOST;
    }
    long end = now() + millis, result = KX_NO_HOST;
    for (const struct addrinfo *address = addresses; address != NULL; address = address->ai_next) {
        int file = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        result = file < 0 ? -errno : connected(file, address, end);
        if (result == 0 && request_size > 0) {
            result = sent(file, request, request_size, end);
            result = result == 0 ? line(file, answer, room, end) : result;
        }
        if (file >= 0) {
            close(file);
        }
        if (result >= 0) {
            break;
        }
    }
    freeaddrinfo(addresses);
    return result;
}
