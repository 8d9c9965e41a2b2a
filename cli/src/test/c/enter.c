/*
 * Has src-native/c/enter.c start a shell in the namespace that this is in already, with the script `echo ran; exit 7`,
 * and prints how that ended.
 *
 *   enter PROGRAM...    the paths of the shell
 *
 * Linked with --wrap=clone and WITHOUT_VFORK defined it does so where vfork(2) is a plain fork, as it is with QEMU's
 * user emulation.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT_DESCRIPTOR 9

int k8s_exec_enter(int target, int namespaces, int folder, int script, int script_descriptor,
        const char *folder_in_guest, const char *directory, char *const *programs, char *const *arguments,
        char *const *environment);

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

int main(int count, char **programs) {
    static const char SCRIPT[] = "echo ran; exit 7";
    static char *arguments[] = {"sh", "/proc/self/fd/9", NULL};
    static char *environment[] = {NULL};
    (void) count;
    int script = memfd_create("script", MFD_CLOEXEC);
    int target = (int) syscall(SYS_pidfd_open, getpid(), 0);
    int folder = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (write(script, SCRIPT, sizeof SCRIPT - 1) != sizeof SCRIPT - 1 || target < 0 || folder < 0) {
        perror("enter");
        return 1;
    }
    int process = k8s_exec_enter(target, CLONE_NEWNS, folder, script, SCRIPT_DESCRIPTOR, "/tmp", "/tmp", programs + 1,
            arguments, environment);
    if (process < 0) {
        puts("not entered");
        return 0;
    }
    int status;
    waitpid(process, &status, 0);
    printf("entered, exit code %d\n", WEXITSTATUS(status));
    return 0;
}
