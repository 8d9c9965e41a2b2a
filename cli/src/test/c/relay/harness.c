/* Runs the cases; see harness.h. Usage: relay-test [--list | --plain | --unshipped | CASE...] */
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longer than anything takes that is waited for, on a machine that has other things to do. */
#define PATIENCE_MILLIS 60000
#define MOMENT_MILLIS 5

char folder[64], directory[80];

static const struct test *const ALL[] = {RUN_TESTS, END_TESTS, LOSS_TESTS, PEER_TESTS, FLOOD_TESTS, SOCKET_TESTS,
        GUEST_TESTS, KERNEL_TESTS, INSTALL_TESTS, STORM_TESTS, ACCOMPANY_TESTS};
#define GROUPS (sizeof ALL / sizeof *ALL)

/* ---- checks */

void fail(const char *file, int line, const char *pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    printf("    %s:%d: ", strrchr(file, '/') == NULL ? file : strrchr(file, '/') + 1, line);
    vprintf(pattern, arguments);
    printf("\n");
    va_end(arguments);
    exit(1);
}

void check_equal(const char *file, int line, long long expected, long long actual, const char *what) {
    if (expected != actual) {
        fail(file, line, "%s is %lld, not %lld", what, actual, expected);
    }
}

void check_text(const char *file, int line, const char *expected, const char *actual, int whole) {
    if (whole ? strcmp(expected, actual) != 0 : strstr(actual, expected) == NULL) {
        fail(file, line, "'%s' %s '%s'", actual, whole ? "is not" : "does not contain", expected);
    }
}

void wait_a_moment(int waited, const char *file, int line, const char *what) {
    if (waited > PATIENCE_MILLIS / MOMENT_MILLIS) {
        fail(file, line, "waited in vain for: %s", what);
    }
    usleep(MOMENT_MILLIS * 1000);
}

char *text(const char *pattern, ...) {
    char *made = NULL;
    va_list arguments;
    va_start(arguments, pattern);
    if (vasprintf(&made, pattern, arguments) < 0) {
        abort();
    }
    va_end(arguments);
    return made;
}

int count_lines(const char *where, const char *what) {
    int count = 0;
    for (const char *at = where; (at = strstr(at, what)) != NULL; at++) {
        count++;
    }
    return count;
}

/* ---- the relay */

static void become_relay(const struct start *start) {
    char *words[32];
    int count = 0;
    const char *relay = getenv("RELAY");
    char *command = strdup(relay == NULL ? "relay" : relay);
    for (char *word = strtok(command, " "); word != NULL && count < 8; word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    char *arguments = (char *) "--dir";
    words[count++] = arguments;
    words[count++] = (char *) (start->directory == NULL ? directory : start->directory);
    for (int i = 0; i < 8 && start->arguments[i] != NULL; i++) {
        words[count++] = (char *) start->arguments[i];
    }
    words[count] = NULL;
    int log = open(text("%s/log", folder), O_WRONLY | O_CREAT | O_APPEND, 0666);
    dup2(log, 2);
    close(log);
    /* open, where it is out of sight afterwards */
    int program = words[1] == arguments ? open(words[0], O_RDONLY | O_CLOEXEC) : -1;
    unsetenv("RELAY");
    if (start->mark != NULL) {
        setenv("RELAY_TEST", start->mark, 1);
    }
    if (start->before != NULL) {
        start->before();
    }
    if ((start->gid != 0 && setgid(start->gid) != 0) || (start->uid != 0 && setuid(start->uid) != 0)) {
        _exit(99);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (program >= 0) {
        fexecve(program, words, environ);
    }
    execvp(words[0], words);
    _exit(98);
}

static void mount_proc(void) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("proc", "/proc", "proc", 0, NULL) != 0) {
        _exit(97);
    }
}

pid_t spawn_relay(const struct start *start) {
    fflush(stdout);
    pid_t process = start->first
                            ? (pid_t) syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, NULL)
                            : fork();
    if (process == 0) {
        if (start->first) {
            mount_proc();
        }
        become_relay(start);
    }
    CHECK(process > 0);
    return process;
}

char *relay_log(void) {
    return read_file(text("%s/log", folder));
}

pid_t start_relay(const struct start *start) {
    int before = count_lines(relay_log(), "listens at");
    pid_t process = spawn_relay(start);
    for (int waited = 0; count_lines(relay_log(), "listens at") == before; waited++) {
        int status;
        if (waitpid(process, &status, WNOHANG) == process) {
            fail(__FILE__, __LINE__, "the relay did not start: status %x, %s", (unsigned) status, relay_log());
        }
        wait_a_moment(waited, __FILE__, __LINE__, "listens");
    }
    return process;
}

int await_end(pid_t process) {
    int status = 0;
    AWAIT(waitpid(process, &status, WNOHANG) == process);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- the cases */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void) status, (void) kind, (void) place;
    remove(path);
    return 0;
}

/* What a case that failed has left runs on nowhere: it has become this process's children. */
static void end_what_is_left(void) {
    char *children = text("/proc/self/task/%d/children", getpid());
    for (pid_t child; (child = (pid_t) strtol(read_file(children), NULL, 10)) > 0;) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
}

static int run_case(const struct test *test) {
    int status = 0;
    strcpy(folder, "/tmp/relay-test-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        exit(2);
    }
    sprintf(directory, "%s/relay", folder);
    chmod(folder, 0755);
    mkdir(directory, 0777);
    chmod(directory, 0777);
    fflush(stdout);
    pid_t process = fork();
    if (process == 0) {
        /* what the relay leaves is this one's to see */
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        signal(SIGPIPE, SIG_IGN);
        test->run();
        exit(0);
    }
    waitpid(process, &status, 0);
    end_what_is_left();
    int failed = status != 0;
    if (failed) {
        printf("    status %x; the relay said:\n%s", (unsigned) status, relay_log());
    }
    /* behind what belongs to it */
    printf("%s %s\n", failed ? "FAILED" : "ok", test->name);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    fflush(stdout);
    return failed;
}

static int is_chosen(const struct test *test, int count, char **names) {
    for (int i = 1; i < count; i++) {
        if (strcmp(names[i], test->name) == 0 || (strcmp(names[i], "--plain") == 0 && test->need == ANYBODY) ||
                (strcmp(names[i], "--unshipped") == 0 && test->need != SHIPPED)) {
            return 1;
        }
    }
    return count < 2;
}

int main(int count, char **names) {
    int failed = 0, ran = 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int listing = count == 2 && strcmp(names[1], "--list") == 0;
    for (size_t i = 0; i < GROUPS; i++) {
        for (const struct test *test = ALL[i]; test->name != NULL; test++) {
            if (listing) {
                printf("%s\n", test->name);
            } else if (is_chosen(test, count, names)) {
                ran++;
                failed += run_case(test);
            }
        }
    }
    if (!listing) {
        printf("%d of %d failed\n", failed, ran);
    }
    return failed != 0 || (!listing && ran == 0);
}
