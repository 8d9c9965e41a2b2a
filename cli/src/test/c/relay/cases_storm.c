/* Many runs, and ends at any moment. STORM in the environment is how many of each (300 is the long form). */
#define _GNU_SOURCE
#include "harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct start PLAIN = {0};

static int storm(void) {
    const char *given = getenv("STORM");
    return given == NULL ? 30 : atoi(given);
}

/* kB: some pages are touched only if two ends come at the same moment. */
#define SOME_PAGES 16

/* What must not grow. */
struct account {
    long memory; /* kB; up to SOME_PAGES more is no growth */
    int descriptors, children, files;
};

static int count_files(const char *path, const char *prefix) {
    int count = 0;
    DIR *entries = opendir(path);
    for (const struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    }
    closedir(entries);
    return count;
}

/* idle: how many descriptors it has without a connection; it may see a client's end late */
static struct account take_account(pid_t relay, int idle) {
    AWAIT(count_children(relay) == 0 && count_descriptors(relay) == idle);
    return (struct account){proc_number(relay, "smaps_rollup", "\nPrivate_Dirty:"), count_descriptors(relay),
            count_children(relay), count_files(directory, "") + count_files("/tmp", "k8s-exec-relay-")};
}

static void nothing_has_grown(pid_t relay, const struct account *before) {
    struct account after = take_account(relay, before->descriptors);
    CHECK(after.memory <= before->memory + SOME_PAGES);
    EQUAL(before->children, after.children);
    EQUAL(before->files, after.files);
}

static void check_run(int number) {
    struct run run = start_run(&(struct request){.flags = number % 2 == 0 ? RELAY_RUN_SCRIPT_FILE : 0,
            .script = text("echo run %d; exit %d", number, number % 200)});
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(RELAY_EXITED, result.outcome);
    EQUAL(number % 200, result.value);
    EQUAL_TEXT(text("run %d\n", number), read_output(&run));
    close(run.socket);
}

static void a_thousand_runs_leave_nothing(void) {
    pid_t relay = start_relay(&PLAIN);
    int idle = count_descriptors(relay);
    check_run(0);
    check_run(1);
    struct account before = take_account(relay, idle);
    for (int i = 0; i < 1000; i++) {
        check_run(i);
    }
    nothing_has_grown(relay, &before);
}

static void a_hundred_at_once(pid_t relay, const char *go) {
    static struct run runs[100];
    for (int i = 0; i < 100; i++) {
        runs[i] = start_run(&(struct request){.flags = RELAY_RUN_SCRIPT_FILE,
                .script = text("echo run %d; while [ ! -e %s/%s ]; do sleep 0.1; done; exit %d", i, folder, go, i)});
    }
    EQUAL(100, count_children(relay));
    close(open(text("%s/%s", folder, go), O_CREAT | O_WRONLY, 0666));
    for (int i = 0; i < 100; i++) {
        EQUAL(i, await_message(runs[i].socket, RELAY_RESULT).result.value);
        EQUAL_TEXT(text("run %d\n", i), read_output(&runs[i]));
        close(runs[i].socket);
    }
}

static void a_hundred_runs_at_once_leave_nothing(void) {
    pid_t relay = start_relay(&PLAIN);
    int idle = count_descriptors(relay);
    /* the table of connections has its page from then on */
    a_hundred_at_once(relay, "first");
    struct account before = take_account(relay, idle);
    a_hundred_at_once(relay, "second");
    nothing_has_grown(relay, &before);
}

/* ---- killed at any moment */

enum victim { CLIENT_OF_IT, SESSION, RELAY_ITSELF };

/* How far it had come when it was hit. */
enum phase { BEFORE_RUN, BEFORE_STARTED, WHILE_RUNNING, AFTER_RESULT, PHASES };
static const char *const PHASE_NAMES[] = {"before RUN", "before STARTED", "running", "after RESULT"};

static void wait_up_to(long micros) {
    struct timespec time = {0, rand() % micros * 1000};
    nanosleep(&time, NULL);
}

/*
 * A client of its own process, which says by a pipe how far it has come: r(un sent), s(tarted), f(inished with the
 * right code and output), l(ost), w(rong).
 */
static pid_t start_client(int number, int progress, const char *mark) {
    pid_t client = fork();
    if (client != 0) {
        return client;
    }
    struct message message;
    int opened = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int socket = relay_connect(opened, "guest.sock", 10000);
    if (socket < 0 || relay_await(socket, &message, 10000) != RECEIVED) {
        _exit(1);
    }
    struct run run = send_run(socket, &(struct request){.grace = 300,
                                              .flags = RELAY_RUN_SCRIPT_FILE,
                                              .script = text("(trap '' TERM; exec -a %s sleep 1000) & sleep 0.01; kill "
                                                             "-9 $!; wait $! 2>/dev/null; echo run %d; exit 77",
                                                      mark, number),
                                              .program = "/bin/bash"});
    if (run.socket < 0) {
        _exit(1);
    }
    CHECK(write(progress, "r", 1) == 1);
    while (relay_await(socket, &message, 60000) == RECEIVED) {
        if (message.packet.header.type == RELAY_STARTED) {
            CHECK(write(progress, "s", 1) == 1);
        } else {
            const struct relay_result *result = &message.packet.result;
            int lost = message.packet.header.type == RELAY_FAILED || result->outcome == RELAY_LOST;
            int right = !lost && result->outcome == RELAY_EXITED && result->value == 77 &&
                        strcmp(read_output(&run), text("run %d\n", number)) == 0;
            CHECK(write(progress, lost ? "l" : right ? "f" : "w", 1) == 1);
            _exit(0);
        }
    }
    _exit(1);
}

static pid_t find_session(pid_t relay) {
    char *children = read_file(text("/proc/%d/task/%d/children", relay, relay));
    return (pid_t) strtol(children, NULL, 10);
}

static enum phase phase_of(const char *seen) {
    return strchr(seen, 'f') != NULL   ? AFTER_RESULT
           : strchr(seen, 's') != NULL ? WHILE_RUNNING
           : strchr(seen, 'r') != NULL ? BEFORE_STARTED
                                       : BEFORE_RUN;
}

static void kill_at_any_moment(enum victim victim) {
    int hit[PHASES] = {0}, unhit = 0;
    int idle = 0;
    pid_t relay = 0;
    srand((unsigned) time(NULL));
    for (int i = 0; i < storm(); i++) {
        int ends[2];
        char seen[8] = "";
        char *mark = text("relay-storm-%d-%d", getpid(), i);
        /* one of four is a control that nobody hits */
        int control = i % 4 == 3;
        if (relay == 0) {
            relay = start_relay(&PLAIN);
            idle = count_descriptors(relay);
        }
        CHECK(pipe2(ends, O_CLOEXEC) == 0);
        pid_t client = start_client(i, ends[1], mark);
        close(ends[1]);
        if (!control) {
            wait_up_to(40000);
            pid_t session = victim == SESSION ? find_session(relay) : 0;
            if (victim == CLIENT_OF_IT) {
                kill(client, SIGKILL);
            } else if (victim == RELAY_ITSELF) {
                kill(relay, SIGKILL);
                await_end(relay);
                relay = 0;
            } else if (session > 0) {
                kill(session, SIGKILL);
            }
        }
        await_end(client);
        ssize_t length = read(ends[0], seen, sizeof seen - 1);
        seen[length < 0 ? 0 : length] = 0;
        close(ends[0]);
        if (control) {
            EQUAL_TEXT("rsf", seen);
            unhit++;
        } else {
            hit[phase_of(seen)]++;
            /* lost, or whole */
            CHECK(strchr(seen, 'w') == NULL);
        }
        AWAIT(count_processes(mark, ANY_USER) == 0);
        AWAIT(count_files("/tmp", "k8s-exec-relay-") == 0 || victim == RELAY_ITSELF);
    }
    for (int i = 0; i < PHASES; i++) {
        printf("    hit %s: %d\n", PHASE_NAMES[i], hit[i]);
    }
    printf("    not hit, and succeeded: %d\n", unhit);
    if (relay != 0) {
        take_account(relay, idle);
    }
}

static void clients_killed_at_any_moment(void) {
    kill_at_any_moment(CLIENT_OF_IT);
}

static void sessions_killed_at_any_moment(void) {
    kill_at_any_moment(SESSION);
}

static void relays_killed_at_any_moment(void) {
    kill_at_any_moment(RELAY_ITSELF);
}

const struct test STORM_TESTS[] = {{"a thousand runs leave nothing", a_thousand_runs_leave_nothing, SHIPPED},
        {"a hundred runs at once leave nothing", a_hundred_runs_at_once_leave_nothing, SHIPPED},
        {"clients killed at any moment", clients_killed_at_any_moment, NATIVE},
        {"sessions killed at any moment", sessions_killed_at_any_moment, NATIVE},
        {"relays killed at any moment", relays_killed_at_any_moment, NATIVE}, {NULL, NULL, ANYBODY}};
