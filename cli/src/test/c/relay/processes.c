/* Looks at processes; see harness.h. */
#define _GNU_SOURCE
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *read_file(const char *path) {
    enum { ROOM = 1 << 20 };
    int file = open(path, O_RDONLY | O_CLOEXEC);
    char *all = calloc(1, ROOM);
    size_t length = 0;
    for (ssize_t count; file >= 0 && (count = read(file, all + length, ROOM - 1 - length)) > 0;) {
        length += (size_t) count;
    }
    close(file);
    return all;
}

long number_in(const char *text) {
    return strtol(text + strcspn(text, "0123456789"), NULL, 10);
}

long proc_number(pid_t process, const char *file, const char *name) {
    const char *found = strstr(read_file(text("/proc/%d/%s", process, file)), name);
    return found == NULL ? -1 : number_in(found);
}

int count_descriptors(pid_t process) {
    int count = 0;
    DIR *entries = opendir(text("/proc/%d/fd", process));
    for (const struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return count;
}

int count_children(pid_t process) {
    int count = 0;
    char *children = read_file(text("/proc/%d/task/%d/children", process, process));
    for (char *word = strtok(children, " "); word != NULL; word = strtok(NULL, " ")) {
        count++;
    }
    return count;
}

int is_alive(pid_t process) {
    const char *state = strrchr(read_file(text("/proc/%d/stat", process)), ')');
    return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

static uid_t owner_of(pid_t process) {
    const char *line = strstr(read_file(text("/proc/%d/status", process)), "\nUid:");
    return line == NULL ? (uid_t) -1 : (uid_t) number_in(line);
}

static int has_words(pid_t process, const char *words) {
    char *line = read_file(text("/proc/%d/cmdline", process));
    for (char *end = line; end[0] != 0 || end[1] != 0; end++) {
        *end = *end == 0 ? ' ' : *end;
    }
    int found = strstr(line, words) != NULL;
    free(line);
    return found;
}

int count_processes(const char *words, uid_t user) {
    int count = 0;
    DIR *entries = opendir("/proc");
    for (const struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        pid_t process = (pid_t) strtol(entry->d_name, NULL, 10);
        count += process > 0 && process != getpid() && (words == NULL || has_words(process, words)) &&
                 (user == ANY_USER || owner_of(process) == user);
    }
    closedir(entries);
    return count;
}
