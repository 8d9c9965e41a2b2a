/*
 * The relay's socket in its directory, and who may connect to it.
 *
 * Others may write to the directory, the scripts of this guest among them: a socket that has been deleted or replaced
 * is made anew, and nothing is read from there.
 */
#ifndef K8S_EXEC_RELAY_SOCKET_H
#define K8S_EXEC_RELAY_SOCKET_H

#include <stdint.h>
#include <sys/types.h>

/* Who may connect, besides those that peers_may_connect names. */
#define ALLOWED_USERS 16

struct place {
    const char *path; /* of the directory, for texts */
    int directory;    /* open */
    char file[80];    /* the socket's name in it */
    int listener;
    dev_t device; /* of the socket's file */
    ino_t inode;
    int watch; /* an inotify(7) descriptor, readable when something has changed in the directory; -1: there is none */
};

/* Whether a guest may be called so: a file name of letters, digits, '-', '_' and '.', not with a '.' at its start. */
int is_guest_name(const char *name);

/*
 * Opens the directory and listens there, in the place of a socket that nobody listens to any more. Returns 0; if it
 * cannot, it says why and returns -1.
 */
int place_open(struct place *place, const char *path, const char *name);

/* Makes the socket anew if it is not there any more. Returns whether it is there. */
int place_keep(struct place *place);

/* Takes note of what the watch has to say. */
void place_read_watch(struct place *place);

/* Removes the socket, but nobody else's, and stops listening. */
void place_close(struct place *place);

struct users {
    uid_t self;
    uid_t installer; /* the owner of this program's file */
    uid_t nobody;    /* who every user without a number in this user namespace seems to be */
    uid_t allowed[ALLOWED_USERS];
    int count;
};

/* Fills in all but those allowed. */
void users_find(struct users *users);

/* root, this process's own user, the installer, and those allowed. */
int users_may_connect(const struct users *users, uid_t peer);

#endif
