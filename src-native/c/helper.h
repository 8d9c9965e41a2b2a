/*
 * One thread beside the main one, made when it is first needed. It does what the main thread does not wait for, and
 * tells people what that waits for: also while that hangs in the kernel, as on a volume that does not answer, where no
 * handler of a signal runs.
 */
#ifndef K8S_EXEC_HELPER_H
#define K8S_EXEC_HELPER_H

/* Has this done, one after the other. For the main thread alone. Returns 0; or an errno: there is no such thread. */
int kx_help(void (*work)(void *), void *argument);

/*
 * From now on the main thread waits for what this line says: if that takes 3 s, and then every 30 s, it is printed to
 * standard error, with the time behind it. It is lost where nobody reads. For the main thread alone.
 *
 * line: without its end; as much as fits into a line is kept
 * size: in bytes; 0: it waits for nothing that people should know of
 */
void kx_waiting(const char *line, int size);

#endif
