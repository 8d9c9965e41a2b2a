/* The guest's limits, and what a script may see of the relay. */
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_script_sees_nothing_of_the_relay_and_of_other_runs(void) {
    char *output;
    pid_t relay =
            start_relay(&(struct start){.uid = 1000, .gid = 1000, .arguments = {"--allow-uid", "0"}, .mark = "secret"});
    struct run other = start_run(&(struct request){.script = "echo ready; sleep 1000"});
    await_output(&other, "ready");
    long session = proc_number(other.process, "status", "PPid:");
    run_script(text("cat /proc/%d/environ /proc/%ld/environ /proc/%d/mem 2>&1; ls /proc/%d/fd /proc/%ld/fd 2>&1", relay,
                       session, relay, relay, session),
            &output);
    CHECK(strstr(output, "secret") == NULL);
    int denied = 0;
    for (const char *at = output; (at = strstr(at, "Permission denied")) != NULL; at++) {
        denied++;
    }
    EQUAL(5, denied);
}

/* A control group of its own, seen as a container sees its own; version 1, as on the machines that have that. */
static char *group;

static void join_group(void) {
    const char *seen = "/sys/fs/cgroup/memory";
    char *procs = text("%s/cgroup.procs", group);
    int file = open(procs, O_WRONLY);
    if (write(file, "0", 1) != 1 || unshare(CLONE_NEWNS) != 0 ||
            mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount(group, seen, NULL, MS_BIND, NULL) != 0) {
        _exit(97);
    }
    close(file);
}

static int has_version_1(void) {
    return access("/sys/fs/cgroup/memory/memory.oom_control", R_OK) == 0;
}

static void out_of_memory_is_told_though_the_script_went_on(void) {
    if (!has_version_1()) {
        puts("    no control groups of version 1 here");
        return;
    }
    group = text("/sys/fs/cgroup/memory/relay-test-%d", getpid());
    CHECK(mkdir(group, 0755) == 0);
    CHECK(system(text("echo 32M >%s/memory.limit_in_bytes", group)) == 0);
    pid_t relay = start_relay(&(struct start){.before = join_group});
    struct message hello;
    close(connect_to(directory, "guest", &hello));
    EQUAL(32 << 20, hello.packet.hello.limits.memory);
    CHECK(hello.packet.hello.limits.memory_used < 32 << 20);

    struct relay_result result = run_script("tail /dev/zero; exit 0", NULL);
    EQUAL(RELAY_EXITED, result.outcome);
    EQUAL(0, result.value);
    EQUAL(1, result.oom_kills);
    EQUAL(32 << 20, result.limits.memory);
    CHECK(result.memory_peak > 30 << 20);
    EQUAL(0, run_script("exit 0", NULL).oom_kills);
    kill(relay, SIGTERM);
    await_end(relay);
    AWAIT(rmdir(group) == 0);
}

static void few_processes(void) {
    const struct rlimit processes = {60, 60};
    setrlimit(RLIMIT_NPROC, &processes);
}

static void a_script_that_takes_all_processes_is_ended(void) {
    /* a user whom nobody else is: the limit counts all of a user's processes */
    start_relay(
            &(struct start){.uid = 54321, .gid = 54321, .arguments = {"--allow-uid", "0"}, .before = few_processes});
    struct run run = start_script("echo ready; (while :; do sleep 1000 & done) 2>/dev/null; kill -STOP $$");
    await_output(&run, "ready");
    AWAIT(count_processes(NULL, 54321) >= 59);
    struct relay_failed failed = run_failing(&(struct request){.script = "exit 0"});
    EQUAL(KX_PROCESS, failed.stage);
    EQUAL(EAGAIN, failed.number);
    send_end(&run, 300);
    EQUAL(0, await_message(run.socket, RELAY_RESULT).result.left.count);
    read_output(&run);
    EQUAL(5, run_script("exit 5", NULL).value);
}

static void a_fork_bomb_is_ended(void) {
    start_relay(
            &(struct start){.uid = 54322, .gid = 54322, .arguments = {"--allow-uid", "0"}, .before = few_processes});
    struct run run = start_script(text("echo ready; exec %s bomb", getenv("RELAY_TEST_HELPER")));
    await_output(&run, "ready");
    AWAIT(count_processes(NULL, 54322) >= 59);
    send_end(&run, 100);
    EQUAL(0, await_message(run.socket, RELAY_RESULT).result.left.count);
    EQUAL(5, run_script("exit 5", NULL).value);
}

static void no_tmp(void) {
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount(text("%s", folder), "/mnt", NULL, MS_BIND, NULL) != 0 ||
            mount("none", "/tmp", "tmpfs", MS_RDONLY, NULL) != 0 ||
            mount("none", "/var/tmp", "tmpfs", MS_RDONLY, NULL) != 0) {
        _exit(97);
    }
}

static struct run file_run(void) {
    return start_run(&(struct request){.flags = RELAY_RUN_SCRIPT_FILE, .script = "echo $0"});
}

static void without_tmp_the_script_is_a_file_in_the_relays_folder(void) {
    start_relay(&(struct start){.before = no_tmp, .directory = "/mnt/relay"});
    struct run run = file_run();
    await_message(run.socket, RELAY_RESULT);
    CONTAINS("/mnt/relay/k8s-exec-relay-", read_output(&run));
    EQUAL(0, system(text("[ \"$(ls -A %s)\" = guest.sock ]", directory)));
}

static void full_tmp(void) {
    no_tmp();
    if (mount("none", "/tmp", "tmpfs", 0, "size=4k,nr_inodes=2") != 0 ||
            mount(NULL, "/mnt", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) != 0) {
        /* the relay's own folder stays writable: its socket is there */
        _exit(97);
    }
    if (mount("none", "/mnt", "tmpfs", 0, NULL) != 0 || mkdir("/mnt/relay", 0777) != 0) {
        _exit(96);
    }
}

static void without_any_folder_the_script_is_a_file_without_a_name(void) {
    /* the socket is made first; then nothing more has room in its directory */
    pid_t relay = start_relay(&(struct start){.before = full_tmp, .directory = "/mnt/relay"});
    EQUAL(0, system(text("nsenter -t %d -m mount -o remount,nr_inodes=3 /mnt", relay)));
    struct message hello;
    struct run run = send_run(connect_to(text("/proc/%d/root/mnt/relay", relay), "guest", &hello),
            &(struct request){.flags = RELAY_RUN_SCRIPT_FILE, .script = "echo $0"});
    EQUAL(0, await_message(run.socket, RELAY_STARTED).started.flags & RELAY_SCRIPT_FILE);
    EQUAL(0, await_message(run.socket, RELAY_RESULT).result.value);
    EQUAL_TEXT("/proc/self/fd/9\n", read_output(&run));
}

static void no_procfs(void) {
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount("none", "/proc", "tmpfs", 0, NULL) != 0) {
        _exit(97);
    }
}

static void without_procfs_it_does_not_start(void) {
    EQUAL(125, await_end(spawn_relay(&(struct start){.before = no_procfs})));
    CONTAINS("there is no procfs on /proc", relay_log());
}

static void it_is_small(void) {
    pid_t relay = start_relay(&(struct start){0});
    struct run run = start_script("echo ready; sleep 1000");
    await_output(&run, "ready");
    long session = proc_number(run.process, "status", "PPid:");
    CHECK(proc_number(relay, "smaps_rollup", "\nRss:") <= 200);
    CHECK(proc_number((pid_t) session, "smaps_rollup", "\nPrivate_Dirty:") <= 100);
}

const struct test GUEST_TESTS[] = {{"a script sees nothing of the relay and of other runs",
                                           a_script_sees_nothing_of_the_relay_and_of_other_runs, ROOT},
        {"out of memory is told though the script went on", out_of_memory_is_told_though_the_script_went_on, ROOT},
        {"a script that takes all processes is ended", a_script_that_takes_all_processes_is_ended, ROOT},
        {"a fork bomb is ended", a_fork_bomb_is_ended, ROOT},
        {"without /tmp the script is a file in the relay's folder",
                without_tmp_the_script_is_a_file_in_the_relays_folder, ROOT},
        {"without any folder the script is a file without a name",
                without_any_folder_the_script_is_a_file_without_a_name, ROOT},
        {"without procfs it does not start", without_procfs_it_does_not_start, SHIPPED},
        {"it is small", it_is_small, SHIPPED}, {NULL, NULL, ANYBODY}};
