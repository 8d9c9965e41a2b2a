/* See terminal.h for what it promises. */
#define _GNU_SOURCE
#include "terminal.h"

#include "format.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in asm-generic/ioctls.h; the C library's may be older. */
#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

/* C libraries do not agree on the type of ioctl's second argument. */
static int control(int file, unsigned long request, void *argument) {
    return (int) syscall(SYS_ioctl, file, request, argument);
}

static int open_program_end(int master) {
    char path[32];
    unsigned number;
    int end = (int) syscall(SYS_ioctl, master, (unsigned long) TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (end >= 0 || control(master, TIOCGPTN, &number) != 0) {
        return end;
    }
    /* Linux before 4.13 */
    format(path, sizeof path, "/dev/pts/%u", number);
    return open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

int terminal_open(unsigned short rows, unsigned short columns, int *master, int *program) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    int unlocked = 0;
    *program = -1;
    *master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*master >= 0) {
        *program = control(*master, TIOCSPTLCK, &unlocked) == 0 && control(*master, TIOCSWINSZ, &size) == 0
                           ? open_program_end(*master)
                           : -1;
        if (*program >= 0) {
            return 0;
        }
        int number = errno;
        close(*master);
        errno = number;
    }
    *master = -1;
    return -1;
}
