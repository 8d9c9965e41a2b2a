/* The clock by which the relay waits. */
#ifndef K8S_EXEC_RELAY_CLOCK_H
#define K8S_EXEC_RELAY_CLOCK_H

/* Milliseconds since some time; nobody sets it. */
long long now_millis(void);

#endif
