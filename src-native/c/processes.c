/* See processes.h for what it promises. */
#define _GNU_SOURCE
#include "processes.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

static int may_be_parentless(int process) {
    pid_t session = getsid(process);
    return session <= 0 || session == process;
}

int kx_processes(const char *procfs, int parentless, int *numbers, int most) {
    DIR *directory = opendir(procfs);
    if (directory == NULL) {
        return -1;
    }
    int count = 0;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        int process = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? atoi(entry->d_name) : 0;
        if (process > 0 && (!parentless || may_be_parentless(process))) {
            if (count < most) {
                numbers[count] = process;
            }
            count++;
        }
    }
    closedir(directory);
    return count;
}
