/*
 * Starts a program in another container of the Pod, for PosixLauncher: between clone(2) and execve(2), where no Java
 * can run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct entry {
    int target, namespaces, folder, script, script_descriptor, progress;
    pid_t parent;
    const char *folder_in_guest, *directory;
    char *const *programs, *const *arguments, *const *environment;
};

/*
 * The child writes one byte before it becomes the program and another where that failed, to a pipe, which becoming the
 * program closes. Not by the memory that they share: where programs are emulated, vfork(2) can be a plain fork.
 */
static int tell(const struct entry *entry) {
    return write(entry->progress, "", 1) == 1;
}

static int has_started(int pipe) {
    char bytes[2];
    int count = 0;
    ssize_t got;
    while ((got = read(pipe, bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR)) {
        count += got > 0 ? (int) got : 0;
    }
    return count == 1;
}

static int is_shared(const struct entry *entry) {
    struct stat ours, theirs;
    return fstat(entry->folder, &ours) == 0 && stat(entry->folder_in_guest, &theirs) == 0 &&
           ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino && access(entry->folder_in_guest, W_OK) == 0;
}

static int set_files(const struct entry *entry) {
    /* O_NONBLOCK: does not wait where a named pipe has been put there */
    int input = open("/dev/null", O_RDONLY | O_NONBLOCK);
    if (input < 0 || fcntl(input, F_SETFL, 0) != 0 || dup2(input, 0) != 0) {
        return 0;
    }
    if (input != 0) {
        close(input);
    }
    return entry->script == entry->script_descriptor ? fcntl(entry->script, F_SETFD, 0) == 0
                                                     : dup2(entry->script, entry->script_descriptor) >= 0;
}

static void set_signals(void) {
    sigset_t none;
    for (int number = 1; number < NSIG; number++) {
        /* of those that cannot be set this fails, and they need not be */
        signal(number, SIG_DFL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The child's part. It shares its parent's memory, and its parent waits (CLONE_VFORK): all that it may change is its
 * own stack. */
static int enter(void *argument) {
    const struct entry *entry = argument;
    /* first, so that it can be ended while a file system keeps it waiting */
    set_signals();
    /* as long as it has no environment of its own, by which it could be found later */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && setns(entry->target, entry->namespaces) == 0 && is_shared(entry) &&
            chdir(entry->directory) == 0 && set_files(entry) && prctl(PR_SET_PDEATHSIG, 0) == 0 &&
            getppid() == entry->parent && tell(entry)) {
        for (char *const *program = entry->programs; *program != NULL; program++) {
            execve(*program, entry->arguments, entry->environment);
            if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) {
                break;
            }
        }
        tell(entry);
    }
    _exit(127);
}

/*
 * target:            a process of the guest, as a pidfd (pidfd_open(2))
 * namespaces:        those of its that are entered, as setns(2) takes them
 * folder:            a directory of the shared volume, open; the guest must see the same one as folder_in_guest, and
 * may write there script:            what the program gets as script_descriptor directory:         where the program
 * starts programs:          paths, of which the first is taken that can be executed environment:       the program's;
 * its standard input is empty, its signals are as they are by default
 *
 * Returns the process, or -1 where it has not become the program, whatever ended it: then all is as if nothing had been
 * tried.
 */
int k8s_exec_enter(int target, int namespaces, int folder, int script, int script_descriptor,
        const char *folder_in_guest, const char *directory, char *const *programs, char *const *arguments,
        char *const *environment) {
    _Alignas(16) char stack[16 * 1024];
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC) != 0) {
        return -1;
    }
    /* above what the child closes to have the script there */
    int progress = fcntl(pipe[1], F_DUPFD_CLOEXEC, script_descriptor + 1);
    close(pipe[1]);
    struct entry entry = {target, namespaces, folder, script, script_descriptor, progress, getpid(), folder_in_guest,
            directory, programs, arguments, environment};
    sigset_t all, before;
    sigfillset(&all);
    /* no handler of the parent's may run in the child */
    sigprocmask(SIG_BLOCK, &all, &before);
    int process = clone(enter, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &entry);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(progress);
    int started = has_started(pipe[0]);
    close(pipe[0]);
    if (process > 0 && !started) {
        while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {
            /* once more */
        }
        return -1;
    }
    return process;
}
