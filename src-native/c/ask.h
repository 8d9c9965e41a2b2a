/* A look at a service: whether it listens, and what it answers. */
#ifndef K8S_EXEC_ASK_H
#define K8S_EXEC_ASK_H

/* What kx_ask returns besides -errno. */
#define KX_NO_HOST (-10001)   /* there is no host of that name */
#define KX_NO_NAMES (-10002)  /* no name server tells whether there is */
#define KX_NO_ANSWER (-10003) /* the connection was ended before there was a line */

/*
 * Connects to a TCP port of a host, by each of its addresses, one after the other, until one is there. With a request
 * it sends that and reads the first line of the answer, without its end, as far as there is room for it.
 *
 * millis is the time for all of it but to find the host's addresses, which takes the C library's own.
 *
 * Returns how many bytes of an answer there are (0 without a request), or what is above, or -errno: of the last
 * address.
 */
long kx_ask(const char *host, const char *port, const char *request, long request_size, char *answer, long room,
        int millis);

#endif
