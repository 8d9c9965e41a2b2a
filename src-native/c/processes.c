/* See processes.h for what it promises. */
#define _GNU_SOURCE
#include "processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of a process's stat so much is read, which has the parent's number (proc_pid_stat(5)). */
#define BEGINNING 128
#define CHUNK 4096

struct process {
    int number;
    int has_parent; /* as its parent's list of children says */
    int siblings;   /* how many children of its were met one by one */
};

/* In the order of their numbers, as procfs tells them. */
struct list {
    struct process *processes;
    int count, room;
};

static int add(struct list *list, int number) {
    if (list->count == list->room) {
        int room = list->room == 0 ? 256 : 2 * list->room;
        struct process *more = realloc(list->processes, (size_t) room * sizeof *more);
        if (more == NULL) {
            return -1;
        }
        list->processes = more;
        list->room = room;
    }
    list->processes[list->count++] = (struct process){number, 0, 0};
    return 0;
}

static int by_number(const void *one, const void *other) {
    return ((const struct process *) one)->number - ((const struct process *) other)->number;
}

static struct process *find(const struct list *list, int number) {
    const struct process wanted = {number, 0, 0};
    return bsearch(&wanted, list->processes, (size_t) list->count, sizeof wanted, by_number);
}

static int list_all(DIR *directory, struct list *list) {
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        int number = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? atoi(entry->d_name) : 0;
        if (number > 0 && add(list, number) != 0) {
            return -1;
        }
    }
    qsort(list->processes, (size_t) list->count, sizeof *list->processes, by_number);
    return 0;
}

/* ---- which have a parent */

/* It leads its session, as the main process of a container does, or that is outside of this PID namespace. */
static int may_be_parentless(const struct process *process) {
    if (process->has_parent) {
        return 0;
    }
    pid_t session = getsid(process->number);
    return session <= 0 || session == process->number;
}

static int open_file(int procfs, int process, const char *name) {
    char path[64];
    snprintf(path, sizeof path, name, process, process);
    return openat(procfs, path, O_RDONLY | O_CLOEXEC);
}

/* -1 if it cannot be told. */
static int parent_of(int procfs, int process) {
    char stat[BEGINNING + 1];
    int parent = -1, file = open_file(procfs, process, "%d/stat");
    ssize_t size = file < 0 ? -1 : read(file, stat, BEGINNING);
    close(file);
    stat[size < 0 ? 0 : size] = 0;
    /* behind the name of its program, in which anything can stand */
    const char *name_end = strrchr(stat, ')');
    return name_end != NULL && sscanf(name_end, ") %*c %d", &parent) == 1 ? parent : -1;
}

/* One file tells of all that its main thread has started, and of those that it was given. */
static void note_children(int procfs, const struct list *list, int parent) {
    char chunk[CHUNK];
    int number = 0, file = open_file(procfs, parent, "%d/task/%d/children");
    ssize_t size;
    while ((size = file < 0 ? 0 : read(file, chunk, sizeof chunk)) > 0) {
        for (ssize_t i = 0; i < size; i++) {
            if (chunk[i] >= '0' && chunk[i] <= '9') {
                number = 10 * number + (chunk[i] - '0');
                continue;
            }
            struct process *child = number == 0 ? NULL : find(list, number);
            if (child != NULL) {
                child->has_parent = 1;
            }
            number = 0;
        }
    }
    close(file);
}

/*
 * Whether its parent is outside, or that cannot be told. Where several have one parent its list is read, in the place
 * of a file for each of them.
 */
static int is_parentless(int procfs, const struct list *list, const struct process *process) {
    if (!may_be_parentless(process)) {
        return 0;
    }
    int parent = parent_of(procfs, process->number);
    struct process *known = parent > 0 ? find(list, parent) : NULL;
    if (parent == 0) {
        note_children(procfs, list, process->number);
    } else if (known != NULL && ++known->siblings == 2) {
        note_children(procfs, list, parent);
    }
    return parent <= 0;
}

int kx_processes(const char *procfs, int parentless, int *numbers, int most) {
    DIR *directory = opendir(procfs);
    if (directory == NULL) {
        return -1;
    }
    struct list list = {NULL, 0, 0};
    int count = -1, number = 0;
    if (list_all(directory, &list) == 0) {
        count = 0;
        for (const struct process *process = list.processes; process < list.processes + list.count; process++) {
            if (!parentless || is_parentless(dirfd(directory), &list, process)) {
                if (count < most) {
                    numbers[count] = process->number;
                }
                count++;
            }
        }
    } else {
        number = errno;
    }
    free(list.processes);
    closedir(directory);
    errno = number;
    return count;
}
