/* See check.h for what it promises. */
#define _GNU_SOURCE
#include "check.h"

#include "client.h"
#include "clock.h"
#include "format.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define LIMIT 800
#define PERIOD 10

static int left(long long deadline) {
    long long millis = deadline - now_millis();
    return millis > 0 ? (int) millis : 0;
}

static int is_answer(int socket, const char *directory, const char *file, long long deadline) {
    struct message message;
    enum received received = relay_await(socket, &message, left(deadline));
    close(socket);
    if (received == RECEIVED_NOTHING) {
        say("%s/%s takes the connection, but does not answer within %d ms", directory, file, LIMIT);
        return 0;
    }
    if (received != RECEIVED) {
        say("%s/%s is no relay's, or of another version", directory, file);
        return 0;
    }
    close_descriptors(&message);
    switch (message.packet.header.type) {
    case RELAY_HELLO:
        if ((message.packet.hello.flags & RELAY_STOPPING) != 0) {
            say("%s is being stopped", message.packet.hello.name);
            return 0;
        }
        return 1;
    case RELAY_REFUSED:
        say("uid %u may not connect; add --allow-uid %u to the relay", message.packet.refused.peer,
                message.packet.refused.peer);
        return 0;
    default:
        say("%s/%s does not say HELLO", directory, file);
        return 0;
    }
}

int check(const char *directory, const char *name) {
    char file[80];
    long long deadline = now_millis() + LIMIT;
    int opened = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    format(file, sizeof file, "%s" RELAY_SOCKET_SUFFIX, name);
    if (opened < 0) {
        say("the directory %s cannot be opened (%s)", directory, reason());
        return 1;
    }
    int socket;
    while ((socket = relay_connect(opened, file, left(deadline) + 1)) < 0 && left(deadline) > 0 &&
            (errno == ENOENT || errno == ECONNREFUSED || errno == EAGAIN)) {
        const struct timespec time = {0, PERIOD * 1000000};
        nanosleep(&time, NULL);
    }
    if (socket < 0) {
        say("nobody listens at %s/%s (%s)", directory, file, reason());
        return 1;
    }
    return is_answer(socket, directory, file, deadline) ? 0 : 1;
}
