/*
 * The processes that there are. There may be thousands, of which few matter: so who they are is told by what costs no
 * file, or one for many.
 */
#ifndef K8S_EXEC_PROCESSES_H
#define K8S_EXEC_PROCESSES_H

/*
 * Lists them.
 *
 * procfs:     where it is mounted
 * parentless: only those whose parent is outside this PID namespace, or of which that cannot be told. The session of
 *             these is their own, or is outside too (getsid(2)): of the others nothing is read, and of these a small
 *             file each, but one for all that have the same parent
 * numbers:    gets their process ids
 * most:       how many it has room for
 *
 * Returns how many there are, also if that is more; or -1 with errno set.
 */
int kx_processes(const char *procfs, int parentless, int *numbers, int most);

#endif
