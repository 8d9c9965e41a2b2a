/* The last step of a child: it becomes the program. */
#define _GNU_SOURCE
#include "become.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_there(char *const *paths) {
    int there = *paths == NULL;
    for (; *paths != NULL && !there; paths++) {
        there = access(*paths, X_OK) == 0;
    }
    return there;
}

static char *last_name(char *path) {
    char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Whether it is a program in the form that Linux has them (elf(5)). */
static int is_elf(const char *path) {
    char magic[4] = {0};
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int is =
            file >= 0 && read(file, magic, sizeof magic) == sizeof magic && memcmp(magic, "\177ELF", sizeof magic) == 0;
    if (file >= 0) {
        close(file);
    }
    return is;
}

/* Room for a path of a script. */
#define LONGEST_NAME 48

/* Paths of the script. */
struct names {
    char for_children[LONGEST_NAME]; /* "/proc/PID/fd/N", as the program is told it */
    char own[LONGEST_NAME];          /* this process has it by this one, and no other */
    char numbered[LONGEST_NAME];     /* by which also this process's children can open it */
};

static char *append(char *end, const char *text) {
    size_t length = strlen(text);
    memcpy(end, text, length + 1);
    return end + length;
}

static char *append_number(char *end, unsigned long number) {
    char digits[24];
    char *first = digits + sizeof digits - 1;
    *first = 0;
    do {
        *--first = (char) ('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return append(end, first);
}

static void set_names(struct names *names, unsigned long script) {
    append_number(append(names->for_children, "/proc/PID/fd/"), script);
    append_number(append(names->own, "/proc/self/fd/"), script);
    char *end = append_number(append(names->numbered, "/proc/"), (unsigned long) syscall(SYS_getpid));
    append_number(append(end, "/fd/"), script);
}

static int is_script(const char *path, int script) {
    struct stat found, given;
    if (stat(path, &found) != 0 || fstat(script, &given) != 0) {
        return 0;
    }
    errno = ESTALE;
    return found.st_dev == given.st_dev && found.st_ino == given.st_ino;
}

int kx_finds_script(const struct kx_start *start) {
    int script = start->program->script_as, finds = 1;
    struct names names;
    if (start->program->script == KX_NONE) {
        return 1;
    }
    set_names(&names, (unsigned long) script);
    for (char *const *argument = start->arguments; *argument != NULL && finds; argument++) {
        finds = (strcmp(*argument, names.own) != 0 || is_script(names.own, script)) &&
                (strcmp(*argument, names.for_children) != 0 || is_script(names.numbered, script));
    }
    return finds;
}

/*
 * The argument that stands for the script becomes a path by which also this process's children can open it, with the
 * number that this process has in its own /proc. names: as long as the arguments are used
 */
static void name_script(const struct kx_start *start, struct names *names) {
    set_names(names, (unsigned long) start->program->script_as);
    for (char **argument = start->arguments; *argument != NULL; argument++) {
        if (strcmp(*argument, names->for_children) == 0) {
            *argument = names->numbered;
        }
    }
}

/*
 * As execvp(3): a file that is no program is taken for a script of sh's, but not a program of another processor.
 * Returns only if it fails.
 */
static void execute(const struct kx_start *start) {
    /* the arguments are in memory that the parent has too, but does not look at again */
    char *own_name = start->arguments[0];
    int denied = 0;
    if (!is_there(start->needed)) {
        errno = ENOENT;
        return;
    }
    for (char *const *path = start->paths; *path != NULL; path++) {
        start->arguments[0] = *own_name != 0 ? own_name : last_name(*path);
        execve(*path, start->arguments, start->environment);
        if (errno == ENOEXEC) {
            if (is_elf(*path)) {
                errno = ENOEXEC;
                return;
            }
            start->arguments[0] = *path;
            start->arguments[-1] = (char *) "/bin/sh";
            execve("/bin/sh", start->arguments - 1, start->environment);
        }
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) {
            return;
        }
        denied |= errno == EACCES;
    }
    errno = denied ? EACCES : ENOENT;
}

void kx_execute(const struct kx_start *start) {
    struct names names;
    if (start->program->script != KX_NONE) {
        name_script(start, &names);
    }
    execute(start);
}
