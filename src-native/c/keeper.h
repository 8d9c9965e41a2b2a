/*
 * A process between this one and a program, as its parent: no descendant of whoever started this process, and so is
 * nothing that the program starts. Somebody who signals all descendants of his, as GoCD's agent does, then reaches this
 * process alone, and it is for this process to tell the program, once.
 *
 * The keeper adopts what the program leaves behind, and ends when this process does, or forgets it. It tells what all
 * that took, and does nothing else: no signal but SIGKILL ends it.
 */
#ifndef K8S_EXEC_KEEPER_H
#define K8S_EXEC_KEEPER_H

#include "events.h"

struct kx_keeper {
    int process;
    /*
     * its end tells that the keeper has ended; to close it ends the keeper, and a start that hangs. Once the program
     * runs, a byte is answered by a struct kx_usage
     */
    int control;
};

/*
 * Keepers do not get this memory, where nothing is that they need but a program's words and environment. To copy its
 * tables, and then each page that its owner writes to, takes longer than all else that is done for a keeper.
 *
 * start: that of a page; within size bytes there is nothing else
 */
void kx_keep_back(void *start, size_t size);

/*
 * Has the program started by a new keeper, in the guest, as by kx_start_in (guest.h). What becomes of that is written
 * to the queue, a pipe: KX_STARTED or KX_FAILED, then KX_CHILD. After KX_FAILED the keeper ends.
 *
 * Returns 0; or an errno, if there is no keeper.
 */
int kx_keep(struct kx_keeper *keeper, const struct kx_guest *guest, const struct kx_program *program, int queue);

#endif
