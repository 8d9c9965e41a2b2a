/* See descriptors.h for what it promises. */
#define _GNU_SOURCE
#include "descriptors.h"

#include <limits.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in the kernel's headers; the C library's may be older. */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* What is closed one by one where the kernel has no close_range(2): descriptors below this number. */
#define CLOSED_SINGLY 65536

static void close_between(int first, int last) {
    if (first <= last && syscall(SYS_close_range, first, last, 0) != 0) {
        struct rlimit files;
        int most = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < CLOSED_SINGLY ? (int) files.rlim_cur
                                                                                           : CLOSED_SINGLY;
        for (int file = first; file <= last && file < most; file++) {
            close(file);
        }
    }
}

void close_all_but(const int *kept, size_t count) {
    int first = 3;
    int next;
    do {
        next = INT_MAX;
        for (size_t i = 0; i < count; i++) {
            next = kept[i] >= first && kept[i] < next ? kept[i] : next;
        }
        close_between(first, next == INT_MAX ? INT_MAX : next - 1);
        first = next == INT_MAX ? first : next + 1;
    } while (next != INT_MAX);
}
