/* What happens in a child on its way to be a program. */
#define _GNU_SOURCE
#include "become.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in the kernel's headers; the C library's may be older. */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif

/* What is closed one by one if the kernel has no close_range(2): descriptors below this number. */
#define CLOSED_SINGLY 65536

/* ---- the strings */

/* How many there are, or -1 if the last is not NUL-ended. */
static long count(const char *strings, long size) {
    long number = 0;
    for (const char *end = strings + size; strings < end; number++) {
        const char *nul = memchr(strings, 0, (size_t) (end - strings));
        if (nul == NULL) {
            return -1;
        }
        strings = nul + 1;
    }
    return number;
}

/* Points to so many of them, and to none after that. Returns the string behind the last. */
static const char *point(char **pointers, const char *strings, long number) {
    for (long i = 0; i < number; i++) {
        pointers[i] = (char *) strings;
        strings += strlen(strings) + 1;
    }
    pointers[number] = NULL;
    return strings;
}

size_t kx_room(const struct kx_program *program) {
    long words = count(program->words, program->words_size);
    long variables = count(program->environment, program->environment_size);
    /* four final NULLs, and the place before the arguments */
    return words < 0 || variables < 0 ? 1 : (size_t) (words + variables + 5) * sizeof(char *);
}

char **kx_point(struct kx_start *start) {
    const struct kx_program *program = start->program;
    long words = count(program->words, program->words_size);
    long variables = count(program->environment, program->environment_size);
    long arguments = words - program->paths - program->needed;
    if (program->paths < 1 || program->needed < 0 || arguments < 1 || variables < 0) {
        errno = EINVAL;
        return NULL;
    }
    char **pointers = program->room == NULL ? malloc(kx_room(program)) : program->room;
    if (pointers != NULL) {
        start->paths = pointers;
        start->needed = start->paths + program->paths + 1;
        start->arguments = start->needed + program->needed + 2;
        start->environment = start->arguments + arguments + 1;
        const char *string = point(start->paths, program->words, program->paths);
        string = point(start->needed, string, program->needed);
        point(start->arguments, string, arguments);
        point(start->environment, program->environment, variables);
    }
    return pointers;
}

/* ---- the child: it may share its parent's memory, which waits; all that it may change is its own stack */

void kx_reset_signals(void) {
    sigset_t none;
    for (int number = 1; number < NSIG; number++) {
        /* of those that cannot be set this fails, and they need not be */
        signal(number, SIG_DFL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int end_with_parent(void) {
    return prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/*
 * By the system calls themselves: the C library's functions would change the parent's threads too, whose memory this
 * is. A user other than root loses all capabilities with it (capabilities(7)).
 */
static int change_user(const struct kx_program *program) {
    unsigned uid = (unsigned) program->uid;
    unsigned gid = (unsigned) program->gid;
    return syscall(SYS_setgroups, (long) program->group_count, program->groups) == 0 &&
                           syscall(SYS_setresgid, gid, gid, gid) == 0 && syscall(SYS_setresuid, uid, uid, uid) == 0
                   ? 0
                   : -1;
}

static int is_place(const struct kx_place *place, const char *path) {
    struct stat found;
    if (place->device == 0 && place->inode == 0) {
        return 0;
    }
    if (stat(path, &found) != 0) {
        return -1;
    }
    if (found.st_dev == place->device && found.st_ino == place->inode) {
        return 0;
    }
    errno = ESTALE;
    return -1;
}

static int find_volume(const struct kx_program *program) {
    const struct kx_place *volume = &program->volume;
    if (volume->path == NULL) {
        return 0;
    }
    if (is_place(volume, volume->path) != 0) {
        return -1;
    }
    /* whoever may not write there may still run */
    return access(volume->path, W_OK) != 0 && errno != EACCES ? -1 : 0;
}

static int change_directory(const struct kx_program *program) {
    const struct kx_place *directory = &program->directory;
    return directory->path == NULL || (chdir(directory->path) == 0 && is_place(directory, ".") == 0) ? 0 : -1;
}

static void close_all_on_exec(void) {
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        long most = sysconf(_SC_OPEN_MAX);
        for (int fd = 3; fd < (most < 0 || most > CLOSED_SINGLY ? CLOSED_SINGLY : most); fd++) {
            fcntl(fd, F_SETFD, FD_CLOEXEC);
        }
    }
}

int kx_lowest(const struct kx_program *program) {
    int more = 3 + program->more_count;
    return program->script_as >= more ? program->script_as + 1 : more;
}

/* A descriptor of the caller, and its number for the program. */
struct file {
    int given, number;
};

/* input: what is empty, or the program's own */
static int set_files(const struct kx_program *program, int input) {
    struct file files[4 + KX_MORE] = {
            {input, 0}, {program->output, 1}, {program->error, 2}, {program->script, program->script_as}};
    int count = 4;
    for (int i = 0; i < program->more_count && i < KX_MORE; i++) {
        files[count++] = (struct file){program->more[i], 3 + i};
    }
    close_all_on_exec();
    /* out of the way first: one may have another's number */
    for (struct file *file = files; file < files + count; file++) {
        if (file->given != KX_NONE && file->given != file->number) {
            file->given = fcntl(file->given, F_DUPFD_CLOEXEC, kx_lowest(program));
            if (file->given < 0) {
                return -1;
            }
        }
    }
    for (struct file *file = files; file < files + count; file++) {
        if (file->given != KX_NONE &&
                (file->given == file->number ? fcntl(file->given, F_SETFD, 0) : dup2(file->given, file->number)) < 0) {
            return -1;
        }
    }
    return 0;
}

int kx_tell(const struct kx_start *start, int stage, int number) {
    struct kx_error told = {stage, number};
    return start->progress == KX_NONE || write(start->progress, &told, sizeof told) == sizeof told;
}

int kx_become_program(const struct kx_start *start) {
    const struct kx_program *program = start->program;
    int alone = start->progress == KX_NONE;
    if (!alone && end_with_parent() != 0) {
        return KX_PROCESS;
    }
    /* the caller's: the guest may have put anything there */
    int input = program->input == KX_NONE ? open("/dev/null", O_RDONLY | O_CLOEXEC) : program->input;
    if (input < 0) {
        return KX_FILES;
    }
    if (start->way != NULL && start->way->enter(start->way->guest) != 0) {
        return KX_ENTER;
    }
    if (program->session && setsid() < 0) {
        return KX_PROCESS;
    }
    if (program->uid != KX_NONE && change_user(program) != 0) {
        return KX_USER;
    }
    /* once more: another user, also by a user namespace, takes it back */
    if (!alone && end_with_parent() != 0) {
        return KX_PROCESS;
    }
    if (find_volume(program) != 0) {
        return KX_VOLUME;
    }
    if (change_directory(program) != 0) {
        return KX_DIRECTORY;
    }
    if (set_files(program, input) != 0) {
        return KX_FILES;
    }
    if (!kx_finds_script(start)) {
        return KX_SCRIPT;
    }
    /* as long as it has no environment of its own, by which it could be found later, it ends with its parent; if
     * that has ended just now, nobody reads the pipe, and SIGPIPE ends this */
    if (!alone && ((!program->bound && prctl(PR_SET_PDEATHSIG, 0) != 0) || !kx_tell(start, KX_DONE, 0))) {
        return KX_PROCESS;
    }
    kx_execute(start);
    return KX_PROGRAM;
}
