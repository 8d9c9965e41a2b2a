/* See pause.h for what it promises. */
#define _GNU_SOURCE
#include "pause.h"

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/*
 * What images name as their STOPSIGNAL, by which a container runtime ends them: TERM mostly, INT (postgres), QUIT
 * (nginx), WINCH (httpd), USR1 (haproxy), and 37, SIGRTMIN+3 as the runtimes count it (systemd). HUP is a terminal that
 * has gone.
 */
static const int STOP_SIGNALS[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGPWR, 37};
#define COUNT (sizeof STOP_SIGNALS / sizeof *STOP_SIGNALS)

int pause_is_stop(int signal, int code) {
    for (unsigned i = 0; i < COUNT; i++) {
        if (signal == STOP_SIGNALS[i]) {
            /* a terminal that changed its size also sends WINCH, but that comes from the kernel */
            return signal != SIGWINCH || code <= 0;
        }
    }
    return 0;
}

static void reap(void) {
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

void pause_wait(void) {
    siginfo_t received = {0};
    sigset_t signals;
    /* started from a file without a name, it would be called after a file descriptor (execve(2)) */
    prctl(PR_SET_NAME, "pause");
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    for (unsigned i = 0; i < COUNT; i++) {
        sigaddset(&signals, STOP_SIGNALS[i]);
    }
    sigprocmask(SIG_BLOCK, &signals, NULL);
    do {
        /* at first too: children of the program that this one replaced */
        reap();
    } while (sigwaitinfo(&signals, &received) < 0 || !pause_is_stop(received.si_signo, received.si_code));
}
