/*
 * The ways into a guest for which it takes nothing but the kernel: setns(2), into the namespaces that the caller has
 * opened, and chroot(2), into the directory that it has opened.
 */
#ifndef K8S_EXEC_GUEST_H
#define K8S_EXEC_GUEST_H

#include "process.h"

/* As many as there are kinds. */
#define KX_NAMESPACES 8

/* What is entered of a guest. Who opens it first can look at leisure whose it is. */
struct kx_guest {
    int root;                 /* a directory that becomes the root; then no namespace is entered. Or KX_NONE */
    int count;                /* of its namespaces, in any order */
    int files[KX_NAMESPACES]; /* descriptors of /proc/PID/ns/KIND */
    int kinds[KX_NAMESPACES]; /* which each is: CLONE_NEWNS and so on */
};

/* As kx_start (process.h), in the guest; neither root nor namespace: where the caller is. */
int kx_start_in(const struct kx_guest *guest, const struct kx_program *program, struct kx_error *error);

/*
 * As kx_become, in the guest. Where another process has to be made for that (for a PID, user or time namespace), this
 * one stays as its parent, and returns its exit code, or 128+n if signal n ended it.
 */
int kx_become_in(const struct kx_guest *guest, const struct kx_program *program, struct kx_error *error);

/*
 * Opens a file for reading as another user: what /proc says of a process, that one's user may see without a capability
 * (ptrace(2), "Ptrace access mode checking"). It takes SETUID and SETGID. No other thread is that user meanwhile, and
 * nobody may look into this process, or signal it, who may not otherwise. Returns the descriptor, close-on-exec, or -1
 * with errno set.
 */
int kx_open_as(const char *path, int uid, int gid);

#endif
