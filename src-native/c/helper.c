/* See helper.h for what it promises. */
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* More than kx_keep and a handler of a signal take; the C library's own choice may be megabytes, or too few. */
#define STACK (128 * 1024)

/* When a line is printed, and once more; milliseconds. */
#define FIRST 3000
#define NEXT 30000

/* Of a line: what a pipe takes in one piece (PIPE_BUF), with the time. */
#define LINE 1024

/* What both threads have in common. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static void (*next_work)(void *);
static void *work_argument;
static char waited[LINE];
static int waited_size;
static long long since, due;
/* Until when the helper sleeps if nobody wakes it. */
static long long asleep;

/* Of the main thread alone. */
static int made;

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* A pipe that nobody reads keeps nobody waiting: there is room for a line, or the line is lost. */
static void print(const char *line, int size) {
    struct pollfd room = {STDERR_FILENO, POLLOUT, 0};
    if (poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0 && write(STDERR_FILENO, line, (size_t) size) < 0) {
        return;
    }
}

/* With the mutex, which the main thread must not wait for. */
static void tell(void) {
    char line[LINE + 64];
    memcpy(line, waited, (size_t) waited_size);
    int size = waited_size + snprintf(line + waited_size, 64, " (since %lld s)\n", (now() - since) / 1000);
    due += NEXT;
    pthread_mutex_unlock(&mutex);
    print(line, size);
    pthread_mutex_lock(&mutex);
}

static void do_work(void) {
    void (*work)(void *) = next_work;
    void *argument = work_argument;
    next_work = NULL;
    pthread_mutex_unlock(&mutex);
    work(argument);
    pthread_mutex_lock(&mutex);
}

static void sleep_until(long long end) {
    const struct timespec time = {end / 1000, end % 1000 * 1000000};
    asleep = end;
    pthread_cond_timedwait(&changed, &mutex, &time);
    asleep = 0;
}

static void *help(void *unused) {
    /* a time that never comes: as long as nothing is waited for */
    const long long never = now() + 1000LL * 60 * 60 * 24 * 365;
    pthread_mutex_lock(&mutex);
    for (;;) {
        if (next_work != NULL) {
            do_work();
        } else if (waited_size > 0 && now() >= due) {
            tell();
        } else {
            sleep_until(waited_size > 0 ? due : never);
        }
    }
    return unused;
}

static int make(void) {
    pthread_condattr_t clock;
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &clock);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = pthread_create(&thread, &attributes, help, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    made = error == 0;
    return error;
}

int kx_help(void (*work)(void *), void *argument) {
    int error = made ? 0 : make();
    if (error == 0) {
        pthread_mutex_lock(&mutex);
        next_work = work;
        work_argument = argument;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&mutex);
    }
    return error;
}

void kx_waiting(const char *line, int size) {
    if (!made && (size == 0 || make() != 0)) {
        return;
    }
    pthread_mutex_lock(&mutex);
    waited_size = size < LINE ? size : LINE;
    memcpy(waited, line, (size_t) waited_size);
    since = now();
    due = since + FIRST;
    /* else it wakes in time by itself: a run that is quick wakes nobody */
    if (size > 0 && asleep > due) {
        pthread_cond_signal(&changed);
    }
    pthread_mutex_unlock(&mutex);
}
