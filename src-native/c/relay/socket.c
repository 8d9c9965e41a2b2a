/* See socket.h for what it promises. */
#define _GNU_SOURCE
#include "socket.h"

#include "chance.h"
#include "client.h"
#include "format.h"
#include "protocol.h"
#include "text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Connections that wait to be accepted. */
#define BACKLOG 128
/* How long another relay may be busy with this directory; then one goes on without its leave. */
#define LOCK_MILLIS 1000

/* Of a socket that has not got its name yet. */
#define UNFINISHED ".relay-"

int is_guest_name(const char *name) {
    static const char CHARACTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    size_t length = strlen(name);
    return length >= 1 && length <= 63 && name[0] != '.' && strspn(name, CHARACTERS) == length;
}

/* ---- the file */

static void wait_millis(long millis) {
    const struct timespec time = {millis / 1000, millis % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/*
 * Only one relay at a time looks whether a socket is dead, and replaces it. Returns the lock, or -1: a script could
 * hold it for ever.
 */
static int lock_directory(const struct place *place) {
    int directory = openat(place->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int waited = 0; directory >= 0 && flock(directory, LOCK_EX | LOCK_NB) != 0; waited += 10) {
        if (waited >= LOCK_MILLIS) {
            close(directory);
            return -1;
        }
        wait_millis(10);
    }
    return directory;
}

static int is_live(const struct place *place) {
    int socket = relay_connect(place->directory, place->file, 0);
    int number = errno;
    if (socket >= 0) {
        close(socket);
    }
    /* with its backlog full it is alive too */
    return socket >= 0 || number == EAGAIN;
}

/* What relays left that were killed before they had finished, if no other is about to. */
static void remove_unfinished(const struct place *place) {
    int directory = openat(place->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = directory < 0 ? NULL : fdopendir(directory);
    for (const struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        if (strncmp(entry->d_name, UNFINISHED, sizeof UNFINISHED - 1) == 0) {
            unlinkat(place->directory, entry->d_name, 0);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
}

/* Binds to a name that nobody else uses, and then takes the socket's name at once, whatever has it. */
static int make(struct place *place) {
    char temporary[32];
    struct sockaddr_un address;
    struct stat made;
    format(temporary, sizeof temporary, UNFINISHED "%016llx", random_number());
    relay_address(&address, place->directory, temporary);
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) {
        return -1;
    }
    if (bind(listener, (struct sockaddr *) &address, sizeof address) == 0) {
        /* whoever may connect is decided by who connects; the umask has no say */
        if (fchmodat(place->directory, temporary, 0666, 0) == 0 && listen(listener, BACKLOG) == 0 &&
                fstatat(place->directory, temporary, &made, AT_SYMLINK_NOFOLLOW) == 0 &&
                renameat(place->directory, temporary, place->directory, place->file) == 0) {
            if (place->listener >= 0) {
                close(place->listener);
            }
            place->listener = listener;
            place->device = made.st_dev;
            place->inode = made.st_ino;
            return 0;
        }
        int number = errno;
        unlinkat(place->directory, temporary, 0);
        errno = number;
    }
    int number = errno;
    close(listener);
    errno = number;
    return -1;
}

static int is_there(const struct place *place) {
    struct stat found;
    return fstatat(place->directory, place->file, &found, AT_SYMLINK_NOFOLLOW) == 0 && found.st_dev == place->device &&
           found.st_ino == place->inode;
}

static const char *remedy(void) {
    switch (errno) {
    case EROFS:
        return "mount the volume without readOnly in this container";
    case EACCES:
    case EPERM:
        return "use an emptyDir of its own, which everybody may write to, and set no fsGroup that its mode shuts out; "
               "or a security module (SELinux, AppArmor) denies it";
    case ENOSPC:
        return "make room on the volume";
    case EOPNOTSUPP:
        return "use an emptyDir: this file system has no sockets";
    default:
        return "use an emptyDir of its own, mounted in the agent and in this container";
    }
}

int place_open(struct place *place, const char *path, const char *name) {
    *place = (struct place){.path = path, .listener = -1, .watch = -1};
    format(place->file, sizeof place->file, "%s" RELAY_SOCKET_SUFFIX, name);
    place->directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place->directory < 0) {
        say("the directory %s cannot be opened (%s); mount an emptyDir there, in this container and in the agent's",
                path, reason());
        return -1;
    }
    int lock = lock_directory(place);
    int made = -1;
    if (is_live(place)) {
        say("another relay listens at %s/%s; give each guest a name of its own: --name NAME", path, place->file);
    } else {
        if (lock >= 0) {
            remove_unfinished(place);
        }
        made = make(place);
        if (made != 0) {
            say("no socket can be made in %s (%s); %s", path, reason(), remedy());
        }
    }
    if (lock >= 0) {
        close(lock);
    }
    if (made == 0) {
        char directory[32];
        format(directory, sizeof directory, "/proc/self/fd/%d", place->directory);
        place->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (place->watch >= 0 && inotify_add_watch(place->watch, directory, IN_DELETE | IN_MOVE | IN_ONLYDIR) < 0) {
            close(place->watch);
            place->watch = -1;
        }
    }
    return made;
}

int place_keep(struct place *place) {
    if (is_there(place)) {
        return 1;
    }
    if (make(place) != 0) {
        return 0;
    }
    say("the socket %s/%s was removed or replaced, and is there again", place->path, place->file);
    return 1;
}

void place_read_watch(struct place *place) {
    _Alignas(struct inotify_event) char events[1024];
    while (read(place->watch, events, sizeof events) > 0) {
        /* what it was does not matter: the socket is looked for */
    }
}

void place_close(struct place *place) {
    if (is_there(place)) {
        unlinkat(place->directory, place->file, 0);
    }
    close(place->listener);
    place->listener = -1;
}

/* ---- the users */

static uid_t read_nobody(void) {
    char text[16] = "";
    int file = open("/proc/sys/kernel/overflowuid", O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        if (read(file, text, sizeof text - 1) < 0) {
            text[0] = 0;
        }
        close(file);
    }
    return text[0] == 0 ? 65534 : (uid_t) strtoul(text, NULL, 10);
}

void users_find(struct users *users) {
    struct stat program;
    users->self = geteuid();
    users->nobody = read_nobody();
    users->installer = stat("/proc/self/exe", &program) == 0 ? program.st_uid : 0;
}

int users_may_connect(const struct users *users, uid_t peer) {
    for (int i = 0; i < users->count; i++) {
        if (users->allowed[i] == peer) {
            return 1;
        }
    }
    return peer == 0 || (peer != users->nobody && (peer == users->self || peer == users->installer));
}
