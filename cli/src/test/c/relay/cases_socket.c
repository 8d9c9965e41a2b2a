/* Where the socket is: its directory as kubelet makes it, and as others leave it. */
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct start PLAIN = {0};

static ino_t inode_of(const char *path) {
    struct stat found;
    return lstat(path, &found) == 0 ? found.st_ino : 0;
}

static const char *the_socket(void) {
    return text("%s/guest.sock", directory);
}

static int ends_with(const struct start *start, const char *expected) {
    int code = await_end(spawn_relay(start));
    CONTAINS(expected, relay_log());
    return code;
}

static void narrow_umask(void) {
    umask(0777);
}

static void the_mode_is_right_whatever_the_umask(void) {
    struct stat found;
    start_relay(&(struct start){.before = narrow_umask});
    EQUAL(0, stat(the_socket(), &found));
    EQUAL(S_IFSOCK | 0666, found.st_mode);
}

static void the_directory_may_be_kubelets(void) {
    EQUAL(0, chown(directory, 0, 7777));
    EQUAL(0, chmod(directory, 02777));
    start_relay(&(struct start){.uid = 1000, .gid = 3000});
    struct stat found;
    EQUAL(0, stat(the_socket(), &found));
    EQUAL(7777, found.st_gid);
    EQUAL(0666, found.st_mode & 0777);
    EQUAL(3, run_script("exit 3", NULL).value);
}

static void a_socket_that_is_removed_or_replaced_comes_again(void) {
    start_relay(&PLAIN);
    for (int i = 0; i < 3; i++) {
        ino_t before = inode_of(the_socket());
        EQUAL(0, i == 0 ? unlink(the_socket()) : 0);
        if (i == 1) {
            EQUAL(0, rename(the_socket(), text("%s/elsewhere", directory)));
        } else if (i == 2) {
            EQUAL(0, system(text("cd %s && echo false >false && mv false guest.sock", directory)));
        }
        AWAIT(inode_of(the_socket()) != 0 && inode_of(the_socket()) != before &&
                strstr(read_file(the_socket()), "false") == NULL);
        EQUAL(3, run_script("exit 3", NULL).value);
    }
    /* a run goes on meanwhile, and a script may do it */
    EQUAL(4, run_script(text("rm -rf %s/*; sleep 0.1; exit 4", directory), NULL).value);
    AWAIT(inode_of(the_socket()) != 0);
    EQUAL(3, run_script("exit 3", NULL).value);
}

static void what_cannot_be_replaced_is_tried_again(void) {
    start_relay(&PLAIN);
    char *inner = text("%s/inner", directory);
    EQUAL(0, system(text("mkdir %s && touch %s/file", inner, inner)));
    EQUAL(0, renameat2(AT_FDCWD, inner, AT_FDCWD, the_socket(), RENAME_EXCHANGE));
    AWAIT(strstr(relay_log(), "cannot be made anew") != NULL);
    EQUAL(0, system(text("rm -r %s", the_socket())));
    AWAIT(inode_of(the_socket()) != 0);
    EQUAL(3, run_script("exit 3", NULL).value);
}

static void a_dead_relays_socket_is_replaced(void) {
    pid_t relay = start_relay(&PLAIN);
    ino_t before = inode_of(the_socket());
    kill(relay, SIGKILL);
    await_end(relay);
    EQUAL(before, inode_of(the_socket()));
    close(open(text("%s/.relay-0000000000000000", directory), O_CREAT | O_WRONLY, 0666));
    start_relay(&PLAIN);
    CHECK(inode_of(the_socket()) != before);
    EQUAL(0, inode_of(text("%s/.relay-0000000000000000", directory)));
    EQUAL(3, run_script("exit 3", NULL).value);
}

static void a_live_one_of_the_name_is_an_error(void) {
    pid_t first = start_relay(&PLAIN);
    EQUAL(125, ends_with(&PLAIN, "another relay listens at "));
    CONTAINS("give each guest a name of its own: --name NAME", relay_log());
    /* as it does with its backlog full */
    kill(first, SIGSTOP);
    int opened = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (relay_connect(opened, "guest.sock", 0) >= 0) {
        /* more */
    }
    EQUAL(EAGAIN, errno);
    EQUAL(125, ends_with(&PLAIN, "another relay listens at "));
    kill(first, SIGCONT);
    start_relay(&(struct start){.arguments = {"--name", "other"}});
    EQUAL(3, run_script("exit 3", NULL).value);
}

static void many_at_once_are_one(void) {
    int ended = 0;
    for (int i = 0; i < 20; i++) {
        spawn_relay(&PLAIN);
    }
    for (int i = 0; i < 19; i++) {
        int status;
        ended += wait(&status) > 0 && WEXITSTATUS(status) == 125;
    }
    EQUAL(19, ended);
    AWAIT(strstr(relay_log(), "listens at") != NULL);
    EQUAL(3, run_script("exit 3", NULL).value);
}

static void it_removes_only_its_own(void) {
    pid_t relay = start_relay(&PLAIN);
    kill(relay, SIGSTOP);
    EQUAL(0, system(text("cd %s && echo false >false && mv false guest.sock", directory)));
    kill(relay, SIGTERM);
    kill(relay, SIGCONT);
    EQUAL(0, await_end(relay));
    /* made anew first, or left */
    CHECK(inode_of(the_socket()) == 0 || strcmp(read_file(the_socket()), "false\n") == 0);
}

static void a_long_path_works(void) {
    char *path = text("%s", directory);
    while (strlen(path) < 300) {
        path = text("%s/a-folder-with-a-long-name", path);
        mkdir(path, 0777);
    }
    struct message hello;
    start_relay(&(struct start){.directory = path});
    struct run run = send_run(connect_to(path, "guest", &hello), &(struct request){.script = "exit 3"});
    await_message(run.socket, RELAY_STARTED);
    EQUAL(3, await_message(run.socket, RELAY_RESULT).result.value);
}

static void read_only(void) {
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount(directory, directory, NULL, MS_BIND, NULL) != 0 ||
            mount(NULL, directory, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) != 0) {
        _exit(97);
    }
}

static void what_is_wrong_with_the_directory_is_named(void) {
    EQUAL(125, ends_with(&(struct start){.directory = text("%s/none", folder)},
                       "/none cannot be opened (No such file or directory); mount an emptyDir there"));
    EQUAL(125,
            ends_with(&(struct start){.directory = "/etc/passwd"}, "/etc/passwd cannot be opened (Not a directory)"));
    EQUAL(125, ends_with(&(struct start){.before = read_only},
                       "(Read-only file system); mount the volume without readOnly in this container"));
    EQUAL(0, chmod(directory, 0755));
    EQUAL(125, ends_with(&(struct start){.uid = 1000, .gid = 1000}, "(Permission denied); use an emptyDir of its own"));
}

static void wrong_usage_is_named(void) {
    EQUAL(2, ends_with(&(struct start){.directory = "relative"},
                     "--dir (K8S_EXEC_RELAY_DIR) is 'relative': it takes an absolute path"));
    EQUAL(2, ends_with(&(struct start){.directory = ""}, "--dir (K8S_EXEC_RELAY_DIR) is ''"));
    EQUAL(2, ends_with(&(struct start){.arguments = {"--name", "../x"}}, "--name (K8S_EXEC_CONTAINER) is '../x'"));
    EQUAL(2, ends_with(&(struct start){.arguments = {"--name=.x"}}, "--name (K8S_EXEC_CONTAINER) is '.x'"));
    EQUAL(2, ends_with(&(struct start){.arguments = {"--allow-uid", "1000,root"}},
                     "--allow-uid (K8S_EXEC_ALLOW_UID) is '1000,root'"));
    EQUAL(2, ends_with(&(struct start){.arguments = {"--allow-uid", "4294967295"}}, "is '4294967295'"));
    EQUAL(2, ends_with(&(struct start){.arguments = {"--shared-root", "go"}},
                     "--shared-root (K8S_EXEC_SHARED_ROOT) is 'go'"));
    EQUAL(2, ends_with(&(struct start){.arguments = {"sleep", "5"}}, "'sleep' is no option"));
    EQUAL(2, ends_with(&(struct start){.arguments = {"--name"}}, "'--name' is no option, or lacks its value"));
    EQUAL(2, WEXITSTATUS(system(text("$RELAY 2>%s/usage", folder))));
    CONTAINS("env: [{name: K8S_EXEC_RELAY_DIR, value: /relay}]", read_file(text("%s/usage", folder)));
}

static int check(const char *arguments) {
    return WEXITSTATUS(system(text("$RELAY --check %s 2>%s/checked", arguments, folder)));
}

static void a_check_says_whether_it_is_ready(void) {
    const char *dir = text("--dir %s", directory);
    EQUAL(1, check(dir));
    CONTAINS("nobody listens at ", read_file(text("%s/checked", folder)));
    pid_t relay = start_relay(&PLAIN);
    EQUAL(0, check(dir));
    EQUAL_TEXT("", read_file(text("%s/checked", folder)));
    EQUAL(0, WEXITSTATUS(system(text("K8S_EXEC_RELAY_DIR=%s K8S_EXEC_CONTAINER= $RELAY --check", directory))));
    EQUAL(1, check(text("%s --name other", dir)));
    struct run run = start_script("trap '' TERM; echo ready; sleep 1; exec sleep 1000");
    await_output(&run, "ready");
    kill(relay, SIGTERM);
    AWAIT(check(dir) == 1 && strstr(read_file(text("%s/checked", folder)), "guest is being stopped") != NULL);
    send_end(&run, 0);
    await_end(relay);
    relay = start_relay(&PLAIN);
    kill(relay, SIGSTOP);
    EQUAL(1, check(dir));
    CONTAINS("does not answer within", read_file(text("%s/checked", folder)));
    EQUAL(1, check("--dir /nowhere"));
    CONTAINS("/nowhere cannot be opened", read_file(text("%s/checked", folder)));
}

static void a_check_of_another_user_is_told_what_to_set(void) {
    start_relay(&(struct start){.uid = 1000, .gid = 1000});
    EQUAL(1, WEXITSTATUS(system(
                     text("setpriv --reuid 2000 --regid 2000 --clear-groups $RELAY --check --dir %s 2>%s/checked",
                             directory, folder))));
    EQUAL_TEXT("relay: uid 2000 may not connect; add --allow-uid 2000 to the relay\n",
            read_file(text("%s/checked", folder)));
}

const struct test SOCKET_TESTS[] = {
        {"the mode is right whatever the umask", the_mode_is_right_whatever_the_umask, ANYBODY},
        {"the directory may be kubelet's", the_directory_may_be_kubelets, ROOT},
        {"a socket that is removed or replaced comes again", a_socket_that_is_removed_or_replaced_comes_again, ANYBODY},
        {"what cannot be replaced is tried again", what_cannot_be_replaced_is_tried_again, ANYBODY},
        {"a dead relay's socket is replaced", a_dead_relays_socket_is_replaced, ANYBODY},
        {"a live one of the name is an error", a_live_one_of_the_name_is_an_error, ANYBODY},
        {"many at once are one", many_at_once_are_one, ANYBODY},
        {"it removes only its own", it_removes_only_its_own, ANYBODY},
        {"a long path works", a_long_path_works, ANYBODY},
        {"what is wrong with the directory is named", what_is_wrong_with_the_directory_is_named, ROOT},
        {"wrong usage is named", wrong_usage_is_named, ANYBODY},
        {"a check says whether it is ready", a_check_says_whether_it_is_ready, ANYBODY},
        {"a check of another user is told what to set", a_check_of_another_user_is_told_what_to_set, ROOT},
        {NULL, NULL, ANYBODY}};
