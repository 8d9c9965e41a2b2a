/* See guest.h for what it promises. */
#define _GNU_SOURCE
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* As in linux/sched.h; the C library may be older. */
#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* ---- by setns(2) */

/*
 * The order in which they are entered (setns(2)). CLONE_NEWPID is not among them: a process stays in the one that it
 * was made in.
 */
static const int ORDER[] = {
        CLONE_NEWCGROUP,
        CLONE_NEWIPC,
        CLONE_NEWUTS,
        CLONE_NEWNET,
        CLONE_NEWNS,
        CLONE_NEWTIME,
        /* last: with it go the privileges outside of it, which the others take */
        CLONE_NEWUSER,
};

static int file_of(const struct kx_guest *guest, int kind) {
    for (int i = 0; i < guest->count; i++) {
        if (guest->kinds[i] == kind) {
            return guest->files[i];
        }
    }
    return KX_NONE;
}

static int enter_namespaces(const void *argument) {
    const struct kx_guest *guest = argument;
    for (size_t i = 0; i < sizeof ORDER / sizeof *ORDER; i++) {
        int file = file_of(guest, ORDER[i]);
        if (file != KX_NONE && setns(file, ORDER[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- by chroot(2) */

static int enter_root(const void *argument) {
    const struct kx_guest *guest = argument;
    return fchdir(guest->root) == 0 && chroot(".") == 0 ? 0 : -1;
}

/* ---- by either */

static int enter(const void *argument) {
    const struct kx_guest *guest = argument;
    return guest->root == KX_NONE ? enter_namespaces(guest) : enter_root(guest);
}

static int is_here(const struct kx_guest *guest) {
    return guest->root == KX_NONE && guest->count == 0;
}

int kx_start_in(const struct kx_guest *guest, const struct kx_program *program, struct kx_error *error) {
    /* only a process that shares its memory with no other may change its time namespace */
    const struct kx_way way = {enter, guest, file_of(guest, CLONE_NEWTIME) != KX_NONE};
    int processes = file_of(guest, CLONE_NEWPID);
    if (processes == KX_NONE) {
        return kx_start(program, is_here(guest) ? NULL : &way, error);
    }
    /* what is entered here holds for children to come */
    int own = open("/proc/thread-self/ns/pid", O_RDONLY | O_CLOEXEC);
    int process = KX_NONE;
    if (own < 0 || setns(processes, CLONE_NEWPID) != 0) {
        *error = (struct kx_error){KX_ENTER, errno};
    } else {
        process = kx_start(program, &way, error);
        setns(own, CLONE_NEWPID);
    }
    close(own);
    return process;
}

/* For a process with other threads: they need not come along, for they are about to end. */
static int enter_alone(const void *guest) {
    return unshare(CLONE_FS) == 0 ? enter(guest) : -1;
}

int kx_become_in(const struct kx_guest *guest, const struct kx_program *program, struct kx_error *error) {
    if (file_of(guest, CLONE_NEWPID) == KX_NONE && file_of(guest, CLONE_NEWUSER) == KX_NONE &&
            file_of(guest, CLONE_NEWTIME) == KX_NONE) {
        const struct kx_way way = {enter_alone, guest, 0};
        return kx_become(program, is_here(guest) ? NULL : &way, error);
    }
    int status = 0;
    int process = kx_start_in(guest, program, error);
    if (process < 0 || kx_accompany(process, &status) != 0) {
        return -1;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- what another user may see */

/*
 * By the system calls themselves, which are about this thread alone. They change the user for files and for a look at
 * other processes, and nothing else (setfsuid(2)); and they do not say whether they did.
 */
int kx_open_as(const char *path, int uid, int gid) {
    int dumpable = prctl(PR_GET_DUMPABLE);
    long own_gid = syscall(SYS_setfsgid, gid);
    long own_uid = syscall(SYS_setfsuid, uid);
    /* what is not of /proc may be a pipe, on which nobody has to wait */
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int number = errno;
    syscall(SYS_setfsuid, own_uid);
    syscall(SYS_setfsgid, own_gid);
    prctl(PR_SET_DUMPABLE, dumpable);
    errno = number;
    return file;
}
