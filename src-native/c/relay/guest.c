/* See guest.h for what it promises. */
#define _GNU_SOURCE
#include "guest.h"

#include "format.h"
#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

/* As in linux/magic.h. */
#define CGROUP_V1 0x27e0eb
#define CGROUP_V2 0x63677270

/* ---- facts */

static char *put(char *at, uint32_t kind, const void *bytes, size_t size) {
    struct relay_section section = {kind, (uint32_t) size};
    memcpy(at, &section, sizeof section);
    memcpy(at + sizeof section, bytes, size);
    return at + sizeof section + size;
}

static size_t environment_size(void) {
    size_t size = 0;
    for (char **variable = environ; *variable != NULL; variable++) {
        size += strlen(*variable) + 1;
    }
    return size;
}

static char *put_environment(char *at, size_t size) {
    char *section = at;
    at = put(at, RELAY_ENVIRONMENT, "", 0);
    for (char **variable = environ; *variable != NULL; variable++) {
        at = stpcpy(at, *variable) + 1;
    }
    struct relay_section header = {RELAY_ENVIRONMENT, (uint32_t) size};
    memcpy(section, &header, sizeof header);
    return at;
}

int guest_facts(const char *shared_root) {
    char directory[PATH_MAX];
    size_t environment = environment_size();
    int count = getgroups(0, NULL);
    size_t groups = count < 0 ? 0 : (size_t) count * sizeof(gid_t);
    size_t size = environment + groups + (shared_root == NULL ? 0 : strlen(shared_root)) + sizeof directory +
                  4 * sizeof(struct relay_section);
    char *facts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (facts == MAP_FAILED || size > RELAY_STRINGS_SIZE) {
        errno = facts == MAP_FAILED ? ENOMEM : E2BIG;
        return -1;
    }
    char *end = put_environment(facts, environment);
    gid_t *ids = (gid_t *) (void *) malloc(groups + 1);
    if (ids != NULL && getgroups(count, ids) == count) {
        end = put(end, RELAY_GROUPS, ids, groups);
    }
    free(ids);
    if (shared_root != NULL) {
        end = put(end, RELAY_SHARED_ROOT, shared_root, strlen(shared_root));
    }
    if (getcwd(directory, sizeof directory) != NULL) {
        end = put(end, RELAY_DIRECTORY, directory, strlen(directory));
    }
    int file = kx_file(facts, end - facts);
    munmap(facts, size);
    int seals = file < 0 ? 0 : fcntl(file, F_GET_SEALS);
    if (file >= 0 && (seals < 0 || (seals & F_SEAL_WRITE) == 0)) {
        /* a deleted one, in the place of one in memory: no client takes it */
        close(file);
        return -1;
    }
    return file;
}

/* ---- limits */

/* Of version 2, and of version 1 where it has such a file. */
static const char *const FILES[GUEST_FILES][2] = {
        [GUEST_EVENTS] = {"memory.events", "memory/memory.oom_control"},
        [GUEST_MEMORY] = {"memory.max", "memory/memory.limit_in_bytes"},
        [GUEST_MEMORY_USED] = {"memory.current", "memory/memory.usage_in_bytes"},
        [GUEST_MEMORY_PEAK] = {"memory.peak", "memory/memory.max_usage_in_bytes"},
        [GUEST_OOM_GROUP] = {"memory.oom.group", NULL},
        [GUEST_PROCESSES] = {"pids.max", "pids/pids.max"},
        [GUEST_CPU] = {"cpu.max", "cpu/cpu.cfs_quota_us"},
        [GUEST_CPU_PERIOD] = {NULL, "cpu/cpu.cfs_period_us"},
};

/*
 * A file of the container's control group. That the path leads to one is the kernel's word: a script could have put
 * anything there, were it mounted writable.
 */
static int open_cgroup(const char *name) {
    char path[64];
    struct statfs system;
    if (name == NULL) {
        return -1;
    }
    format(path, sizeof path, "/sys/fs/cgroup/%s", name);
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0 && (fstatfs(file, &system) != 0 || (system.f_type != CGROUP_V1 && system.f_type != CGROUP_V2))) {
        close(file);
        file = -1;
    }
    return file;
}

void guest_open(struct guest *guest) {
    int events = open_cgroup(FILES[GUEST_EVENTS][0]);
    int version = events >= 0 ? 0 : 1;
    for (int i = 0; i < GUEST_FILES; i++) {
        guest->files[i] = i == GUEST_EVENTS && events >= 0 ? events : open_cgroup(FILES[i][version]);
    }
}

/* Returns whether there is such a file. */
static int read_file(const struct guest *guest, enum guest_file file, char *text, size_t size) {
    ssize_t length = guest->files[file] < 0 ? -1 : pread(guest->files[file], text, size - 1, 0);
    text[length < 0 ? 0 : length] = 0;
    return length >= 0;
}

/* "max", and what is above any real limit (version 1 has no word for "none"), is none; so is less than nothing. */
static uint64_t number(const char *text) {
    char *end;
    uint64_t value = strtoull(text, &end, 10);
    return end == text || text[0] == '-' || value >= INT64_MAX / 65536 * 65536 ? RELAY_NONE_64 : value;
}

static uint64_t number_in(const struct guest *guest, enum guest_file file) {
    char text[32];
    return read_file(guest, file, text, sizeof text) ? number(text) : RELAY_NONE_64;
}

static uint32_t narrow(uint64_t value) {
    return value >= RELAY_NONE_32 ? RELAY_NONE_32 : (uint32_t) value;
}

static uint32_t milli_cpus(const struct guest *guest) {
    char text[64];
    read_file(guest, GUEST_CPU, text, sizeof text);
    uint64_t quota = number(text);
    uint64_t period =
            guest->files[GUEST_CPU_PERIOD] < 0 ? number(text + strcspn(text, " ")) : number_in(guest, GUEST_CPU_PERIOD);
    return quota == RELAY_NONE_64 || period == RELAY_NONE_64 || period == 0 ? RELAY_NONE_32
                                                                            : narrow(quota * 1000 / period);
}

uint64_t guest_oom_kills(const struct guest *guest) {
    static const char NAME[] = "\noom_kill ";
    char text[512];
    read_file(guest, GUEST_EVENTS, text, sizeof text);
    const char *line = strstr(text, NAME);
    return line == NULL ? 0 : strtoull(line + sizeof NAME - 1, NULL, 10);
}

uint64_t guest_memory_peak(const struct guest *guest) {
    return number_in(guest, GUEST_MEMORY_PEAK);
}

int guest_oom_group(const struct guest *guest) {
    return number_in(guest, GUEST_OOM_GROUP) == 1;
}

struct relay_limits guest_limits(const struct guest *guest) {
    return (struct relay_limits){.memory = number_in(guest, GUEST_MEMORY),
            .memory_used = number_in(guest, GUEST_MEMORY_USED),
            .milli_cpus = milli_cpus(guest),
            .processes = narrow(number_in(guest, GUEST_PROCESSES))};
}
