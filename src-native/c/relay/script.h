/*
 * A script as a file of the guest's own, so that $0, fork(__filename) and the like work as in any file: in a folder
 * that only this user can look into, made for the run and removed with it.
 */
#ifndef K8S_EXEC_RELAY_SCRIPT_H
#define K8S_EXEC_RELAY_SCRIPT_H

#include <limits.h>

#define SCRIPT_PATH 512

struct script {
    char folder[SCRIPT_PATH]; /* empty: there is none */
    int held;                 /* the folder, open and locked, so that no other relay takes it for abandoned; or -1 */
};

/*
 * Makes the file out of a descriptor's content, in /tmp or else in "other", which may be NULL. Returns 0 with the
 * file's path, or -1 if neither can have it, or is not what it was made as by the time that it is there.
 */
int script_place(struct script *script, int content, const char *name, const char *other, char path[SCRIPT_PATH]);

/* Removes the folder with all that is in it by now; as far as it is still the one that was made. */
void script_remove(struct script *script);

/* Removes those folders of this user that relays left which were killed. */
void script_sweep(const char *other);

#endif
