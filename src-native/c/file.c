/* A file without a name: kx_file of process.h. */
#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* As in the kernel's headers; the C library's may be older. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#define MFD_EXEC 16U
#endif

static int fill(int file, const char *bytes, long size) {
    for (long written = 0; written < size;) {
        ssize_t count = write(file, bytes + written, (size_t) (size - written));
        if (count >= 0) {
            written += count;
        } else if (errno != EINTR) {
            return -1;
        }
    }
    /* for a shell that cannot open it again */
    return lseek(file, 0, SEEK_SET) == 0 ? 0 : -1;
}

static int close_failed(int file) {
    int number = errno;
    close(file);
    errno = number;
    return -1;
}

static int memory_file(void) {
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    /* it may be a program, and a script may execute itself */
    int file = memfd_create("script", flags | MFD_EXEC);
    if (file < 0 && errno == EINVAL) {
        /* Linux before 6.3 */
        return memfd_create("script", flags);
    }
    /* the sysctl vm.memfd_noexec forbids it */
    return file < 0 && errno == EACCES ? memfd_create("script", flags | MFD_NOEXEC_SEAL) : file;
}

/* Opened once more, for reading alone, whoever the program's user is; what it was written by is closed. */
static int deleted_file(const char *folder, const char *bytes, long size) {
    char name[64];
    struct stat made, opened;
    strcat(strcpy(name, folder), "/k8s-exec-XXXXXX");
    int writing = mkostemp(name, O_CLOEXEC);
    if (writing < 0) {
        return -1;
    }
    int file = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    unlink(name);
    if (file < 0 || fstat(writing, &made) != 0 || fstat(file, &opened) != 0 || made.st_ino != opened.st_ino ||
            fill(writing, bytes, size) != 0 || fchmod(writing, 0555) != 0) {
        close_failed(writing);
        return file < 0 ? -1 : close_failed(file);
    }
    close(writing);
    return file;
}

int kx_file(const char *bytes, long size) {
    int file = memory_file();
    if (file < 0) {
        file = deleted_file("/dev/shm", bytes, size);
        return file < 0 ? deleted_file("/tmp", bytes, size) : file;
    }
    if (fill(file, bytes, size) != 0 ||
            fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        return close_failed(file);
    }
    return file;
}
