/*
 * pause: the main process of a guest container whose image has none that keeps running. It waits, reaps what is
 * orphaned to it, and ends with 0 when the container is told to end. It may be PID 1, whose signals the kernel throws
 * away unless they are asked for (pid_namespaces(7)): it blocks them and takes them one at a time.
 */
#ifndef K8S_EXEC_RELAY_PAUSE_H
#define K8S_EXEC_RELAY_PAUSE_H

/* Whether it is told to end by a signal with this siginfo_t.si_code. */
int pause_is_stop(int signal, int code);

/* Returns when it is told to end. */
void pause_wait(void);

#endif
