/* See process.h for what it promises. */
#define _GNU_SOURCE
#include "process.h"

#include "become.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* As in the kernel's headers; the C library's may be older. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

int kx_identify(const char *path, struct kx_place *place) {
    struct stat found;
    if (stat(path, &found) != 0) {
        return -1;
    }
    place->device = found.st_dev;
    place->inode = found.st_ino;
    return 0;
}

static int run_child(void *argument) {
    const struct kx_start *start = argument;
    close(start->progress_read);
    /* first, so that it can be ended while a file system keeps it waiting */
    if (start->program->keeps_signals) {
        sigprocmask(SIG_SETMASK, &start->blocked, NULL);
    } else {
        kx_reset_signals();
    }
    int stage = kx_become_program(start);
    kx_tell(start, stage, errno);
    _exit(127);
}

/* Between two looks at whether a process has ended. */
#define LOOK_MILLIS 5

/* Waits until the pipe has something, or its end. */
static void await(int pipe, int lifeline, int process) {
    struct pollfd files[] = {{pipe, POLLIN, 0}, {lifeline, POLLIN, 0}};
    while (poll(files, 2, -1) < 0 || files[0].revents == 0) {
        if (files[1].revents != 0) {
            kill(process, SIGKILL);
            files[1].fd = KX_NONE;
            files[1].revents = 0;
        }
    }
}

/* Returns whether the child is the program now. Reads to the end, which comes with that, or with the child's. */
static int has_started(int pipe, int lifeline, int process, struct kx_error *error) {
    struct kx_error told[2] = {{KX_ENDED, 0}, {KX_ENDED, 0}};
    size_t length = 0;
    ssize_t got;
    do {
        if (lifeline > 0) {
            await(pipe, lifeline, process);
        }
        got = read(pipe, (char *) told + length, sizeof told - length);
        length += got > 0 ? (size_t) got : 0;
    } while (got > 0 || (got < 0 && errno == EINTR));
    *error = told[length >= sizeof told ? 1 : 0];
    return length == sizeof *told && error->stage == KX_DONE;
}

/* stack: for the child, as long as that shares this process's memory */
static int clone_child(struct kx_start *start, char *stack) {
    int copies = start->way != NULL && start->way->copies;
    /* who waits for the child alone cannot see a lifeline's end */
    int shares = start->program->lifeline > 0 ? CLONE_VM : CLONE_VM | CLONE_VFORK;
    return clone(run_child, stack, (copies ? 0 : shares) | SIGCHLD, start);
}

static int start_child(struct kx_start *start, struct kx_error *error) {
    _Alignas(16) char stack[32 * 1024];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    /* above what the child puts its files to */
    start->progress = fcntl(ends[1], F_DUPFD_CLOEXEC, kx_lowest(start->program));
    start->progress_read = ends[0];
    close(ends[1]);
    if (start->progress < 0) {
        close(ends[0]);
        return -1;
    }
    /* the child shares what tells the kernel whether others may look into this process, and its change of user resets
     * it */
    int dumpable = prctl(PR_GET_DUMPABLE);
    sigset_t all;
    sigfillset(&all);
    /* no handler of the parent's may run in the child */
    sigprocmask(SIG_BLOCK, &all, &start->blocked);
    int process = clone_child(start, stack + sizeof stack);
    int number = errno;
    sigprocmask(SIG_SETMASK, &start->blocked, NULL);
    close(start->progress);
    int started = process > 0 && has_started(ends[0], start->program->lifeline, process, error);
    close(ends[0]);
    if (start->program->uid != KX_NONE || start->way != NULL) {
        prctl(PR_SET_DUMPABLE, dumpable);
    }
    if (process > 0 && !started) {
        int status = 0;
        while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
            /* once more */
        }
        if (error->stage == KX_ENDED || error->stage == KX_DONE) {
            *error = (struct kx_error){KX_ENDED, WIFSIGNALED(status) ? WTERMSIG(status) : 0};
        }
        return 0;
    }
    errno = number;
    return process;
}

int kx_start(const struct kx_program *program, const struct kx_way *way, struct kx_error *error) {
    struct kx_start start = {.program = program, .way = way};
    char **pointers = kx_point(&start);
    int process = pointers == NULL ? -1 : start_child(&start, error);
    if (process < 0) {
        *error = (struct kx_error){KX_PROCESS, errno};
    }
    if (program->room == NULL) {
        free(pointers);
    }
    return process > 0 ? process : -1;
}

int kx_become(const struct kx_program *program, const struct kx_way *way, struct kx_error *error) {
    struct kx_start start = {.program = program, .way = way, .progress = KX_NONE};
    if (kx_point(&start) == NULL) {
        *error = (struct kx_error){KX_PROCESS, errno};
        return -1;
    }
    if (!program->keeps_signals) {
        kx_reset_signals();
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    int stage = kx_become_program(&start);
    *error = (struct kx_error){stage, errno};
    return -1;
}

int kx_feed(int pipe, const char *bytes, long size) {
    sigset_t broken, before, pending;
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    sigpending(&pending);
    sigprocmask(SIG_BLOCK, &broken, &before);
    int number = 0;
    for (long written = 0; written < size && number == 0;) {
        ssize_t count = write(pipe, bytes + written, (size_t) (size - written));
        if (count >= 0) {
            written += count;
        } else if (errno != EINTR) {
            number = errno;
        }
    }
    if (number == EPIPE && !sigismember(&pending, SIGPIPE)) {
        /* this write's, which is waiting for this thread; if it is ignored there is none */
        const struct timespec now = {0, 0};
        while (sigtimedwait(&broken, NULL, &now) < 0 && errno == EINTR) {
            /* once more */
        }
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(pipe);
    return number;
}

void kx_adopt(void) {
    struct sigaction children;
    if (sigaction(SIGCHLD, NULL, &children) == 0 && children.sa_handler == SIG_IGN) {
        signal(SIGCHLD, SIG_DFL);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

int kx_wait(int process, int *status) {
    for (;;) {
        pid_t ended = waitpid(-1, status, 0);
        if (ended == process) {
            return 0;
        }
        if (ended < 0 && errno != EINTR) {
            return errno;
        }
    }
}

static volatile sig_atomic_t accompanied;

static void pass_on(int number) {
    kill(accompanied, number);
}

int kx_accompany(int process, int *status) {
    const struct sigaction passing = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    accompanied = process;
    sigaction(SIGTERM, &passing, NULL);
    sigaction(SIGHUP, &passing, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    return kx_wait(process, status);
}

static int has_ended(int process) {
    siginfo_t ended = {0};
    return waitid(P_PID, (id_t) process, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == process;
}

int kx_ends_within(int process, int millis) {
    int handle = (int) syscall(SYS_pidfd_open, process, 0);
    if (handle >= 0) {
        struct pollfd end = {handle, POLLIN, 0};
        int ended = poll(&end, 1, millis) > 0;
        close(handle);
        return ended;
    }
    /* without pidfd_open(2) it is looked again and again */
    int left = millis;
    while (!has_ended(process) && left > 0) {
        int pause = left < LOOK_MILLIS ? left : LOOK_MILLIS;
        poll(NULL, 0, pause);
        left -= pause;
    }
    return has_ended(process);
}

int kx_has_children(void) {
    int status;
    pid_t ended;
    do {
        ended = waitpid(-1, &status, WNOHANG);
    } while (ended > 0);
    return ended == 0;
}
