/* See clock.h for what it promises. */
#define _GNU_SOURCE
#include "clock.h"

#include <time.h>

long long now_millis(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}
