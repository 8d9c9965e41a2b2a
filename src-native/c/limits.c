/*
 * GraalVM's start-up code raises the soft limit of open files to the hard limit, before main and with no option against
 * it. A script would inherit that, and there are programs that go through all file
 * descriptors up to the limit: a script has the agent's limits. So the call does nothing here. Nothing else in this
 * executable sets a limit.
 */
#define _GNU_SOURCE
#include <sys/resource.h>

int __wrap_setrlimit(int resource, const struct rlimit *limit);

/* In the place of setrlimit(2), by the linker's option --wrap. */
int __wrap_setrlimit(int resource, const struct rlimit *limit) {
    (void) resource;
    (void) limit;
    return 0;
}
