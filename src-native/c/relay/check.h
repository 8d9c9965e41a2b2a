/* relay --check: whether the relay of this container takes connections, as a startup or readiness probe. */
#ifndef K8S_EXEC_RELAY_CHECK_H
#define K8S_EXEC_RELAY_CHECK_H

/* Waits for the socket for a moment; a probe has one second by default. Starts nothing. Returns the exit code. */
int check(const char *directory, const char *name);

#endif
