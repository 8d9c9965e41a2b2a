/* See keeper.h for what it promises. */
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* As in the kernel's headers; the C library's may be older. */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* What is closed one by one if the kernel has no close_range(2): descriptors below this number. */
#define CLOSED_SINGLY 65536

struct keep {
    const struct kx_guest *guest;
    struct kx_program program;
    int queue;
    int ends[2]; /* of its maker and of the keeper */
};

/* ---- the keeper: a copy of one thread of its maker, whose memory others may have been changing: no malloc(3) */

static void put(int queue, const struct kx_event *event) {
    while (write(queue, event, sizeof *event) < 0 && errno == EINTR) {
        /* once more */
    }
}

/* Keeps two descriptors open, as 0 and 1: what the program has open is its own, and its readers wait for its end. */
static void close_others(int *control, int *queue) {
    int first = fcntl(*control, F_DUPFD_CLOEXEC, 3), second = fcntl(*queue, F_DUPFD_CLOEXEC, 3);
    dup2(first, 0);
    dup2(second, 1);
    if (syscall(SYS_close_range, 2U, ~0U, 0U) != 0) {
        long most = sysconf(_SC_OPEN_MAX);
        for (int fd = 2; fd < (most < 0 || most > CLOSED_SINGLY ? CLOSED_SINGLY : most); fd++) {
            close(fd);
        }
    }
    *control = 0;
    *queue = 1;
}

static void notice(int number) {
    (void) number;
}

static long long micros(struct timeval time) {
    return time.tv_sec * 1000000LL + time.tv_usec;
}

/*
 * Of what has been reaped. What becomes a program by execve(2) counts as large as it was before: a copy of the keeper.
 * So what is no larger than that says nothing.
 */
static struct kx_usage measure(void) {
    struct rusage own, others;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &others);
    return (struct kx_usage){micros(others.ru_utime), micros(others.ru_stime),
            others.ru_maxrss > own.ru_maxrss ? others.ru_maxrss * 1024LL : KX_NONE};
}

/* Whether something is wanted by what can be read now: else the keeper is not wanted any more. */
static int is_asked(int control) {
    char question;
    ssize_t got;
    do {
        got = read(control, &question, 1);
    } while (got < 0 && errno == EINTR);
    return got == 1;
}

/*
 * Reaps what has ended, and tells of the program's end, and whether others are left then, until it is not wanted. Tells
 * what they took as often as it is asked.
 */
static void keep(int control, int queue, int program) {
    const struct sigaction children = {.sa_handler = notice, .sa_flags = SA_NOCLDSTOP};
    sigset_t waiting;
    sigfillset(&waiting);
    sigdelset(&waiting, SIGCHLD);
    sigaction(SIGCHLD, &children, NULL);
    struct kx_event end = {.kind = KX_TIME};
    struct pollfd wanted = {control, POLLIN, 0};
    for (int asked = 0;;) {
        int status;
        pid_t ended;
        while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
            if (ended == program) {
                end = (struct kx_event){.kind = KX_CHILD, .process = program, .number = status};
            }
        }
        if (end.kind == KX_CHILD) {
            end.error.number = ended == 0;
            end.usage = measure();
            put(queue, &end);
            end.kind = KX_TIME;
        }
        if (asked) {
            const struct kx_usage usage = measure();
            send(control, &usage, sizeof usage, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        /* SIGCHLD is blocked but for this: none is missed */
        asked = ppoll(&wanted, 1, NULL, &waiting) > 0;
        if (asked && !is_asked(control)) {
            return;
        }
    }
}

static int run_keeper(const struct keep *keep_for) {
    struct keep my = *keep_for;
    int process = getpid(), control = my.ends[1];
    char go;
    close(my.ends[0]);
    /* until its maker knows that this is no descendant any more */
    if (send(control, &process, sizeof process, MSG_NOSIGNAL) < 0 || read(control, &go, 1) != 1) {
        return 0;
    }
    /* a signal to the agent's process group is not for this */
    setsid();
    prctl(PR_SET_NAME, "k8s-exec-keeper");
    kx_adopt();
    struct kx_event event = {.kind = KX_STARTED};
    my.program.lifeline = control;
    event.process = kx_start_in(my.guest, &my.program, &event.error);
    if (event.process < 0) {
        event.kind = KX_FAILED;
        put(my.queue, &event);
        return 0;
    }
    put(my.queue, &event);
    close_others(&control, &my.queue);
    keep(control, my.queue, event.process);
    return 0;
}

/* ---- its maker */

/* Memory that keepers do not get. */
static void *kept_back;
static size_t kept_back_size;

void kx_keep_back(void *start, size_t size) {
    kept_back = start;
    kept_back_size = size;
}

/* Ends at once, with an errno: its child, the keeper, is then nobody's. */
static int run_between(void *argument) {
    /* by the system call: the C library's function would do what only its own threads may */
    long process = syscall(SYS_clone, (long) SIGCHLD, 0L, 0L, 0L, 0L);
    _exit(process == 0 ? run_keeper(argument) : process > 0 ? 0 : errno);
}

static int make(struct keep *keep_for) {
    _Alignas(16) char stack[32 * 1024];
    int status = 0;
    /* it would get the keeper back as its child */
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    madvise(kept_back, kept_back_size, MADV_DONTFORK);
    int between = clone(run_between, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, keep_for);
    int number = errno;
    madvise(kept_back, kept_back_size, MADV_DOFORK);
    if (between < 0) {
        return number;
    }
    while (waitpid(between, &status, 0) < 0 && errno == EINTR) {
        /* once more */
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

/* Waits until it says who it is, and lets it begin. */
static int meet(struct kx_keeper *keeper, int control) {
    int process;
    ssize_t got;
    do {
        got = read(control, &process, sizeof process);
    } while (got < 0 && errno == EINTR);
    if (got != sizeof process) {
        return ECHILD;
    }
    *keeper = (struct kx_keeper){process, control};
    send(control, "", 1, MSG_NOSIGNAL);
    return 0;
}

/* Copies the program's strings to memory that keepers get, in one piece from "room" on. Returns 0, or -1 and errno. */
static int take_along(struct kx_program *program) {
    size_t room = kx_room(program), words = (size_t) program->words_size;
    size_t environment = (size_t) program->environment_size;
    char *copy = malloc(room + words + environment);
    if (copy == NULL) {
        return -1;
    }
    program->room = (char **) (void *) copy;
    program->words = memcpy(copy + room, program->words, words);
    program->environment = memcpy(copy + room + words, program->environment, environment);
    return 0;
}

int kx_keep(struct kx_keeper *keeper, const struct kx_guest *guest, const struct kx_program *program, int queue) {
    struct keep keep_for = {guest, *program, queue, {KX_NONE, KX_NONE}};
    keep_for.program.room = NULL;
    int error =
            take_along(&keep_for.program) != 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, keep_for.ends) != 0
                    ? errno
                    : make(&keep_for);
    free(keep_for.program.room);
    close(keep_for.ends[1]);
    error = error == 0 ? meet(keeper, keep_for.ends[0]) : error;
    if (error != 0) {
        close(keep_for.ends[0]);
    }
    return error;
}
