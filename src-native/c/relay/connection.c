/* Connections: who gets one, and what comes by it. */
#define _GNU_SOURCE
#include "clock.h"
#include "relay.h"
#include "text.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int connection_is_idle(const struct peer *peer) {
    return peer->state == SILENT || (peer->state == DONE && peer->ending == NOT_ENDING);
}

/* Returns NULL if each place has a run that goes on. */
static struct peer *find_place(struct relay *relay) {
    struct peer *oldest = NULL;
    for (int i = 0; i < PEERS; i++) {
        struct peer *peer = &relay->peers[i];
        if (i == relay->used || peer->state == FREE) {
            return peer;
        }
        if (connection_is_idle(peer) && (oldest == NULL || peer->deadline < oldest->deadline)) {
            oldest = peer;
        }
    }
    return oldest;
}

static void greet(struct relay *relay, int socket, uid_t uid) {
    struct peer *peer = find_place(relay);
    int descriptors[RELAY_DESCRIPTORS];
    union packet packet = {.hello = {.lowest = RELAY_VERSION,
                                   .highest = RELAY_VERSION,
                                   .uid = (uint32_t) relay->users.self,
                                   .gid = (uint32_t) getegid()}};
    memset(descriptors, -1, sizeof descriptors);
    descriptors[descriptor_place(RELAY_FACTS)] = relay->facts;
    memcpy(packet.hello.magic, RELAY_MAGIC, sizeof packet.hello.magic);
    strncpy(packet.hello.name, relay->name, sizeof packet.hello.name - 1);
    packet.hello.flags = run_flags(relay);
    packet.hello.limits = guest_limits(&relay->guest);
    if (send_message(socket, RELAY_HELLO, &packet, sizeof packet.hello, descriptors) != 0) {
        close(socket);
        return;
    }
    if (peer == &relay->peers[relay->used]) {
        relay->used++;
    } else if (peer->state != FREE) {
        /* whoever floods this pushes out its own: who has something to run does not wait so long */
        run_leave(relay, peer);
    }
    *peer = (struct peer){.state = SILENT,
            .socket = socket,
            .uid = uid,
            .deadline = now_millis() + SILENCE_LIMIT,
            .control = -1,
            .terminal = -1};
}

static void refuse(const struct relay *relay, int socket, uid_t uid) {
    union packet packet = {.refused = {.reason = RELAY_REFUSED_USER,
                                   .peer = (uint32_t) uid,
                                   .uid = (uint32_t) relay->users.self,
                                   .installer = (uint32_t) relay->users.installer}};
    memcpy(packet.refused.magic, RELAY_MAGIC, sizeof packet.refused.magic);
    send_message(socket, RELAY_REFUSED, &packet, sizeof packet.refused, NULL);
    close(socket);
    say_seldom(
            "a connection of uid %u is refused: root, uid %u and the owner of this program (uid %u) may connect; add "
            "--allow-uid %u",
            uid, relay->users.self, relay->users.installer, uid);
}

int connection_has_place(struct relay *relay) {
    return find_place(relay) != NULL;
}

int connection_take(struct relay *relay) {
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    int socket = accept4(relay->place.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) {
        return errno == EAGAIN ? 0 : errno == ECONNABORTED || errno == EINTR ? 1 : -1;
    }
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        close(socket);
    } else if (users_may_connect(&relay->users, credentials.uid)) {
        greet(relay, socket, credentials.uid);
    } else {
        refuse(relay, socket, credentials.uid);
    }
    return 1;
}

void connection_hear(struct relay *relay, struct peer *peer) {
    struct message message;
    enum received received = receive_message(peer->socket, RELAY, &message);
    if (received == RECEIVED_NOTHING || (received == RECEIVED && run_message(relay, peer, &message))) {
        return;
    }
    if (received != RECEIVED_END) {
        say_seldom("a connection of uid %u is closed: it sent what is no message, or not now", peer->uid);
    }
    run_leave(relay, peer);
}
