/* Older kernels, which lack calls, and strict seccomp filters, which refuse them: the older calls do then. */
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void refuse(unsigned number) {
    static const unsigned CALLS[] = {SYS_memfd_create, SYS_getrandom, SYS_inotify_init1, 424 /* pidfd_send_signal */,
            434 /* pidfd_open */, 435 /* clone3 */, 436 /* close_range */};
    enum { COUNT = sizeof CALLS / sizeof *CALLS };
    struct sock_filter filter[COUNT + 3];
    struct sock_fprog program = {COUNT + 3, filter};
    filter[0] = (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < COUNT; i++) {
        filter[1 + i] =
                (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[i], (unsigned char) (COUNT - i), 0);
    }
    filter[COUNT + 1] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[COUNT + 2] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | number);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        _exit(97);
    }
}

static void lack(void) {
    refuse(ENOSYS);
}

static void forbid(void) {
    refuse(EPERM);
}

static void works(void (*without)(void)) {
    struct message hello;
    char *output;
    pid_t relay = start_relay(&(struct start){.before = without});
    close(connect_to(directory, "guest", &hello));
    EQUAL(-1, hello.descriptors[descriptor_place(RELAY_FACTS)]);

    EQUAL(3, run_script("ls /proc/self/fd; exit 3", &output).value);
    EQUAL_TEXT("0\n1\n2\n3\n9\n", output);
    struct run run = start_run(&(struct request){.flags = RELAY_RUN_SCRIPT_FILE,
            .script = "trap 'echo term' TERM; setsid sleep 1000 & echo ready; while :; do sleep 0.02; done"});
    await_output(&run, "ready");
    send_end(&run, 2000);
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(SIGKILL, result.value);
    EQUAL(0, result.left.count);
    EQUAL(1, count_lines(read_output(&run), "term"));
    run = start_script("setsid sleep 1000 & sleep 0.2; kill -9 $PPID; sleep 1000");
    EQUAL(RELAY_LOST, await_message(run.socket, RELAY_RESULT).result.outcome);
    read_output(&run);
    /* nothing tells that the socket has gone */
    EQUAL(0, unlink(text("%s/guest.sock", directory)));
    struct stat found;
    AWAIT(stat(text("%s/guest.sock", directory), &found) == 0);
    EQUAL(4, run_script("exit 4", NULL).value);
    kill(relay, SIGTERM);
    EQUAL(0, await_end(relay));
}

static void an_older_kernel_is_enough(void) {
    works(lack);
}

static void a_strict_filter_is_no_hindrance(void) {
    works(forbid);
}

const struct test KERNEL_TESTS[] = {{"an older kernel is enough", an_older_kernel_is_enough, NATIVE},
        {"a strict filter is no hindrance", a_strict_filter_is_no_hindrance, NATIVE}, {NULL, NULL, ANYBODY}};
