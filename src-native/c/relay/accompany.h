/*
 * k8s-exec in the place of a program that a relay has started: signals and a terminal go on to it.
 */
#ifndef K8S_EXEC_RELAY_ACCOMPANY_H
#define K8S_EXEC_RELAY_ACCOMPANY_H

#include "message.h"

/*
 * Waits for the RESULT of a program that runs, and passes on to it the signals that this process gets. With a terminal
 * (its master; else -1) what is typed goes there, and what comes from there is printed; if this process's standard
 * input is a terminal, it is raw as long as that goes on.
 *
 * input: whether what is typed goes on
 *
 * The third SIGTERM or SIGHUP is not passed on: then the other side is taken for one that does not answer.
 *
 * Returns RECEIVED with the message, or RECEIVED_END or RECEIVED_MALFORMED where none will come.
 */
enum received relay_accompany(int socket, int terminal, int input, struct message *message);

#endif
