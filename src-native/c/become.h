/*
 * Between process.c, which makes the child, and become.c and execute.c, which are what happens in it. Nobody else needs
 * this.
 */
#ifndef K8S_EXEC_BECOME_H
#define K8S_EXEC_BECOME_H

#include "process.h"

#include <signal.h>

/* A program with its strings as execve(2) takes them, and whom to tell how far the child came. */
struct kx_start {
    const struct kx_program *program;
    const struct kx_way *way;
    char **paths;
    char **needed;
    char **arguments; /* with a free place before the first */
    char **environment;
    int progress;      /* the writing end of a pipe; KX_NONE: nobody is told */
    int progress_read; /* its other end */
    sigset_t blocked;  /* the signals that the caller has blocked */
};

/* Fills the pointers of a start. Returns where they are, which is to be freed if it is not the program's room; or NULL
 * with errno set. */
char **kx_point(struct kx_start *start);

/* The lowest descriptor that is not one of the program's. */
int kx_lowest(const struct kx_program *program);

/*
 * Whether the script is where the program is told to open it, in a /proc that may be anything: no procfs, or that of
 * other processes. If not, errno is set.
 */
int kx_finds_script(const struct kx_start *start);

/* Executes the program. Returns only if that failed, with errno set. */
void kx_execute(const struct kx_start *start);

/* All signals as they are by default. */
void kx_reset_signals(void);

/* Returns only if that failed: the stage, with errno. */
int kx_become_program(const struct kx_start *start);

/*
 * Tells a stage and its errno: KX_DONE before the process becomes the program, which closes the pipe, and another stage
 * if that failed. Not by the memory that parent and child share: if programs are emulated, vfork(2) can be a
 * plain fork. Returns whether somebody was there to be told.
 */
int kx_tell(const struct kx_start *start, int stage, int number);

#endif
