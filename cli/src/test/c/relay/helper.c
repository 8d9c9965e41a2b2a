/*
 * Programs that are in the relay's way:
 *
 *   helper wait    what sudo starts, as the relay sees it: another user's, by the file's mode, and may not be signalled
 *   helper bomb    makes processes that make processes, and ignore SIGTERM
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **arguments) {
    uid_t user = geteuid();
    if (count != 2 || setresuid(user, user, user) != 0) {
        return 1;
    }
    if (strcmp(arguments[1], "bomb") == 0) {
        signal(SIGTERM, SIG_IGN);
        for (;;) {
            fork();
        }
    }
    for (;;) {
        pause();
    }
}
