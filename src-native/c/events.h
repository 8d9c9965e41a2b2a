/*
 * What happens to a process that waits for others: one queue, and one place that waits for all of it. Signals come with
 * their sender, children with how they ended, and a program can be started without waiting for it.
 *
 * There is one such queue for each process, and one thread waits for it.
 */
#ifndef K8S_EXEC_EVENTS_H
#define K8S_EXEC_EVENTS_H

#include "guest.h"

enum kx_kind {
    KX_TIME,    /* the time is over */
    KX_SIGNAL,  /* a signal came: number; process: who sent it; 0: the kernel (a terminal, say); KX_NONE: not known */
    KX_STARTED, /* the program that was launched runs: process */
    KX_FAILED,  /* it does not: error */
    KX_CHILD,   /* a child, or the program, ended: process, and number, the status as wait(2) has it */
    KX_LOST,    /* the program's keeper ended, so nobody will know how the program ends */
    KX_GONE,    /* the process that is watched ended: process */
    KX_READABLE /* there is something to read, or its end: number, the descriptor */
};

/* What the program and its descendants took: those of them that have ended, and that somebody has waited for. */
struct kx_usage {
    long long user_micros, system_micros; /* of CPU */
    /* the most memory that one of them had, in bytes; KX_NONE: not known, for it is no more than its starter had */
    long long largest;
};

struct kx_event {
    int kind; /* enum kx_kind */
    int process;
    int number;
    struct kx_error error;
    struct kx_usage usage; /* of KX_CHILD, for the program */
};

/*
 * From now on these signals end up in the queue, and do not end this process. Nor does SIGPIPE, whoever has stopped to
 * read. Returns 0, or -1 with errno set.
 */
int kx_catch(const int *signals, int count);

/* From now on this signal ends up there too; after kx_catch. */
void kx_catch_also(int number);

/*
 * Has a program started by a keeper (keeper.h), by the helper (helper.h): KX_STARTED or KX_FAILED tells how it went,
 * also if something keeps it waiting on its way; then KX_CHILD or KX_LOST. The input is written to the pipe by that
 * thread, and the pipe is closed (kx_feed; a pipe of KX_NONE: there is none). All that is passed has to stay as it is
 * until KX_STARTED or KX_FAILED has come, the input until the program has ended. The keeper of an earlier program ends.
 */
void kx_launch(const struct kx_guest *guest, const struct kx_program *program, int pipe, const char *input, long size);

/* The keeper's process id; 0: there is none yet, or none any more. */
int kx_kept_by(void);

/* Whether the program may have left something running when it ended. */
int kx_may_be_left(void);

/*
 * What the program has taken until now, if its end has been told. If it may have left something the keeper is asked,
 * which has reaped more meanwhile. Returns 0, or -1: it is not known.
 */
int kx_usage(struct kx_usage *usage);

/* From now on KX_GONE tells of this process's end; one at a time. Returns 0, or -1 if that cannot be watched. */
int kx_watch(int process);

/* From now on KX_READABLE tells of this descriptor too; one at a time, KX_NONE for none. */
void kx_listen(int descriptor);

/*
 * Waits for the next event, in the order in which they came; a child's end comes after the signals that came before it.
 * While a program is being launched no child of this process is reaped.
 *
 * millis:  how long at most; negative: for ever
 * watched: a descriptor that may have something to read, or KX_NONE
 */
void kx_next(int millis, int watched, struct kx_event *event);

#endif
