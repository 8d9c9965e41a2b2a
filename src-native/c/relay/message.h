/*
 * One message with its descriptors, sent and received: the only place where bytes of the other side are looked at
 * before anything is known of them. For the relay and for its client.
 */
#ifndef K8S_EXEC_RELAY_MESSAGE_H
#define K8S_EXEC_RELAY_MESSAGE_H

#include "protocol.h"

#include <stddef.h>

enum side { CLIENT, RELAY };

/* A whole packet, whichever it is. */
union packet {
    struct relay_header header;
    struct relay_hello hello;
    struct relay_refused refused;
    struct relay_run run;
    struct relay_started started;
    struct relay_failed failed;
    struct relay_signal signal;
    struct relay_end end;
    struct relay_result result;
    char bytes[RELAY_PACKET];
};

struct message {
    union packet packet;
    /* one for each bit of enum relay_descriptor, or -1; close-on-exec, and the receiver's to close */
    int descriptors[RELAY_DESCRIPTORS];
};

enum received {
    RECEIVED,          /* a message that may be used: each length, flag and descriptor is what protocol.h says */
    RECEIVED_NOTHING,  /* none is there now */
    RECEIVED_END,      /* the other side has closed the connection */
    RECEIVED_MALFORMED /* no such message: the connection is of no more use */
};

/*
 * Takes one message that the other side of "self" may send, and does not wait. Whatever it returns but RECEIVED, no
 * descriptor is left open.
 */
enum received receive_message(int socket, enum side self, struct message *message);

/* Closes those that are there, and sets them to -1. */
void close_descriptors(struct message *message);

/* Where a descriptor is in message.descriptors. */
int descriptor_place(enum relay_descriptor descriptor);

/*
 * Sends a packet, of which type, size and descriptors are set here, and does not wait. "descriptors" may be NULL, and
 * are attached if they are not -1. Returns 0, or -1 with errno set.
 */
int send_message(int socket, enum relay_type type, union packet *packet, size_t size, const int *descriptors);

#endif
