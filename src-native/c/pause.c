/*
 * pause: the main process of a guest container whose image has none that keeps running. It waits, reaps what is
 * orphaned to it, and ends with 0 when the container is told to end. It may be PID 1, whose signals the kernel throws
 * away unless they are asked for (pid_namespaces(7)): it blocks them and takes them one at a time. No heap, no stdio:
 * it stays as small as a process can be.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char HELP[] = "Usage: pause\n"
                           "Waits until it gets SIGTERM or another stop signal, and reaps orphans: the main\n"
                           "process of a container whose image has none.\n"
                           "\n"
                           "Example, in a Pod:\n"
                           "  command: [\"/go/pause\"]\n";
static const char IGNORED[] = "pause: arguments are ignored: it only waits\n";

/*
 * What images name as their STOPSIGNAL, by which a container runtime ends them: TERM mostly, INT (postgres), QUIT
 * (nginx), WINCH (httpd), USR1 (haproxy), and 37, SIGRTMIN+3 as the runtimes count it (systemd). HUP is a terminal that
 * has gone.
 */
static const int STOP_SIGNALS[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGPWR, 37};

static void print(int fd, const char *text) {
    if (write(fd, text, strlen(text)) < 0) {
        /* nobody listens */
    }
}

static void reap(void) {
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

static void await_stop(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    for (size_t i = 0; i < sizeof STOP_SIGNALS / sizeof *STOP_SIGNALS; i++) {
        sigaddset(&signals, STOP_SIGNALS[i]);
    }
    sigprocmask(SIG_BLOCK, &signals, NULL);
    for (;;) {
        /* at first too: children of the program that this one replaced */
        reap();
        siginfo_t received;
        int signal = sigwaitinfo(&signals, &received);
        /* a terminal that changed its size also sends WINCH, but that comes from the kernel */
        int resized = signal == SIGWINCH && received.si_code > 0;
        if (signal > 0 && signal != SIGCHLD && !resized) {
            return;
        }
    }
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        print(STDOUT_FILENO, "pause " VERSION "\n");
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        print(STDOUT_FILENO, HELP);
        return 0;
    }
    if (argc > 1) {
        print(STDERR_FILENO, IGNORED);
    }
    /* started from a file without a name, it would be called after a file descriptor (execve(2)) */
    prctl(PR_SET_NAME, "pause");
    await_stop();
    return 0;
}
