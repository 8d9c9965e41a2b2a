/*
 * The other end of the relay's socket: k8s-exec's, `relay --check`'s and the tests'.
 */
#ifndef K8S_EXEC_RELAY_CLIENT_H
#define K8S_EXEC_RELAY_CLIENT_H

#include "message.h"

#include <sys/un.h>

/*
 * The address of a file in an open directory: how long the directory's path is does not matter (unix(7) has room for
 * 107 bytes).
 */
void relay_address(struct sockaddr_un *address, int directory, const char *file);

/*
 * Connects. Where the relay is slow to take connections, it waits for so long; 0: not at all (EAGAIN). Returns the
 * socket, or -1 with errno set: ECONNREFUSED if nobody listens to the file any more.
 */
int relay_connect(int directory, const char *file, int millis);

/*
 * Waits for a message of the relay's, for so long; -1: for ever. As receive_message (message.h); RECEIVED_NOTHING if
 * none came in this time.
 */
enum received relay_await(int socket, struct message *message, int millis);

#endif
