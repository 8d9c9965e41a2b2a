/*
 * GraalVM's start-up code raises the soft limit of open files to the hard limit, before main and with no option against
 * it. A script would inherit that, and there are programs that go through all file
 * descriptors up to the limit: a script has the agent's limits. So the call does nothing here. Nothing else in this
 * executable sets a limit.
 */
#define _GNU_SOURCE
#include "begin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

/*
 * In the place of what the JDK's network library asks the kernel when it is loaded, by three sockets: no Java here
 * uses the network.
 */
int __wrap_IPv4_supported(void);
int __wrap_IPv6_supported(void);
int __wrap_reuseport_supported(int is_ipv6);

int __wrap_IPv4_supported(void) {
    return 0;
}

int __wrap_IPv6_supported(void) {
    return 0;
}

int __wrap_reuseport_supported(int is_ipv6) {
    (void) is_ipv6;
    return 0;
}

/*
 * Before main: else what is opened first gets the number of a standard stream that was closed, and what a script prints
 * goes there.
 */
__attribute__((constructor)) static void replace_closed_streams(void) {
    int file;
    do {
        file = open("/dev/null", O_RDWR);
    } while (file >= 0 && file <= 2);
    close(file);
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

/* So much of the command line is looked through. */
#define LONGEST_COMMAND 65536

/* What follows "--result" in the command line of "k8s-exec run", or NULL. words: room for it. */
static const char *result_file(char *words) {
    static const char option[] = "--result";
    const size_t length = sizeof option - 1;
    int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? 0 : read(file, words, LONGEST_COMMAND - 1);
    close(file);
    const char *path = NULL, *end = words + (size < 0 ? 0 : size), *word = words + strlen(words) + 1;
    if (word < end && strcmp(word, "run") == 0) {
        while ((word += strlen(word) + 1) < end) {
            if (strncmp(word, option, length) == 0 && word[length] == '=') {
                path = word + length + 1;
            } else if (strcmp(word, option) == 0) {
                path = word + length + 1;
            }
        }
    }
    return path == NULL || path >= end ? NULL : path;
}

/* As outcome/ResultFile does it: a regular file, never through a symbolic link, and nothing that waits. */
static int write_result(const char *path, const char *result) {
    struct stat found;
    ssize_t size = (ssize_t) strlen(result);
    int file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    int is_written = file >= 0 && fstat(file, &found) == 0 && S_ISREG(found.st_mode) && ftruncate(file, 0) == 0 &&
                     write(file, result, (size_t) size) == size;
    close(file);
    return is_written;
}

#define MESSAGE                                                                                                        \
    "k8s-exec itself cannot start, because memory or a thread is refused, so nothing was run; look at the agent "      \
    "container's limits of processes and memory, and at ulimit -v"

/* Whoever asked for a result finds the error there alone. */
static void tell(void) {
    static const char line[] = "k8s-exec: error [AGENT_LIMIT]: " MESSAGE "\n";
    static const char result[] = "{\"outcome\":\"error\",\"exitCode\":125,\"signal\":null,\"error\":\"AGENT_LIMIT\","
                                 "\"message\":\"" MESSAGE "\",\"reason\":null,\"enter\":null,\"durationMillis\":0,"
                                 "\"scriptMillis\":null,\"cpuUserMillis\":null,\"cpuSystemMillis\":null,"
                                 "\"largestProcessBytes\":null,\"memoryLimitBytes\":null,"
                                 "\"memoryPeakBytes\":null}\n";
    static char words[LONGEST_COMMAND];
    const char *path = result_file(words);
    if ((path == NULL || !write_result(path, result)) && write(2, line, sizeof line - 1) < 0) {
        /* nobody reads it */
        errno = 0;
    }
}

void __real_exit(int code) __attribute__((noreturn));
void __wrap_exit(int code) __attribute__((noreturn));

/* In the place of exit(3), by the linker's option --wrap: GraalVM's start-up code ends with 1 or 33 if memory or a
 * thread is refused, which would be taken for a script's own exit code. */
void __wrap_exit(int code) {
    if (!begun && code != 0) {
        code = EXIT_CODE;
        tell();
    }
    __real_exit(code);
}
