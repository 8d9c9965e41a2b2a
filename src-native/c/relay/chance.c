/* See chance.h for what it promises. */
#define _GNU_SOURCE
#include "chance.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

unsigned long long random_number(void) {
    unsigned long long number;
    struct timespec now;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) == sizeof number) {
        return number;
    }
    /* a machine that has just started, or a filter */
    clock_gettime(CLOCK_REALTIME, &now);
    return (unsigned long long) now.tv_sec << 32 ^ (unsigned long long) now.tv_nsec ^
           (unsigned long long) getpid() << 40;
}
