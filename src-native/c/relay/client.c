/* See client.h for what it promises. */
#define _GNU_SOURCE
#include "client.h"

#include "clock.h"
#include "format.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

void relay_address(struct sockaddr_un *address, int directory, const char *file) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    format(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", directory, file);
}

int relay_connect(int directory, const char *file, int millis) {
    struct sockaddr_un address;
    const struct timeval time = {millis / 1000, millis % 1000 * 1000};
    int result = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | (millis == 0 ? SOCK_NONBLOCK : 0), 0);
    if (result < 0) {
        return -1;
    }
    relay_address(&address, directory, file);
    int connected;
    do {
        connected = setsockopt(result, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) == 0
                            ? connect(result, (struct sockaddr *) &address, sizeof address)
                            : -1;
    } while (connected != 0 && errno == EINTR);
    if (connected != 0) {
        int number = errno;
        close(result);
        errno = number;
        return -1;
    }
    return result;
}

enum received relay_await(int socket, struct message *message, int millis) {
    long long deadline = now_millis() + millis;
    for (;;) {
        enum received received = receive_message(socket, CLIENT, message);
        if (received != RECEIVED_NOTHING) {
            return received;
        }
        long long left = deadline - now_millis();
        if (millis >= 0 && left <= 0) {
            return RECEIVED_NOTHING;
        }
        struct pollfd readable = {socket, POLLIN, 0};
        poll(&readable, 1, millis < 0 ? -1 : (int) left);
    }
}
