/* See tree.h for what it promises. */
#define _GNU_SOURCE
#include "tree.h"

#include "chance.h"
#include "format.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in the kernel's headers; the C library's may be older. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* Of limits without a mark; below "no limit", which is all ones for the kernel and for C libraries half of that. */
#define HIGHEST_MARK ((uint64_t) 1 << 62)
/* Marks are chosen out of at least so many. */
#define FEWEST_MARKS ((uint64_t) 1 << 32)

/* ---- the mark */

uint64_t tree_new_mark(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_LOCKS, &limit) != 0) {
        return 0;
    }
    uint64_t range = (limit.rlim_max < HIGHEST_MARK ? limit.rlim_max : HIGHEST_MARK) / 4;
    if (range < FEWEST_MARKS) {
        return 0;
    }
    /* below the limit, for a relay inside of a run: a limit can only be lowered */
    return range + random_number() % range;
}

int tree_join(uint64_t mark) {
    const struct rlimit limit = {mark, mark};
    return setrlimit(RLIMIT_LOCKS, &limit);
}

/* Reads the start of a file of /proc/PID/ as a string. Returns its length, or 0. */
static size_t read_proc(pid_t process, const char *file, char *text, size_t size) {
    char path[64];
    format(path, sizeof path, "/proc/%d/%s", process, file);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return 0;
    }
    ssize_t length = read(descriptor, text, size - 1);
    close(descriptor);
    text[length < 0 ? 0 : length] = 0;
    return length < 0 ? 0 : (size_t) length;
}

/* Of a process of another user the system call may say nothing, but the file does (proc(5)). */
static uint64_t mark_in_file(pid_t process) {
    static const char NAME[] = "\nMax file locks";
    char text[2048];
    read_proc(process, "limits", text, sizeof text);
    const char *column = strstr(text, NAME);
    if (column == NULL) {
        return 0;
    }
    column += sizeof NAME - 1;
    column += strspn(column, " ");
    /* behind the soft limit, which everybody may change */
    column += strcspn(column, " ");
    return strtoull(column, NULL, 10);
}

static uint64_t mark_of(pid_t process) {
    struct rlimit limit;
    if (prlimit(process, RLIMIT_LOCKS, NULL, &limit) == 0) {
        return limit.rlim_max;
    }
    return errno == ESRCH ? 0 : mark_in_file(process);
}

/* ---- the processes */

/* Takes the name and says whether it is alive, and not only waiting to be reaped. */
static int look_at(pid_t process, struct relay_process *seen) {
    char text[256];
    read_proc(process, "stat", text, sizeof text);
    char *name = strchr(text, '(');
    /* a name can have any characters in it */
    char *end = strrchr(text, ')');
    if (name == NULL || end == NULL || end[1] == 0 || strchr("ZX", end[2]) != NULL) {
        return 0;
    }
    *end = 0;
    memset(seen, 0, sizeof *seen);
    seen->process = process;
    format(seen->name, sizeof seen->name, "%s", name + 1);
    return 1;
}

static void add(struct relay_processes *processes, const struct relay_process *process) {
    if (processes->count < RELAY_NAMED) {
        processes->named[processes->count] = *process;
    }
    processes->count++;
}

/*
 * By the handle, which is this process and no later one of its number. A kernel or a filter that knows no handles: by
 * its number.
 */
static int send(int handle, pid_t process, int signal) {
    if (handle >= 0 && syscall(SYS_pidfd_send_signal, handle, signal, NULL, 0) == 0) {
        return 0;
    }
    return handle >= 0 && (errno == ESRCH || (errno == EPERM && kill(process, 0) != 0)) ? -1 : kill(process, signal);
}

static void visit(pid_t process, uint64_t mark, int signal, struct tree *found) {
    struct relay_process seen;
    if (mark_of(process) != mark) {
        return;
    }
    int handle = signal == 0 ? -1 : (int) syscall(SYS_pidfd_open, process, 0);
    /* once more: now what is looked at is what is signalled */
    if (mark_of(process) == mark && look_at(process, &seen)) {
        int sent = send(handle, process, signal);
        if (sent != 0 && errno == EPERM) {
            add(&found->denied, &seen);
        }
        if (sent == 0 || errno == EPERM) {
            add(&found->members, &seen);
        }
        if (sent == 0 && signal == SIGTERM) {
            send(handle, process, SIGCONT);
        }
    }
    if (handle >= 0) {
        close(handle);
    }
}

void tree_signal(uint64_t mark, pid_t session, int signal, struct tree *found) {
    memset(found, 0, sizeof *found);
    DIR *processes = opendir("/proc");
    if (processes == NULL) {
        return;
    }
    for (const struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        pid_t process = (pid_t) strtol(entry->d_name, NULL, 10);
        if (process > 0 && process != session && process != getpid()) {
            visit(process, mark, signal, found);
        }
    }
    closedir(processes);
}
