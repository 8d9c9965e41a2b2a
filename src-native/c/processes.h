/*
 * The processes that there are. There may be thousands, of which few matter: so who they are is told by what costs no
 * file.
 */
#ifndef K8S_EXEC_PROCESSES_H
#define K8S_EXEC_PROCESSES_H

/*
 * Lists them.
 *
 * procfs:     where it is mounted
 * parentless: only those whose parent may be outside this PID namespace: then the session is their own, or is outside
 *             too (getsid(2)). If that cannot be told they are listed
 * numbers:    gets their process ids
 * most:       how many it has room for
 *
 * Returns how many there are, also if that is more; or -1 with errno set.
 */
int kx_processes(const char *procfs, int parentless, int *numbers, int most);

#endif
