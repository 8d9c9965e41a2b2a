/*
 * Fills a Pod: starts so many processes that only wait, prints a line, and ends with them when its standard input ends.
 *
 *   crowd COUNT
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char byte;
    for (int i = argc > 1 ? atoi(argv[1]) : 0; i > 0; i--) {
        switch (fork()) {
        case -1:
            perror("crowd");
            return 1;
        case 0:
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
    }
    puts("there");
    fflush(stdout);
    while (read(0, &byte, 1) > 0) {
    }
    return 0;
}
