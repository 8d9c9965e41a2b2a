/*
 * Calls what src-native/c/process.h promises, and prints what came of it.
 *
 *   process start PROGRAM...     starts the first of these paths that is there, in the namespace that this is in
 *                                already, with a script that says what it has open, and ends with 7
 *   process start-as UID PROGRAM the same as another user, by whoever can be told to give up, and says whether others
 *                                may still look into this process
 *   process lose PROGRAM         starts it by a keeper, kills that, and says what is known of it then
 *   process usage SCRIPT PROGRAM is 64 MiB large, and says what the script's largest process had, at the script's end
 *                                and, if it has left something, once that is known
 *   process feed                 feeds 200 kB to a child that has closed its end
 *   process file                 makes a file, and tries to change it
 *   process open-as FILE UID     opens it as that user, and says whether this is still the process that it was
 *
 * Linked with --wrap=clone and WITHOUT_VFORK defined it starts where vfork(2) is a plain fork, as it is with QEMU's
 * user emulation; with --wrap=memfd_create,--wrap=syscall and REFUSED defined, if the kernel refuses these with that
 * errno.
 */
#define _GNU_SOURCE
#include "../../../../src-native/c/events.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT_DESCRIPTOR 9

#ifdef WITHOUT_VFORK
int __wrap_clone(int (*function)(void *), void *stack, int flags, void *argument);

int __wrap_clone(int (*function)(void *), void *stack, int flags, void *argument) {
    (void) stack;
    (void) flags;
    int process = fork();
    if (process == 0) {
        _exit(function(argument));
    }
    return process;
}
#endif

#ifdef REFUSED
int __wrap_memfd_create(const char *name, unsigned flags);
long __wrap_syscall(long number, ...);

int __wrap_memfd_create(const char *name, unsigned flags) {
    (void) name;
    (void) flags;
    errno = REFUSED;
    return -1;
}

long __wrap_syscall(long number, ...) {
    (void) number;
    errno = REFUSED;
    return -1;
}
#endif

static struct kx_guest guest = {.root = KX_NONE, .count = 1, .kinds = {CLONE_NEWNS}};
static struct kx_program program = {.environment = "A=1", .environment_size = 4};

static int prepare(const char *script, char **paths, int count) {
    static char words[4096];
    program.words = words;
    program.paths = count;
    for (int i = 0; i <= count + 1; i++) {
        const char *word = i < count ? paths[i] : i == count ? "sh" : "/proc/self/fd/9";
        strcpy(words + program.words_size, word);
        program.words_size += (long) strlen(word) + 1;
    }
    guest.files[0] = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    program.input = program.output = program.error = program.uid = KX_NONE;
    program.script = kx_file(script, (long) strlen(script));
    program.script_as = SCRIPT_DESCRIPTOR;
    program.volume.path = program.directory.path = "/tmp";
    if (guest.files[0] < 0 || program.script < 0 || kx_identify("/tmp", &program.volume) != 0) {
        perror("process");
        return -1;
    }
    return 0;
}

static int start(char **paths, int count) {
    if (prepare("for d in 3 4 5 6 7 8; do [ ! -e /proc/self/fd/$d ] || echo $d is open; done; echo ran; exit 7", paths,
                count) != 0) {
        return 1;
    }
    /* what a careless caller leaves open */
    open("/dev/null", O_RDONLY);
    struct kx_error error = {0, 0};
    int process = kx_start_in(&guest, &program, &error);
    if (process < 0) {
        printf("%s: %s\n", error.stage == KX_PROGRAM ? "KX_PROGRAM" : "another stage", strerror(error.number));
        return 0;
    }
    int status = 0;
    kx_wait(process, &status);
    printf("started, exit code %d, children left: %d\n", WEXITSTATUS(status), kx_has_children());
    return 0;
}

static int start_as(int uid, char **paths, int count) {
    int ends[2];
    struct kx_error error = {0, 0};
    if (prepare("id -u", paths, count) != 0 || pipe2(ends, O_CLOEXEC) != 0) {
        return 1;
    }
    program.uid = program.gid = uid;
    program.lifeline = ends[0];
    int process = kx_start_in(&guest, &program, &error), status = 0;
    kx_wait(process, &status);
    printf("%s, %s\n", process > 0 ? "started" : strerror(error.number),
            prctl(PR_GET_DUMPABLE) == 1 ? "dumpable" : "not");
    return 0;
}

static int lose(char **paths, int count) {
    struct kx_event event = {.kind = KX_TIME};
    if (prepare("exec sleep 1", paths, count) != 0 || kx_catch(NULL, 0) != 0) {
        return 1;
    }
    kx_launch(&guest, &program, KX_NONE, NULL, 0);
    while (event.kind != KX_STARTED && event.kind != KX_FAILED) {
        kx_next(-1, KX_NONE, &event);
    }
    printf("%s, ", kx_kept_by() > 0 && kill(kx_kept_by(), SIGKILL) == 0 ? "killed" : strerror(event.error.number));
    while (event.kind != KX_LOST && event.kind != KX_CHILD) {
        kx_next(-1, KX_NONE, &event);
    }
    printf("%s, kept by %d\n", event.kind == KX_LOST ? "lost" : "ended", kx_kept_by());
    return 0;
}

static const char *largest(void) {
    static char text[32];
    struct kx_usage usage;
    if (kx_usage(&usage) != 0 || usage.user_micros < 0 || usage.system_micros < 0 ||
            usage.user_micros + usage.system_micros == 0) {
        return "nothing";
    }
    snprintf(text, sizeof text, "%lld MB", usage.largest / 1000000);
    return usage.largest == KX_NONE ? "an unknown size" : text;
}

static int usage(const char *script, char **paths, int count) {
    static char own[64 << 20];
    struct kx_event event = {.kind = KX_TIME};
    memset(own, 1, sizeof own);
    if (prepare(script, paths, count) != 0 || kx_catch(NULL, 0) != 0) {
        return 1;
    }
    kx_launch(&guest, &program, KX_NONE, NULL, 0);
    while (event.kind != KX_CHILD && event.kind != KX_FAILED) {
        kx_next(-1, KX_NONE, &event);
    }
    const char *text = largest();
    printf("%s", text);
    for (int tries = 0; kx_may_be_left() && strcmp(text, "an unknown size") == 0 && tries < 2000; tries++) {
        usleep(10000);
        text = largest();
    }
    printf(", %s\n", text);
    return 0;
}

static int feed(void) {
    int ends[2];
    static char bytes[200000];
    signal(SIGPIPE, SIG_DFL);
    if (pipe(ends) != 0 || close(ends[0]) != 0) {
        return 1;
    }
    printf("%s, ", strerror(kx_feed(ends[1], bytes, sizeof bytes)));
    sigset_t pending;
    sigpending(&pending);
    printf("%sSIGPIPE\n", sigismember(&pending, SIGPIPE) ? "a pending " : "no ");
    return 0;
}

static int file(void) {
    char name[32], content[16] = "";
    int file = kx_file("content", 7);
    printf("holds %s", read(file, content, sizeof content) == 7 ? content : "nothing");
    printf(", writing: %s", write(file, "x", 1) < 0 ? strerror(errno) : "possible");
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    printf(", another user %s\n", seteuid(1000) == 0 && open(name, O_RDONLY) >= 0 ? "reads" : "cannot read");
    return 0;
}

static int open_as(const char *path, int uid) {
    char line[256], before[256] = "", after[256] = "";
    for (int round = 0; round < 2; round++) {
        FILE *status = fopen("/proc/thread-self/status", "r");
        while (status != NULL && fgets(line, sizeof line, status) != NULL) {
            if (strncmp(line, "Uid:", 4) == 0 || strncmp(line, "Gid:", 4) == 0 || strncmp(line, "CapEff:", 7) == 0) {
                strcat(round == 0 ? before : after, line);
            }
        }
        if (status != NULL) {
            fclose(status);
        }
        if (round == 0) {
            printf("%s, ", kx_open_as(path, uid, uid) >= 0 ? "opened" : strerror(errno));
        }
    }
    printf("%s, %s\n", strcmp(before, after) == 0 ? "the same" : "another",
            prctl(PR_GET_DUMPABLE) ? "dumpable" : "not");
    return 0;
}

int main(int count, char **arguments) {
    if (count > 2 && strcmp(arguments[1], "start") == 0) {
        return start(arguments + 2, count - 2);
    }
    if (count > 3 && strcmp(arguments[1], "start-as") == 0) {
        return start_as(atoi(arguments[2]), arguments + 3, count - 3);
    }
    if (count > 2 && strcmp(arguments[1], "lose") == 0) {
        return lose(arguments + 2, count - 2);
    }
    if (count > 3 && strcmp(arguments[1], "usage") == 0) {
        return usage(arguments[2], arguments + 3, count - 3);
    }
    if (count == 2 && strcmp(arguments[1], "feed") == 0) {
        return feed();
    }
    if (count == 4 && strcmp(arguments[1], "open-as") == 0) {
        return open_as(arguments[2], atoi(arguments[3]));
    }
    return count == 2 && strcmp(arguments[1], "file") == 0 ? file() : 2;
}
