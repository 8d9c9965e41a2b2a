/* What the relay tells of its container. */
#ifndef K8S_EXEC_RELAY_GUEST_H
#define K8S_EXEC_RELAY_GUEST_H

#include "protocol.h"

/*
 * A sealed file with the sections of RELAY_FACTS: this process's environment, groups and directory, and the shared
 * root, which may be NULL. Returns its descriptor, or -1 if the kernel has no such files or refuses them.
 */
int guest_facts(const char *shared_root);

/* The files that say what its control group may use and has used; kept open, and read anew each time. */
enum guest_file {
    GUEST_EVENTS,
    GUEST_MEMORY,
    GUEST_MEMORY_USED,
    GUEST_MEMORY_PEAK,
    GUEST_OOM_GROUP,
    GUEST_PROCESSES,
    GUEST_CPU,
    GUEST_CPU_PERIOD,
    GUEST_FILES
};

struct guest {
    int files[GUEST_FILES]; /* -1: there is none */
};

void guest_open(struct guest *guest);

struct relay_limits guest_limits(const struct guest *guest);

/* Processes of it that the kernel has killed for lack of memory. */
uint64_t guest_oom_kills(const struct guest *guest);

/* The most memory that it ever had, in bytes; RELAY_NONE_64 if that is not known. */
uint64_t guest_memory_peak(const struct guest *guest);

/* Whether all of its processes are killed together. */
int guest_oom_group(const struct guest *guest);

#endif
