/* A new terminal of the guest's. */
#ifndef K8S_EXEC_RELAY_TERMINAL_H
#define K8S_EXEC_RELAY_TERMINAL_H

/* Both ends are close-on-exec. Returns 0, or -1 with errno set, and both are -1. */
int terminal_open(unsigned short rows, unsigned short columns, int *master, int *program);

#endif
