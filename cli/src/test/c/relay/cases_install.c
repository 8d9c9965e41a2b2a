/* relay install DIR. */
#define _GNU_SOURCE
#include "harness.h"

#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the relay, and of what it says on both streams. */
static char *said;

static int install(const char *relay, const char *into) {
    int status = system(text("umask 077; %s install %s >%s/said 2>&1", relay, into, folder));
    said = read_file(text("%s/said", folder));
    return WEXITSTATUS(status);
}

static mode_t mode_of(const char *name) {
    struct stat found;
    return lstat(text("%s/%s", directory, name), &found) == 0 ? found.st_mode : 0;
}

static int last_count(void) {
    return (int) number_in(read_file(text("%s/count", folder)));
}

static int count_files(void) {
    EQUAL(0, system(text("ls -A %s | wc -l >%s/count", directory, folder)));
    return last_count();
}

static const char *relay_words(void) {
    return getenv("RELAY");
}

static void the_programs_are_there_and_run(void) {
    EQUAL(0, install(relay_words(), directory));
    CONTAINS(text("installed %s/relay\ninstalled %s/pause\n", directory, directory), said);
    EQUAL(S_IFREG | 0555, mode_of("relay"));
    EQUAL(S_IFREG | 0555, mode_of("pause"));
    EQUAL(2, count_files());
    EQUAL(0, system(text("cmp ${RELAY##* } %s/relay && cmp ${RELAY##* } %s/pause", directory, directory)));
    /* once more, and what lies beside it */
    EQUAL(0, system(text("cd %s && mkdir from && cp relay/relay from && cp relay/relay from/k8s-exec", folder)));
    EQUAL(0, install(text("%s/from/relay", folder), text("%s/", directory)));
    EQUAL(S_IFREG | 0555, mode_of("k8s-exec"));
    EQUAL(3, count_files());
}

static void it_replaces_what_runs_from_there(void) {
    EQUAL(0, install(relay_words(), directory));
    setenv("RELAY", text("%s/relay", directory), 1);
    pid_t relay = start_relay(&(struct start){0});
    for (int i = 0; i < 10; i++) {
        EQUAL(0, install(relay_words(), directory));
    }
    EQUAL(3, run_script("exit 3", NULL).value);
    EQUAL(0, system(text("%s --check --dir %s", relay_words(), directory)));
    CHECK(is_alive(relay));
}

static void what_others_planted_is_replaced_and_not_followed(void) {
    EQUAL(0, system(text("cd %s && echo precious >victim && ln -s ../victim relay/relay && mkfifo relay/pause && "
                         "ln -s relay link",
                     folder)));
    EQUAL(0, install(relay_words(), directory));
    EQUAL_TEXT("precious\n", read_file(text("%s/victim", folder)));
    EQUAL(S_IFREG | 0555, mode_of("relay"));
    EQUAL(S_IFREG | 0555, mode_of("pause"));
    EQUAL(125, install(relay_words(), text("%s/link", folder)));
    CONTAINS("/link is a symbolic link; mount the volume there", said);
}

static void what_a_killed_one_left_is_removed(void) {
    EQUAL(0, system(text("cd %s && touch -d '11 minutes ago' .k8s-exec-install-old && touch .k8s-exec-install-new",
                     directory)));
    EQUAL(0, install(relay_words(), directory));
    EQUAL(0, mode_of(".k8s-exec-install-old"));
    CHECK(mode_of(".k8s-exec-install-new") != 0);
}

static void where_it_cannot_be_it_says_why(void) {
    EQUAL(125, install(relay_words(), text("%s/none", folder)));
    CONTAINS("/none cannot be opened as a directory (No such file or directory)", said);
    EQUAL(125, install(relay_words(), "/etc/passwd"));
    CONTAINS("/etc/passwd cannot be opened as a directory (Not a directory)", said);
    EQUAL(125, install(relay_words(), "relative"));
    CONTAINS("relative is no absolute path", said);
    EQUAL(0, mkdir(text("%s/relay", directory), 0777));
    EQUAL(125, install(relay_words(), directory));
    CONTAINS("/relay cannot be written (Is a directory)", said);
    EQUAL(1, count_files());
    EQUAL(2, WEXITSTATUS(system("$RELAY install 2>/dev/null")));
    EQUAL(2, WEXITSTATUS(system("$RELAY install /a /b 2>/dev/null")));
}

static void another_processors_program_is_named(void) {
    EQUAL(0, system(text("cd %s && mkdir from && cp ${RELAY##* } from/relay && cp from/relay from/k8s-exec", folder)));
    int file = open(text("%s/from/k8s-exec", folder), O_WRONLY);
    const Elf64_Half other = EM_S390;
    CHECK(pwrite(file, &other, sizeof other, offsetof(Elf64_Ehdr, e_machine)) == sizeof other);
    close(file);
    EQUAL(125, install(text("%s/from/relay", folder), directory));
    CONTAINS("the k8s-exec beside this program is for another processor; use the image for this node's", said);
}

static void mount_over(const char *options, unsigned long flags) {
    CHECK(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
            mount("none", directory, "tmpfs", flags, options) == 0);
}

static void a_full_volume_is_named_and_keeps_no_part(void) {
    mount_over("size=32k", 0);
    EQUAL(125, install(relay_words(), directory));
    CONTAINS("/relay cannot be written (No space left on device); give this user a writable volume", said);
    EQUAL(0, count_files());
}

static void a_volume_that_does_not_execute_is_named(void) {
    mount_over(NULL, MS_NOEXEC);
    EQUAL(125, install(relay_words(), directory));
    CONTAINS("is mounted with noexec; use a volume without that option", said);
}

static void a_read_only_volume_is_named(void) {
    mount_over(NULL, MS_RDONLY);
    EQUAL(125, install(relay_words(), directory));
    CONTAINS("/relay cannot be written (Read-only file system)", said);
}

const struct test INSTALL_TESTS[] = {
        {"install: the programs are there and run", the_programs_are_there_and_run, SHIPPED},
        {"install: it replaces what runs from there", it_replaces_what_runs_from_there, ROOT},
        {"install: what others planted is replaced and not followed", what_others_planted_is_replaced_and_not_followed,
                ROOT},
        {"install: what a killed one left is removed", what_a_killed_one_left_is_removed, ROOT},
        {"install: where it cannot be it says why", where_it_cannot_be_it_says_why, ROOT},
        {"install: another processor's program is named", another_processors_program_is_named, ROOT},
        {"install: a full volume is named and keeps no part", a_full_volume_is_named_and_keeps_no_part, ROOT},
        {"install: a volume that does not execute is named", a_volume_that_does_not_execute_is_named, ROOT},
        {"install: a read-only volume is named", a_read_only_volume_is_named, ROOT}, {NULL, NULL, ANYBODY}};
