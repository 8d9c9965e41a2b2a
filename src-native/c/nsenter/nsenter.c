/*
 * nsenter(1) as far as k8s-exec calls it, in the words of util-linux: for agents that are not root, whose image then
 * needs no other. One static program, which has file capabilities (capabilities(7)); what it executes has none of them.
 *
 *   nsenter -t PID -m -C … [-S UID -G GID] -- PROGRAM [ARGUMENT...]    the namespaces of a process
 *   nsenter -mFILE -CFILE … -- PROGRAM [ARGUMENT...]                   those of files that show them
 *   nsenter --version
 *   nsenter --give-capabilities    gives its own file the capabilities: while an image is built, by root
 *
 * Exit code: the program's own; 1 if something is refused; 126 if the program cannot be executed, 127 if there is none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Those for which this process need not become two; the mount namespace last, for the others are found by it. */
static const struct kind {
    char option;
    const char *name;
    int flag;
} KINDS[] = {
        {'C', "cgroup", 0x02000000},
        {'i', "ipc", CLONE_NEWIPC},
        {'u', "uts", CLONE_NEWUTS},
        {'n', "net", CLONE_NEWNET},
        {'m', "mnt", CLONE_NEWNS},
};
#define COUNT ((int) (sizeof KINDS / sizeof *KINDS))

static int fail(const char *what) {
    fprintf(stderr, "nsenter: %s: %s\n", what, strerror(errno));
    return 1;
}

static int misused(const char *what) {
    fprintf(stderr, "nsenter: %s; this is k8s-exec's, which knows -t -m -C -i -u -n -S -G\n", what);
    return 1;
}

/* SYS_CHROOT, SYS_PTRACE and SYS_ADMIN (linux/capability.h), permitted and effective: struct vfs_cap_data, revision 2.
 */
static int give_capabilities(void) {
    const uint32_t data[] = {0x02000001, 1U << 18 | 1U << 19 | 1U << 21, 0, 0, 0};
    return setxattr("/proc/self/exe", "security.capability", data, sizeof data, 0) == 0 ? 0 : fail("setxattr");
}

static int opened(const struct kind *kind, const char *file, const char *process) {
    char path[64];
    if (file == NULL) {
        snprintf(path, sizeof path, "/proc/%.20s/ns/%s", process, kind->name);
        file = path;
    }
    int namespace = open(file, O_RDONLY | O_CLOEXEC);
    if (namespace < 0) {
        fail(file);
    }
    return namespace;
}

/* A number that is no more than its digits; -1 if it is something else. */
static long number(const char *text) {
    char *end;
    long value = strtol(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == 0 ? value : -1;
}

static int become(const char *user, const char *group) {
    long uid = user == NULL ? 0 : number(user), gid = group == NULL ? 0 : number(group);
    if ((user == NULL) != (group == NULL) || uid < 0 || gid < 0) {
        return misused("-S and -G take a number each");
    }
    if (user != NULL && (setgroups(0, NULL) != 0 || setresgid((gid_t) gid, (gid_t) gid, (gid_t) gid) != 0 ||
                                setresuid((uid_t) uid, (uid_t) uid, (uid_t) uid) != 0)) {
        return fail("change of user");
    }
    return 0;
}

int main(int count, char **arguments) {
    const char *process = NULL, *user = NULL, *group = NULL, *files[COUNT] = {NULL};
    int wanted[COUNT] = {0}, namespaces[COUNT], option;
    if (count == 2 && strcmp(arguments[1], "--version") == 0) {
        return puts("nsenter from k8s-exec " VERSION) < 0;
    }
    if (count == 2 && strcmp(arguments[1], "--give-capabilities") == 0) {
        return give_capabilities();
    }
    while ((option = getopt(count, arguments, "+t:S:G:C::i::u::n::m::")) != -1) {
        int i = 0;
        while (i < COUNT && KINDS[i].option != option) {
            i++;
        }
        if (i < COUNT) {
            wanted[i] = 1;
            files[i] = optarg;
        } else if (option == 't') {
            process = optarg;
        } else if (option == 'S') {
            user = optarg;
        } else if (option == 'G') {
            group = optarg;
        } else {
            return misused("an option is not known");
        }
    }
    if (optind == count || (process != NULL && number(process) <= 0)) {
        return misused(optind == count ? "a program is missing" : "-t takes a process id");
    }
    for (int i = 0; i < COUNT; i++) {
        if (wanted[i] && files[i] == NULL && process == NULL) {
            return misused("-t is missing");
        }
        namespaces[i] = wanted[i] ? opened(&KINDS[i], files[i], process) : -1;
        if (wanted[i] && namespaces[i] < 0) {
            return 1;
        }
    }
    for (int i = 0; i < COUNT; i++) {
        if (wanted[i] && setns(namespaces[i], KINDS[i].flag) != 0) {
            return fail("reassociate to namespaces failed");
        }
    }
    if (become(user, group) != 0) {
        return 1;
    }
    execvp(arguments[optind], arguments + optind);
    int missing = errno == ENOENT;
    fail(arguments[optind]);
    return missing ? 127 : 126;
}
