/* See events.h for what it promises. */
#define _GNU_SOURCE
#include "events.h"

#include "helper.h"
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* As in the kernel's headers; the C library's may be older. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* How long a keeper may take to answer, which somebody may have stopped; milliseconds. */
#define ANSWER 200

/* What goes through the pipe besides events: a child may have ended. */
#define WAKE (-1)

/* The ends of the queue: a pipe, to which handlers of signals may write (signal-safety(7)), as to few other things. */
static int reading = KX_NONE, writing = KX_NONE;
/* Whether there is a WAKE in the pipe: one is enough for any number of children. */
static volatile sig_atomic_t woken;
/* Whether KX_STARTED or KX_FAILED is to come: of the thread that waits alone, as what follows. */
static int launching;
/* Whether KX_CHILD or KX_LOST is to come, and of which process; and whether that may have left something. */
static int running, left = 1;
/* What that took, as far as it is told; "told" is 0 before its end. */
static struct kx_usage used;
static int told;
/* Of the helper, until then. */
static struct kx_keeper keeper = {0, KX_NONE};
static int watched_process, watched_end = KX_NONE;
static int listened = KX_NONE;

static void put(const struct kx_event *event) {
    ssize_t written;
    do {
        written = write(writing, event, sizeof *event);
    } while (written < 0 && errno == EINTR);
}

/* si_code is positive if it is the kernel's own doing (sigaction(2)) */
static int sender(const siginfo_t *info) {
    return info->si_code > 0 ? 0 : info->si_pid > 0 ? info->si_pid : KX_NONE;
}

static void handle(int number, siginfo_t *info, void *context) {
    (void) context;
    int error = errno;
    if (number != SIGCHLD) {
        const struct kx_event event = {KX_SIGNAL, sender(info), number, {0, 0}, {0, 0, 0}};
        put(&event);
    } else if (!woken) {
        const struct kx_event event = {.kind = WAKE};
        woken = 1;
        put(&event);
    }
    errno = error;
}

static void ignore(int number) {
    (void) number;
}

void kx_catch_also(int number) {
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP};
    sigfillset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

int kx_catch(const int *signals, int count) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return -1;
    }
    reading = ends[0];
    writing = ends[1];
    /* not SIG_IGN, which a program would keep */
    signal(SIGPIPE, ignore);
    kx_catch_also(SIGCHLD);
    for (int i = 0; i < count; i++) {
        kx_catch_also(signals[i]);
    }
    return 0;
}

struct launch {
    const struct kx_guest *guest;
    const struct kx_program *program;
    int pipe;
    const char *input;
    long size;
};

static void put_failed(int error) {
    const struct kx_event failed = {.kind = KX_FAILED, .error = {KX_PROCESS, error}};
    put(&failed);
}

static void launch(void *argument) {
    struct launch launch = *(struct launch *) argument;
    free(argument);
    int error = kx_keep(&keeper, launch.guest, launch.program, writing);
    if (error != 0) {
        put_failed(error);
    } else if (launch.pipe != KX_NONE) {
        kx_feed(launch.pipe, launch.input, launch.size);
        return;
    }
    close(launch.pipe);
}

void kx_launch(const struct kx_guest *guest, const struct kx_program *program, int pipe, const char *input, long size) {
    struct launch *argument = malloc(sizeof *argument);
    int error = ENOMEM;
    close(keeper.control);
    keeper = (struct kx_keeper){0, KX_NONE};
    launching = left = 1;
    told = 0;
    if (argument != NULL) {
        *argument = (struct launch){guest, program, pipe, input, size};
        error = kx_help(launch, argument);
    }
    if (error != 0) {
        free(argument);
        close(pipe);
        put_failed(error);
    }
}

int kx_kept_by(void) {
    return keeper.process;
}

int kx_may_be_left(void) {
    return left;
}

int kx_usage(struct kx_usage *usage) {
    struct pollfd answered = {keeper.control, POLLIN, 0};
    struct kx_usage now;
    if (told && left && send(keeper.control, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1 &&
            poll(&answered, 1, ANSWER) > 0 &&
            recv(keeper.control, &now, sizeof now, MSG_DONTWAIT) == (ssize_t) sizeof now) {
        used = now;
    }
    *usage = used;
    return told ? 0 : -1;
}

int kx_watch(int process) {
    close(watched_end);
    watched_process = process;
    watched_end = (int) syscall(SYS_pidfd_open, process, 0);
    return watched_end < 0 ? -1 : 0;
}

void kx_listen(int descriptor) {
    listened = descriptor;
}

static int take(struct kx_event *event) {
    while (read(reading, event, sizeof *event) == sizeof *event) {
        if (event->kind == KX_STARTED || event->kind == KX_FAILED) {
            launching = 0;
            running = event->process;
        } else if (event->kind == KX_CHILD) {
            running = 0;
            left = event->error.number;
            used = event->usage;
            told = 1;
        }
        if (event->kind != WAKE) {
            return 1;
        }
        woken = 0;
    }
    return 0;
}

static int reap(struct kx_event *event) {
    event->kind = KX_CHILD;
    event->process = launching ? 0 : waitpid(-1, &event->number, WNOHANG);
    return event->process > 0;
}

/* The keeper has ended, by itself after it failed, or because somebody has killed it. */
static int lose(struct kx_event *event) {
    close(keeper.control);
    /* its number may be another process's by now */
    keeper = (struct kx_keeper){0, KX_NONE};
    if (take(event)) {
        /* its last words */
        return 1;
    }
    *event = (struct kx_event){.kind = KX_LOST, .process = running};
    int lost = launching || running > 0;
    launching = running = 0;
    left = 1;
    return lost;
}

static int notice(const struct pollfd *files, int watched, struct kx_event *event) {
    if (files[0].revents != 0) {
        return 0;
    }
    if (files[1].revents != 0) {
        return lose(event);
    }
    if (files[2].revents != 0) {
        *event = (struct kx_event){.kind = KX_GONE, .process = watched_process};
        close(watched_end);
        watched_end = KX_NONE;
        return 1;
    }
    *event = (struct kx_event){.kind = KX_READABLE, .number = files[3].revents != 0 ? listened : watched};
    return files[3].revents != 0 || files[4].revents != 0;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

void kx_next(int millis, int watched, struct kx_event *event) {
    const long long end = millis > 0 ? now() + millis : 0;
    int wait = millis;
    while (!take(event) && !reap(event)) {
        struct pollfd files[] = {{reading, POLLIN, 0}, {keeper.control, POLLIN, 0}, {watched_end, POLLIN, 0},
                {listened, POLLIN, 0}, {watched, POLLIN, 0}};
        int ready = poll(files, sizeof files / sizeof *files, wait);
        if (ready > 0 && notice(files, watched, event)) {
            return;
        }
        if (millis >= 0) {
            wait = millis > 0 ? (int) (end - now()) : 0;
            if (ready <= 0 && wait <= 0) {
                *event = (struct kx_event){.kind = KX_TIME};
                return;
            }
            wait = wait < 0 ? 0 : wait;
        }
    }
}
