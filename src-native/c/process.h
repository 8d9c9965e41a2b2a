/*
 * Starts a program in the place that it belongs to, and what has to happen between two processes for that: the part
 * that no Java can do, for k8s-exec, and for the relay, which is C alone. It keeps no state, prints nothing and needs
 * nothing but a C library. What fails is told as a stage and an errno; whoever asked puts it into words.
 *
 * How the guest is entered is no part of it: a way in (struct kx_way; guest.h has one) is called in the child, before
 * anything else of the program is set.
 */
#ifndef K8S_EXEC_PROCESS_H
#define K8S_EXEC_PROCESS_H

#include <stddef.h>

/* What was being done when it failed, in the order in which it is done. */
enum kx_stage {
    KX_DONE,      /* nothing failed */
    KX_PROCESS,   /* a process was to be made: memory, descriptors, the limit of processes */
    KX_ENTER,     /* the way in */
    KX_USER,      /* the user was to be changed */
    KX_VOLUME,    /* the volume was looked for; ESTALE: another directory lies there */
    KX_DIRECTORY, /* the program's directory was to be entered; ESTALE as above */
    KX_FILES,     /* its standard streams and its script were to be put in place */
    KX_SCRIPT,    /* the path by which it opens its script was looked for: ESTALE: something else lies there */
    KX_PROGRAM,   /* it was to be executed: ENOENT if none of the paths is there */
    KX_ENDED      /* the child was ended before it became the program; in the place of errno stands the signal */
};

struct kx_error {
    int stage;  /* enum kx_stage */
    int number; /* an errno */
};

/* For struct kx_program: no descriptor, and no change of user. */
#define KX_NONE (-1)

/* At most so many of struct kx_program's more. */
#define KX_MORE 8

/* A directory, and what it has to be: device and inode as stat(2) has them, or 0 and 0 for whatever lies there. */
struct kx_place {
    const char *path;
    unsigned long long device, inode;
};

/* What a process is to become. */
struct kx_program {
    /*
     * NUL-ended strings, one behind the other: paths, of which the first is taken that can be executed; other paths, of
     * which one must be executable too; and the arguments, of which the first is the program's name for itself (if
     * it is empty, the last name of the path that was taken). If there is a script, the argument "/proc/PID/fd/N" with
     * its number becomes a path by which also children of the program can open it.
     */
    const char *words;
    long words_size;           /* in bytes */
    int paths;                 /* how many of the words are paths */
    int needed;                /* how many are other paths; 0: nothing else is needed */
    const char *environment;   /* NUL-ended NAME=value entries, one behind the other: the program's whole environment */
    long environment_size;     /* in bytes */
    struct kx_place volume;    /* must be there, and not be mounted read-only; a path of NULL: is not looked at */
    struct kx_place directory; /* where it starts; a path of NULL: where the caller is */
    int input;                 /* its standard input; KX_NONE: empty */
    int output;                /* its standard output; KX_NONE: the caller's */
    int error;                 /* its standard error; KX_NONE: the caller's */
    int script;                /* a descriptor that it gets, or KX_NONE */
    int script_as;             /* the number that it gets it as, above 2 */
    const int *more;           /* descriptors that it gets too, as 3 and the numbers after that; below the script's */
    int more_count;
    int uid;           /* the user that it runs as; KX_NONE: the caller's, with its groups and capabilities */
    int gid;           /* used with a uid */
    const int *groups; /* its supplementary groups, used with a uid */
    int group_count;
    int keeps_signals; /* whether what the caller ignores and blocks stays so; else all signals are as by default */
    int session;       /* whether it leads a session and a process group of its own */
    int bound;         /* whether it is killed when the caller ends, also when it is the program */
    char **room;       /* kx_room(program) bytes for whoever may not allocate memory; NULL: it is allocated */
    int lifeline;      /* a descriptor above 2: the child is killed if it ends before that is the program; 0: none */
};

/* How much memory the pointers to its strings take, in bytes. */
size_t kx_room(const struct kx_program *program);

/* Fills in device and inode of what this path is for the caller. Returns 0, or -1 with errno set. */
int kx_identify(const char *path, struct kx_place *place);

/* How a child gets to where its program is. */
struct kx_way {
    /* Called in the child with the guest. Returns 0, or -1 with errno set. It must not write to memory but its stack.
     */
    int (*enter)(const void *guest);
    const void *guest;
    int copies; /* whether the child needs memory of its own (fork(2)): slower, and few ways need it */
};

/*
 * Starts the program, in a child. All descriptors but 0, 1, 2 and the script's are closed to it. Blocks until the child
 * has become the program or has failed; if something keeps it waiting on its way (a file system that hangs), whoever
 * kills the child ends that. The child ends with the thread that calls this, until it is the program.
 *
 * way may be NULL: then the program is started where the caller is.
 *
 * Returns the process id; or -1 with error set: then no process is left, and all is as if nothing had been tried.
 */
int kx_start(const struct kx_program *program, const struct kx_way *way, struct kx_error *error);

/*
 * As kx_start, but this process becomes the program, and its other threads end. Returns -1 with error set if that
 * failed; then this process may be in the guest already, and be the program's user.
 */
int kx_become(const struct kx_program *program, const struct kx_way *way, struct kx_error *error);

/*
 * Writes all of it to a pipe and closes that. Never raises SIGPIPE. Returns 0, or an errno: EPIPE if the other end
 * was closed first, which is how a child looks that has ended early.
 */
int kx_feed(int pipe, const char *bytes, long size);

/*
 * A file without a name that has this content, and that nobody can change (memfd_create(2)); if the kernel has none
 * or refuses it, a deleted file, open for reading alone. Returns the descriptor, close-on-exec, or -1 with errno set.
 */
int kx_file(const char *bytes, long size);

/*
 * Makes this process the parent of all that its descendants leave behind (prctl(2), PR_SET_CHILD_SUBREAPER), and lets
 * it see how its children end, also if its own parent ignores that (SIGCHLD).
 */
void kx_adopt(void);

/*
 * Waits until that child has ended, and reaps all others that end meanwhile. Returns 0 and the status as wait(2) has
 * it, or an errno.
 */
int kx_wait(int process, int *status);

/*
 * As kx_wait, for a child that stands in the place of this process: passes SIGTERM and SIGHUP on to it, and leaves to
 * it what a terminal sends to both.
 */
int kx_accompany(int process, int *status);

/* Whether that child ends within this time. Reaps nothing. */
int kx_ends_within(int process, int millis);

/* Reaps the children that have ended. Returns whether others are there that have not. */
int kx_has_children(void);

#endif
