/* relay install DIR: what an init container does to put the programs into a volume, with no other program's help. */
#ifndef K8S_EXEC_RELAY_INSTALL_H
#define K8S_EXEC_RELAY_INSTALL_H

/*
 * Copies this program, as relay and pause, and a k8s-exec that lies beside it. What runs meanwhile from there runs on.
 * Says what it did or why it could not. Returns the exit code.
 */
int install(const char *directory);

#endif
