/*
 * See install.h for what it promises. Whoever else may write to the volume, the guest of an earlier life of the Pod
 * among them, cannot lead it elsewhere: no symbolic link is followed, neither on the way to the directory nor in it.
 */
#define _GNU_SOURCE
#include "install.h"

#include "chance.h"
#include "format.h"
#include "text.h"
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAILED 125
#define SELF "/proc/self/exe"
/* Of a file that has not got its name yet; k8s-exec's are called so, too. */
#define UNFINISHED ".k8s-exec-install-"
/* Longer than it takes to write a program: what is older was left by an installation that was killed. Seconds. */
#define ABANDONED 600

static int open_directory(const char *path) {
    char walked[PATH_MAX] = "/";
    int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (path[0] != '/' || strlen(path) >= sizeof walked - 1) {
        say("install: %s is no absolute path", path);
        return -1;
    }
    for (const char *at = path + strspn(path, "/"); *at != 0;) {
        char name[PATH_MAX];
        size_t length = strcspn(at, "/");
        format(name, length + 1, "%s", at);
        strncat(strcat(walked, walked[1] == 0 ? "" : "/"), at, length);
        int inner = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner < 0) {
            int number = errno;
            struct stat found;
            int link = fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(found.st_mode);
            errno = number;
            say("install: %s %s%s%s; mount the volume there, and name its own path", walked,
                    link ? "is a symbolic link" : "cannot be opened as a directory (", link ? "" : reason(),
                    link ? "" : ")");
        }
        close(directory);
        directory = inner;
        if (inner < 0) {
            return -1;
        }
        at += length;
        at += strspn(at, "/");
    }
    return directory;
}

static int processor_of(int file) {
    Elf64_Ehdr header;
    return pread(file, &header, sizeof header, 0) == sizeof header && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0
                   ? header.e_machine
                   : EM_NONE;
}

static int copy(int from, int to) {
    struct stat file;
    off_t at = 0;
    if (fstat(from, &file) != 0) {
        return -1;
    }
    while (at < file.st_size) {
        ssize_t sent = sendfile(to, from, &at, (size_t) (file.st_size - at));
        if (sent < 0 ? errno != EINTR : sent == 0) {
            return -1;
        }
    }
    /* whatever the umask is */
    return fchmod(to, 0555) == 0 && fsync(to) == 0 ? 0 : -1;
}

/* Whoever starts that name meanwhile gets the old one or the new one, each whole. */
static int put(int directory, const char *path, const char *name, int program) {
    char unfinished[40];
    format(unfinished, sizeof unfinished, UNFINISHED "%016llx", random_number());
    int file = openat(directory, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file >= 0 && copy(program, file) == 0 && close(file) == 0 &&
            renameat(directory, unfinished, directory, name) == 0) {
        char line[PATH_MAX];
        fsync(directory);
        format(line, sizeof line, "installed %s/%s\n", path, name);
        print(line);
        return 0;
    }
    say("install: %s/%s cannot be written (%s); give this user a writable volume with room for it, and no directory of "
        "that name",
            path, name, reason());
    if (file >= 0) {
        unlinkat(directory, unfinished, 0);
    }
    return -1;
}

/* What lies beside this program, or this program itself. */
static int open_program(const char *name) {
    char path[PATH_MAX];
    ssize_t length = readlink(SELF, path, sizeof path - 64);
    path[length < 0 ? 0 : length] = 0;
    char *end = strrchr(path, '/');
    if (end != NULL) {
        strcpy(end + 1, name);
        int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (file >= 0) {
            return file;
        }
    }
    return strcmp(name, "k8s-exec") == 0 ? -1 : open(SELF, O_RDONLY | O_CLOEXEC);
}

/* Executed once: a volume that is mounted with noexec shows only then. */
static int runs(const char *path) {
    char program[PATH_MAX];
    int status = 0;
    format(program, sizeof program, "%s/relay", path);
    pid_t process = fork();
    if (process == 0) {
        close(STDOUT_FILENO);
        execl(program, "relay", "--version", (char *) NULL);
        _exit(errno == EACCES ? FAILED : errno == ENOEXEC ? FAILED + 1 : 0);
    }
    while (process > 0 && waitpid(process, &status, 0) < 0 && errno == EINTR) {
        /* once more */
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (code == FAILED) {
        say("install: nothing can be started from %s: it is mounted with noexec; use a volume without that option",
                path);
    } else if (code == FAILED + 1) {
        say("install: %s/relay is a program for another processor; use the image for this node's", path);
    }
    return code == 0;
}

static void remove_abandoned(int directory) {
    int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = again < 0 ? NULL : fdopendir(again);
    for (const struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        struct stat file;
        if (strncmp(entry->d_name, UNFINISHED, sizeof UNFINISHED - 1) == 0 &&
                fstatat(directory, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
                file.st_mtime + ABANDONED < time(NULL)) {
            unlinkat(directory, entry->d_name, 0);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
}

int install(const char *path) {
    static const char *const NAMES[] = {"relay", "pause", "k8s-exec"};
    int directory = open_directory(path);
    int self = open(SELF, O_RDONLY | O_CLOEXEC);
    if (directory < 0) {
        return FAILED;
    }
    remove_abandoned(directory);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        int program = open_program(NAMES[i]);
        if (program < 0) {
            continue;
        }
        if (processor_of(program) != processor_of(self)) {
            say("install: the %s beside this program is for another processor; use the image for this node's",
                    NAMES[i]);
            return FAILED;
        }
        if (put(directory, path, NAMES[i], program) != 0) {
            return FAILED;
        }
        close(program);
    }
    return runs(path) ? 0 : FAILED;
}
