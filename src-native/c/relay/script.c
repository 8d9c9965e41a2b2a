/* See script.h for what it promises. */
#define _GNU_SOURCE
#include "script.h"

#include "chance.h"
#include "format.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST "/tmp"
#define PREFIX "k8s-exec-relay-"
/* What is deeper in a folder of a script's was made to be in the way, and stays. */
#define DEEPEST 32

static int is_own_folder(int folder, const char *path) {
    struct stat held, found;
    return fstat(folder, &held) == 0 && held.st_uid == geteuid() && (held.st_mode & 0777) == 0700 &&
           lstat(path, &found) == 0 && found.st_dev == held.st_dev && found.st_ino == held.st_ino;
}

static int hold(const char *path) {
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder >= 0 && (!is_own_folder(folder, path) || flock(folder, LOCK_EX | LOCK_NB) != 0)) {
        close(folder);
        return -1;
    }
    return folder;
}

static int copy(int content, int folder, const char *name) {
    struct stat from;
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0700);
    if (file < 0 || fstat(content, &from) != 0) {
        close(file);
        return -1;
    }
    off_t at = 0;
    while (at < from.st_size) {
        ssize_t sent = sendfile(file, content, &at, (size_t) (from.st_size - at));
        if (sent < 0 ? errno != EINTR : sent == 0) {
            break;
        }
    }
    /* whatever the umask is */
    int whole = at == from.st_size && fchmod(file, 0700) == 0;
    return close(file) == 0 && whole ? 0 : -1;
}

static int place_in(struct script *script, int content, const char *name, const char *parent, char *path) {
    if (!format(script->folder, sizeof script->folder, "%s/" PREFIX "%016llx", parent, random_number()) ||
            mkdir(script->folder, 0700) != 0) {
        script->folder[0] = 0;
        return -1;
    }
    script->held = hold(script->folder);
    if (script->held >= 0 && format(path, SCRIPT_PATH, "%s/%s", script->folder, name) &&
            copy(content, script->held, name) == 0 && is_own_folder(script->held, script->folder)) {
        return 0;
    }
    script_remove(script);
    return -1;
}

int script_place(struct script *script, int content, const char *name, const char *other, char path[SCRIPT_PATH]) {
    *script = (struct script){.held = -1};
    return place_in(script, content, name, FIRST, path) == 0 ||
                           (other != NULL && place_in(script, content, name, other, path) == 0)
                   ? 0
                   : -1;
}

/* ---- removal */

/* Closes the folder. */
static void empty(int folder, int depth) {
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        close(folder);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                unlinkat(folder, entry->d_name, 0) == 0 || depth == DEEPEST) {
            continue;
        }
        int inner = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner >= 0) {
            empty(inner, depth + 1);
            unlinkat(folder, entry->d_name, AT_REMOVEDIR);
        }
    }
    closedir(entries);
}

static void remove_held(int folder, const char *path) {
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again >= 0) {
        empty(again, 0);
    }
    if (is_own_folder(folder, path)) {
        rmdir(path);
    }
}

void script_remove(struct script *script) {
    if (script->held >= 0) {
        remove_held(script->held, script->folder);
        close(script->held);
    } else if (script->folder[0] != 0) {
        rmdir(script->folder);
    }
    *script = (struct script){.held = -1};
}

static void sweep(const char *parent) {
    char path[SCRIPT_PATH];
    DIR *entries = opendir(parent);
    for (const struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) == 0 &&
                format(path, sizeof path, "%s/%s", parent, entry->d_name)) {
            int folder = hold(path);
            if (folder >= 0) {
                remove_held(folder, path);
                close(folder);
            }
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
}

void script_sweep(const char *other) {
    sweep(FIRST);
    if (other != NULL) {
        sweep(other);
    }
}
