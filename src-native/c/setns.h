/*
 * The way into a guest by setns(2): the namespaces are entered that the caller has opened.
 */
#ifndef K8S_EXEC_SETNS_H
#define K8S_EXEC_SETNS_H

#include "process.h"

/* As many as there are kinds. */
#define KX_NAMESPACES 8

/* Namespaces of a guest, in any order. */
struct kx_guest {
    int count;
    int files[KX_NAMESPACES]; /* descriptors of /proc/PID/ns/KIND: who opens them first can look at leisure whose they
                                 are */
    int kinds[KX_NAMESPACES]; /* which each is: CLONE_NEWNS and so on */
};

/* As kx_start (process.h), in the guest; none of its namespaces: where the caller is. */
int kx_start_in(const struct kx_guest *guest, const struct kx_program *program, struct kx_error *error);

/*
 * As kx_become, in the guest. Where another process has to be made for that (for a PID, user or time namespace), this
 * one stays as its parent, and returns its exit code, or 128+n where signal n ended it.
 */
int kx_become_in(const struct kx_guest *guest, const struct kx_program *program, struct kx_error *error);

#endif
