/* See events.h for what it promises. */
#define _GNU_SOURCE
#include "events.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* More than kx_start and a handler of a signal take; the C library's own choice may be megabytes, or too few. */
#define STACK (128 * 1024)

/* What goes through the pipe besides events: a child may have ended. */
#define WAKE (-1)

/* The ends of the queue: a pipe, to which handlers of signals may write (signal-safety(7)), as to few other things. */
static int reading = KX_NONE, writing = KX_NONE;
/* Whether there is a WAKE in the pipe: one is enough for any number of children. */
static volatile sig_atomic_t woken;
/* Whether KX_STARTED or KX_FAILED is to come: of the thread that waits alone. */
static int launching;

static void put(const struct kx_event *event) {
    ssize_t written;
    do {
        written = write(writing, event, sizeof *event);
    } while (written < 0 && errno == EINTR);
}

static void handle(int number, siginfo_t *info, void *context) {
    (void) context;
    int error = errno;
    if (number != SIGCHLD) {
        /* positive: the kernel's own doing (sigaction(2)) */
        const struct kx_event event = {KX_SIGNAL, info->si_code > 0 ? 0 : info->si_pid, number, {0, 0}};
        put(&event);
    } else if (!woken) {
        const struct kx_event event = {.kind = WAKE};
        woken = 1;
        put(&event);
    }
    errno = error;
}

int kx_catch(const int *signals, int count) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return -1;
    }
    reading = ends[0];
    writing = ends[1];
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP};
    sigfillset(&action.sa_mask);
    sigaction(SIGCHLD, &action, NULL);
    for (int i = 0; i < count; i++) {
        sigaction(signals[i], &action, NULL);
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

static void *launch(void *argument) {
    struct launch launch = *(struct launch *) argument;
    free(argument);
    struct kx_event event = {.kind = KX_STARTED};
    event.process = kx_start_in(launch.guest, launch.program, &event.error);
    if (event.process < 0) {
        event.kind = KX_FAILED;
    }
    put(&event);
    if (event.kind == KX_STARTED && launch.pipe != KX_NONE) {
        kx_feed(launch.pipe, launch.input, launch.size);
    } else {
        close(launch.pipe);
    }
    return NULL;
}

static int begin(struct launch *argument) {
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = pthread_create(&thread, &attributes, launch, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

void kx_launch(const struct kx_guest *guest, const struct kx_program *program, int pipe, const char *input, long size) {
    struct launch *argument = malloc(sizeof *argument);
    int error = ENOMEM;
    launching = 1;
    if (argument != NULL) {
        *argument = (struct launch){guest, program, pipe, input, size};
        error = begin(argument);
    }
    if (error != 0) {
        const struct kx_event failed = {.kind = KX_FAILED, .error = {KX_PROCESS, error}};
        free(argument);
        close(pipe);
        put(&failed);
    }
}

static int take(struct kx_event *event) {
    while (read(reading, event, sizeof *event) == sizeof *event) {
        launching &= event->kind != KX_STARTED && event->kind != KX_FAILED;
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

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

void kx_next(int millis, int watched, struct kx_event *event) {
    const long long end = millis > 0 ? now() + millis : 0;
    int left = millis;
    struct pollfd files[] = {{reading, POLLIN, 0}, {watched, POLLIN, 0}};
    while (!take(event) && !reap(event)) {
        int ready = poll(files, 2, left);
        if (ready > 0 && files[1].revents != 0 && files[0].revents == 0) {
            *event = (struct kx_event){.kind = KX_READABLE, .number = watched};
            return;
        }
        if (millis >= 0) {
            left = millis > 0 ? (int) (end - now()) : 0;
            if (ready <= 0 && left <= 0) {
                *event = (struct kx_event){.kind = KX_TIME};
                return;
            }
            left = left < 0 ? 0 : left;
        }
    }
}
