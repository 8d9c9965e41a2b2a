/*
 * What this process makes of the limits (setrlimit(2)) and standard streams that it was started with, before Java can
 * say anything.
 */
#ifndef K8S_EXEC_BEGIN_H
#define K8S_EXEC_BEGIN_H

/*
 * The virtual machine has started: until this is called, its exit is a failure to start, which is told by an error of
 * ours and its exit code. From now on a file that gets too large is an errno, and no signal. If the working directory
 * was deleted it is /proc.
 */
void kx_begin(void);

#endif
