/*
 * The processes of a run, wherever they have gone: whoever left its session, its parent or its environment.
 *
 * What they have in common is a mark: the limit of file locks (RLIMIT_LOCKS, which the kernel has not looked at since
 * Linux 2.4), set to a number of the run's own. Children inherit it, nobody without CAP_SYS_RESOURCE can raise it, and
 * everybody can see it. So a process that the run left is told from one that a probe, `kubectl exec` or the image's own
 * main process left, even after the run's session process has been killed and both have become the relay's children.
 */
#ifndef K8S_EXEC_RELAY_TREE_H
#define K8S_EXEC_RELAY_TREE_H

#include "protocol.h"

#include <stdint.h>
#include <sys/types.h>

/* Returns a mark that no other run has, of any relay; or 0 if the limit is too low for one already. */
uint64_t tree_new_mark(void);

/* Makes this process, and all that descend from it, part of the run. Returns 0, or -1 with errno set. */
int tree_join(uint64_t mark);

/* What was found alive. */
struct tree {
    struct relay_processes members;
    struct relay_processes denied; /* those of the members that may not be signalled */
};

/*
 * Looks through all processes of this PID namespace for those of the run, without "session", and sends them a signal; 0
 * only looks whether that may be done. SIGTERM is followed by SIGCONT, for those that are stopped.
 */
void tree_signal(uint64_t mark, pid_t session, int signal, struct tree *found);

#endif
