/* Clients that are many, slow or deaf. */
#define _GNU_SOURCE
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct start PLAIN = {0};

static void a_silent_connection_is_closed(void) {
    start_relay(&PLAIN);
    int silent = connect_relay();
    struct message message;
    EQUAL(RECEIVED_END, relay_await(silent, &message, 60000));
}

static void a_client_that_says_something_after_its_result_is_kept(void) {
    start_relay(&PLAIN);
    struct run run = start_script("exit 3"), silent = start_script("exit 4");
    struct message message;
    EQUAL(3, await_message(run.socket, RELAY_RESULT).result.value);
    EQUAL(4, await_message(silent.socket, RELAY_RESULT).result.value);
    for (int seconds = 0; seconds < 12; seconds += 3) {
        send_signal(&run, 0);
        sleep(3);
    }
    EQUAL(RECEIVED_END, relay_await(silent.socket, &message, 0));
    EQUAL(RECEIVED_NOTHING, relay_await(run.socket, &message, 0));
}

static void silent_connections_hold_up_no_run(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run running = start_script("sleep 2; exit 9");
    for (int i = 0; i < 700; i++) {
        connect_relay();
    }
    CHECK(count_descriptors(relay) < 600);
    EQUAL(4, run_script("exit 4", NULL).value);
    EQUAL(9, await_message(running.socket, RELAY_RESULT).result.value);
}

static void a_flood_holds_up_no_run(void) {
    start_relay(&PLAIN);
    pid_t floods[3];
    for (int i = 0; i < 3; i++) {
        floods[i] = fork();
        if (floods[i] == 0) {
            int opened = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
            for (;;) {
                close(relay_connect(opened, "guest.sock", 1000));
            }
        }
    }
    for (int i = 0; i < 20; i++) {
        EQUAL(i, run_script(text("exit %d", i), NULL).value);
    }
    for (int i = 0; i < 3; i++) {
        kill(floods[i], SIGKILL);
    }
}

static void a_client_that_reads_nothing_holds_up_no_run(void) {
    start_relay(&PLAIN);
    struct run deaf = start_script("exit 1");
    for (int i = 0; i < 1000; i++) {
        union packet packet = {.end = {.grace_millis = 0}};
        /* each is answered by a RESULT */
        send_message(deaf.socket, RELAY_END, &packet, sizeof packet.end, NULL);
    }
    EQUAL(4, run_script("exit 4", NULL).value);
}

static void few_descriptors(void) {
    const struct rlimit files = {30, 30};
    setrlimit(RLIMIT_NOFILE, &files);
}

static double cpu_seconds(pid_t process) {
    const char *stat = strrchr(read_file(text("/proc/%d/stat", process)), ')');
    long user = 0, system = 0;
    for (int field = 2; stat != NULL && field < 15; field++) {
        stat = strchr(stat + 1, ' ');
        if (field == 13) {
            user = strtol(stat, NULL, 10);
        }
        system = stat == NULL ? 0 : strtol(stat, NULL, 10);
    }
    return (double) (user + system) / (double) sysconf(_SC_CLK_TCK);
}

static void without_descriptors_it_waits_and_does_not_spin(void) {
    pid_t relay = start_relay(&(struct start){.before = few_descriptors});
    int opened = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int sockets[60];
    for (int i = 0; i < 60; i++) {
        sockets[i] = relay_connect(opened, "guest.sock", 60000);
        CHECK(sockets[i] >= 0);
    }
    AWAIT(count_descriptors(relay) >= 29);
    double before = cpu_seconds(relay);
    sleep(2);
    CHECK(cpu_seconds(relay) - before < 0.5);
    for (int i = 0; i < 60; i++) {
        close(sockets[i]);
    }
    EQUAL(6, run_script("exit 6", NULL).value);
}

static int log_ends[2];

static void full_log(void) {
    char bytes[4096] = {0};
    CHECK(pipe2(log_ends, O_NONBLOCK) == 0);
    while (write(log_ends[1], bytes, sizeof bytes) > 0) {
    }
    fcntl(log_ends[1], F_SETFL, 0);
    dup2(log_ends[1], 2);
}

static void a_log_that_nobody_reads_holds_up_nothing(void) {
    struct message hello;
    struct stat found;
    spawn_relay(&(struct start){.before = full_log});
    AWAIT(stat(text("%s/guest.sock", directory), &found) == 0);
    for (int i = 0; i < 5; i++) {
        int socket = connect_to(directory, "guest", &hello);
        CHECK(send(socket, "nonsense", 8, MSG_NOSIGNAL) == 8);
        EQUAL(RECEIVED_END, relay_await(socket, &hello, 60000));
    }
    EQUAL(4, run_script("exit 4", NULL).value);
}

const struct test FLOOD_TESTS[] = {{"a silent connection is closed", a_silent_connection_is_closed, ANYBODY},
        {"a client that says something after its result is kept", a_client_that_says_something_after_its_result_is_kept,
                ANYBODY},
        {"silent connections hold up no run", silent_connections_hold_up_no_run, ANYBODY},
        {"a flood holds up no run", a_flood_holds_up_no_run, ANYBODY},
        {"a client that reads nothing holds up no run", a_client_that_reads_nothing_holds_up_no_run, ANYBODY},
        {"without descriptors it waits and does not spin", without_descriptors_it_waits_and_does_not_spin, ANYBODY},
        {"a log that nobody reads holds up nothing", a_log_that_nobody_reads_holds_up_nothing, ANYBODY},
        {NULL, NULL, ANYBODY}};
