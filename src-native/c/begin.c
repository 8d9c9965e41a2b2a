/*
 * GraalVM's start-up code raises the soft limit of open files to the hard limit, before main and with no option against
 * it. A script would inherit that, and there are programs that go through all file
 * descriptors up to the limit: a script has the agent's limits. So the call does nothing here. Nothing else in this
 * executable sets a limit.
 */
#define _GNU_SOURCE
#include "begin.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/* As ErrorId has it. */
#define EXIT_CODE 125

int __wrap_setrlimit(int resource, const struct rlimit *limit);

/* In the place of setrlimit(2), by the linker's option --wrap. */
int __wrap_setrlimit(int resource, const struct rlimit *limit) {
    (void) resource;
    (void) limit;
    return 0;
}

/* ---- a virtual machine that cannot start */

static int begun;

static void ignore(int number) {
    (void) number;
}

void kx_begin(void) {
    struct sigaction before;
    char directory[PATH_MAX];
    begun = 1;
    if (getcwd(directory, sizeof directory) == NULL && errno == ENOENT && chdir("/proc") != 0) {
        /* then the first file that is opened fails, and is named */
        errno = 0;
    }
    /* not SIG_IGN, which a program would keep */
    if (sigaction(SIGXFSZ, NULL, &before) == 0 && before.sa_handler == SIG_DFL) {
        signal(SIGXFSZ, ignore);
    }
}

void __real_exit(int code) __attribute__((noreturn));
void __wrap_exit(int code) __attribute__((noreturn));

/* In the place of exit(3), by the linker's option --wrap: GraalVM's start-up code ends with 1 or 33 if memory or a
 * thread is refused, which would be taken for a script's own exit code. */
void __wrap_exit(int code) {
    static const char line[] =
            "k8s-exec: error [AGENT_LIMIT]: k8s-exec itself cannot start, because memory or a thread is refused, so "
            "nothing was run; look at the agent container's limits of processes and memory, and at ulimit -v\n";
    if (!begun && code != 0) {
        code = EXIT_CODE;
        if (write(2, line, sizeof line - 1) < 0) {
            /* nobody reads it */
        }
    }
    __real_exit(code);
}
