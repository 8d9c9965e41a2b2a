/* The relay's command line and the environment variables that stand in for it. */
#ifndef K8S_EXEC_RELAY_OPTIONS_H
#define K8S_EXEC_RELAY_OPTIONS_H

#include "socket.h"

enum mode { SERVE, CHECK, INSTALL, PAUSE, HELP, VERSION_ONLY, WRONG };

struct options {
    enum mode mode;
    const char *directory; /* absolute; of the socket, or to install into */
    const char *name;
    const char *shared_root; /* or NULL */
    uid_t allowed[ALLOWED_USERS];
    int allowed_count;
};

/* Where something is wrong it says so, and the mode is WRONG. */
struct options options_read(int count, char **arguments);

#endif
