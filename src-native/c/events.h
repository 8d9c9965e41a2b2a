/*
 * What happens to a process that waits for others: one queue, and one place that waits for all of it. Signals come with
 * their sender, children with how they ended, and a program can be started without waiting for it.
 *
 * There is one such queue for each process, and one thread waits for it.
 */
#ifndef K8S_EXEC_EVENTS_H
#define K8S_EXEC_EVENTS_H

#include "setns.h"

enum kx_kind {
    KX_TIME,    /* the time is over */
    KX_SIGNAL,  /* a signal came: number; process: who sent it, 0 for the kernel (a terminal, say) */
    KX_STARTED, /* the program that was launched runs: process */
    KX_FAILED,  /* it does not: error */
    KX_CHILD,   /* a child ended: process, and number, the status as wait(2) has it */
    KX_READABLE /* there is something to read, or its end: number, the descriptor */
};

struct kx_event {
    int kind; /* enum kx_kind */
    int process;
    int number;
    struct kx_error error;
};

/* From now on these signals end up in the queue, and do not end this process. Returns 0, or -1 with errno set. */
int kx_catch(const int *signals, int count);

/*
 * As kx_start_in (setns.h), but in a thread of its own: KX_STARTED or KX_FAILED tells how it went, also where something
 * keeps the child waiting on its way. Then the input is written to the pipe by that thread, and the pipe is closed
 * (kx_feed; a pipe of KX_NONE: there is none). All that is passed has to stay as it is until the child has ended, or
 * KX_FAILED has come.
 */
void kx_launch(const struct kx_guest *guest, const struct kx_program *program, int pipe, const char *input, long size);

/*
 * Waits for the next event, in the order in which they came; a child's end comes after the signals that came before it.
 * While a program is being launched no child is reaped.
 *
 * millis:  how long at most; negative: for ever
 * watched: a descriptor that may have something to read, or KX_NONE
 */
void kx_next(int millis, int watched, struct kx_event *event);

#endif
