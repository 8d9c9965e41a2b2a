/* Who may connect, and what those can do who mean no good. */
#define _GNU_SOURCE
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct start PLAIN = {0};

/* A connection as another user; the effective one counts. */
static struct message hello_as(uid_t uid) {
    struct message hello;
    EQUAL(0, seteuid(uid));
    close(connect_to(directory, "guest", &hello));
    EQUAL(0, seteuid(0));
    close_descriptors(&hello);
    return hello;
}

static void refuses(uid_t uid, uid_t self, uid_t installer) {
    union packet packet = hello_as(uid).packet;
    EQUAL(RELAY_REFUSED, packet.header.type);
    EQUAL(RELAY_REFUSED_USER, packet.refused.reason);
    EQUAL(uid, packet.refused.peer);
    EQUAL(self, packet.refused.uid);
    EQUAL(installer, packet.refused.installer);
}

static void other_users_are_refused(void) {
    start_relay(&(struct start){.uid = 2000, .gid = 2000});
    refuses(1000, 2000, 0);
    refuses(65534, 2000, 0);
    EQUAL(RELAY_HELLO, hello_as(2000).packet.header.type);
    EQUAL(RELAY_HELLO, hello_as(0).packet.header.type);
    AWAIT(strstr(relay_log(), "uid 1000 is refused: root, uid 2000 and the owner of this program (uid 0) may connect; "
                              "add --allow-uid 1000\n") != NULL);
}

static void allowed_users_may_connect(void) {
    start_relay(
            &(struct start){.uid = 2000, .gid = 2000, .arguments = {"--allow-uid=1000", "--allow-uid", "1001,1002"}});
    for (uid_t uid = 1000; uid <= 1002; uid++) {
        EQUAL(RELAY_HELLO, hello_as(uid).packet.header.type);
    }
    refuses(1003, 2000, 0);
}

static void whoever_installed_the_program_may_connect(void) {
    const char *own = text("%s/relay-of-1000", folder);
    EQUAL(0, system(text("cp ${RELAY##* } %s && chown 1000 %s", own, own)));
    setenv("RELAY", own, 1);
    start_relay(&(struct start){.uid = 2000, .gid = 2000});
    EQUAL(RELAY_HELLO, hello_as(1000).packet.header.type);
    refuses(1001, 2000, 1000);
}

static void nobody_is_not_the_relays_own_user(void) {
    start_relay(&(struct start){.uid = 65534, .gid = 65534});
    refuses(65534, 65534, 0);
}

/* ---- what no message is */

static void closes(int socket, const void *bytes, size_t size) {
    struct message message;
    CHECK(send(socket, bytes, size, MSG_NOSIGNAL) == (ssize_t) size);
    EQUAL(RECEIVED_END, relay_await(socket, &message, 60000));
    close(socket);
}

static void what_is_no_message_costs_its_connection_alone(void) {
    union packet packet;
    char large[200000];
    pid_t relay = start_relay(&PLAIN);
    int before = count_descriptors(relay);
    struct run other = start_script("echo ready; read line; sleep 1; exit 3");

    memset(&packet, 0, sizeof packet);
    closes(connect_relay(), &packet, 1);
    closes(connect_relay(), &packet, sizeof packet.header);
    closes(connect_relay(), &packet, sizeof packet);
    memset(large, 3, sizeof large);
    closes(connect_relay(), large, sizeof large);
    packet.run =
            (struct relay_run){.header = {RELAY_RUN, sizeof packet.run, RELAY_STRINGS | RELAY_OUTPUT | RELAY_ERROR},
                    .version = 1,
                    .programs = 1,
                    .arguments = 1};
    /* announced, and none came */
    closes(connect_relay(), &packet, sizeof packet.run);
    closes(connect_relay(), &packet, sizeof packet.run - 1);
    packet.signal = (struct relay_signal){.header = {RELAY_SIGNAL, sizeof packet.signal, 0}, .number = 9};
    closes(connect_relay(), &packet, sizeof packet.signal);
    packet.result = (struct relay_result){.header = {RELAY_RESULT, sizeof packet.result, 0}, .outcome = 1};
    closes(connect_relay(), &packet, sizeof packet.result);
    int empty = connect_relay();
    CHECK(send(empty, "", 0, 0) == 0);
    struct message message;
    EQUAL(RECEIVED_END, relay_await(empty, &message, 60000));

    EQUAL(3, await_message(other.socket, RELAY_RESULT).result.value);
    close(other.socket);
    AWAIT(count_descriptors(relay) == before);
}

static void a_second_run_is_refused_and_not_started(void) {
    start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.script = "echo first; sleep 1000", .grace = 100});
    await_output(&run, "first");
    struct run second = send_run(run.socket, &(struct request){.script = "echo second"});
    struct message message;
    EQUAL(RECEIVED_END, relay_await(run.socket, &message, 60000));
    EQUAL_TEXT("", read_output(&run));
    EQUAL_TEXT("", read_output(&second));
}

/* ---- descriptors */

static int send_with(int socket, union packet *packet, size_t size, const int *files, size_t count) {
    char control[CMSG_SPACE(253 * sizeof(int))] = {0};
    struct iovec bytes = {packet, size};
    struct msghdr header = {.msg_iov = &bytes,
            .msg_iovlen = 1,
            .msg_control = control,
            .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(part), files, count * sizeof(int));
    return sendmsg(socket, &header, MSG_NOSIGNAL) == (ssize_t) size;
}

static void more_descriptors_than_announced_are_closed(void) {
    union packet packet = {.run = {.header = {RELAY_RUN, sizeof packet.run, RELAY_STRINGS | RELAY_OUTPUT | RELAY_ERROR},
                                   .version = 1,
                                   .programs = 1,
                                   .arguments = 1}};
    int files[253];
    int ends[2];
    pid_t relay = start_relay(&PLAIN);
    int before = count_descriptors(relay);
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    files[0] = sealed("\0\0\0/bin/sh\0sh", 14);
    for (int i = 1; i < 253; i++) {
        files[i] = ends[1];
    }
    static const size_t COUNTS[] = {1, 2, 4, 7, 8, 9, 100, 253};
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
        int socket = connect_relay();
        CHECK(send_with(socket, &packet, sizeof packet.run, files, COUNTS[i]));
        struct message message;
        EQUAL(RECEIVED_END, relay_await(socket, &message, 60000));
        close(socket);
    }
    AWAIT(count_descriptors(relay) == before);
    close(ends[1]);
    char byte;
    EQUAL(0, read(ends[0], &byte, 1));
}

/* Each in the place of one that a good RUN has. */
static void descriptors_of_another_kind_are_refused(void) {
    int ends[2];
    pid_t relay = start_relay(&PLAIN);
    int before = count_descriptors(relay);
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    int unsealed = memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK(write(unsealed, "\0\0\0/bin/sh\0sh", 14) == 14);
    int half = memfd_create("half", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK(write(half, "\0\0\0/bin/sh\0sh", 14) == 14 && fcntl(half, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW) == 0);
    int large = memfd_create("large", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK(ftruncate(large, RELAY_STRINGS_SIZE + 1) == 0 && fcntl(large, F_ADD_SEALS, 15) == 0);
    int good = sealed("\0\0\0/bin/sh\0sh", 14);
    int path = open("/dev/null", O_PATH | O_CLOEXEC);
    int reading = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int sets[][3] = {{unsealed, ends[1], ends[1]}, {half, ends[1], ends[1]}, {large, ends[1], ends[1]},
            {ends[0], ends[1], ends[1]}, {reading, ends[1], ends[1]}, {path, ends[1], ends[1]},
            {good, ends[0], ends[1]}, {good, ends[1], path}, {good, reading, ends[1]}, {ends[1], good, ends[1]}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        union packet packet = {
                .run = {.header = {RELAY_RUN, sizeof packet.run, RELAY_STRINGS | RELAY_OUTPUT | RELAY_ERROR},
                        .version = 1,
                        .programs = 1,
                        .arguments = 1}};
        int socket = connect_relay();
        CHECK(send_with(socket, &packet, sizeof packet.run, sets[i], 3));
        struct message message;
        EQUAL(RECEIVED_END, relay_await(socket, &message, 60000));
        close(socket);
    }
    AWAIT(count_descriptors(relay) == before);
}

static void strings_that_are_not_as_announced_are_refused(void) {
    static const struct {
        const char *bytes;
        size_t size;
        uint32_t flags;
    } SETS[] = {{"", 0, 0}, {"\0\0\0/bin/sh\0sh", 13, ANYBODY}, {"\0\0\0", 3, ANYBODY}, {"\0\0\0/bin/sh", 11, ANYBODY},
            {"\0\0name\0/bin/sh\0sh", 18, ANYBODY}, {"\0\0\0/bin/sh\0sh", 14, RELAY_RUN_SCRIPT_FILE},
            {"\0\0..\0/bin/sh\0sh", 16, RELAY_RUN_SCRIPT_FILE}, {"\0\0a/b\0/bin/sh\0sh", 17, RELAY_RUN_SCRIPT_FILE}};
    int ends[2];
    start_relay(&PLAIN);
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    for (size_t i = 0; i < sizeof SETS / sizeof *SETS; i++) {
        int descriptors[RELAY_DESCRIPTORS] = {-1, sealed(SETS[i].bytes, SETS[i].size), -1, -1, ends[1], ends[1], -1};
        union packet packet = {.run = {.version = 1, .programs = 1, .arguments = 1, .flags = SETS[i].flags}};
        if (SETS[i].flags != 0) {
            packet.run.script_as = 9;
            descriptors[2] = sealed("exit", 4);
        }
        int socket = connect_relay();
        CHECK(send_message(socket, RELAY_RUN, &packet, sizeof packet.run, descriptors) == 0);
        EQUAL(RELAY_STAGE_STRINGS, await_message(socket, RELAY_FAILED).failed.stage);
        close(socket);
    }
}

const struct test PEER_TESTS[] = {{"other users are refused", other_users_are_refused, ROOT},
        {"allowed users may connect", allowed_users_may_connect, ROOT},
        {"whoever installed the program may connect", whoever_installed_the_program_may_connect, ROOT},
        {"nobody is not the relay's own user", nobody_is_not_the_relays_own_user, ROOT},
        {"what is no message costs its connection alone", what_is_no_message_costs_its_connection_alone, ANYBODY},
        {"a second RUN is refused and not started", a_second_run_is_refused_and_not_started, ANYBODY},
        {"more descriptors than announced are closed", more_descriptors_than_announced_are_closed, NATIVE},
        {"descriptors of another kind are refused", descriptors_of_another_kind_are_refused, ANYBODY},
        {"strings that are not as announced are refused", strings_that_are_not_as_announced_are_refused, ANYBODY},
        {NULL, NULL, ANYBODY}};
