/* Clients of the relay, and looks at processes; see harness.h. */
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MILLIS 60000

int sealed(const void *bytes, size_t size) {
    int file = kx_file(bytes, (long) size);
    CHECK(file >= 0);
    return file;
}

int connect_to(const char *path, const char *name, struct message *hello) {
    int opened = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    CHECK(opened >= 0);
    int socket = relay_connect(opened, text("%s" RELAY_SOCKET_SUFFIX, name), PATIENCE_MILLIS);
    close(opened);
    CHECK(socket >= 0);
    EQUAL(RECEIVED, relay_await(socket, hello, PATIENCE_MILLIS));
    return socket;
}

int connect_relay(void) {
    struct message hello;
    int socket = connect_to(directory, "guest", &hello);
    EQUAL(RELAY_HELLO, hello.packet.header.type);
    close_descriptors(&hello);
    return socket;
}

/* ---- RUN */

struct bytes {
    char *at;
    size_t size;
};

static void add(struct bytes *bytes, const char *string) {
    size_t length = strlen(string) + 1;
    bytes->at = realloc(bytes->at, bytes->size + length);
    memcpy(bytes->at + bytes->size, string, length);
    bytes->size += length;
}

/* Returns how many. */
static uint32_t add_all(struct bytes *bytes, const char *strings) {
    uint32_t count = 0;
    for (; *strings != 0; strings += strlen(strings) + 1) {
        add(bytes, strings);
        count++;
    }
    return count;
}

static void identify(const char *path, unsigned long long other, uint64_t *device, uint64_t *inode) {
    struct stat found;
    if (path != NULL && stat(path, &found) == 0) {
        *device = found.st_dev;
        *inode = other != 0 ? found.st_ino + 1 : found.st_ino;
    }
}

struct run send_run(int socket, const struct request *request) {
    static const char SH[] = "sh\0/proc/self/fd/9\0";
    int ends[2] = {-1, -1};
    int descriptors[RELAY_DESCRIPTORS];
    union packet packet = {.run = {.version = RELAY_VERSION,
                                   .flags = request->flags,
                                   .umask = request->umask == 0 ? 022 : request->umask,
                                   .grace_millis = request->grace == 0 ? 10000 : request->grace,
                                   .programs = 1,
                                   .rows = request->rows,
                                   .columns = request->columns}};
    struct relay_run *run = &packet.run;
    struct bytes strings = {NULL, 0};
    identify(request->directory, request->directory_inode, &run->directory_device, &run->directory_inode);
    identify(request->volume, request->volume_inode, &run->volume_device, &run->volume_inode);
    add(&strings, request->directory == NULL ? "" : request->directory);
    add(&strings, request->volume == NULL ? "" : request->volume);
    add(&strings, (request->flags & RELAY_RUN_SCRIPT_FILE) != 0 ? "build.sh" : "");
    add(&strings, request->program == NULL ? "/bin/sh" : request->program);
    run->arguments = add_all(&strings, request->arguments == NULL ? SH : request->arguments);
    add_all(&strings, request->environment == NULL ? "PATH=/usr/sbin:/usr/bin:/sbin:/bin\0" : request->environment);
    for (int i = 0; i * 1000 < request->large; i++) {
        add(&strings, text("LARGE_%d=%0980d", i, i));
    }
    memset(descriptors, -1, sizeof descriptors);
    descriptors[descriptor_place(RELAY_STRINGS)] = sealed(strings.at, strings.size);
    if (request->script != NULL) {
        descriptors[descriptor_place(RELAY_SCRIPT)] = sealed(request->script, strlen(request->script));
        run->script_as = 9;
        run->script_argument = run->arguments - 1;
    }
    if ((request->flags & RELAY_RUN_TERMINAL) == 0) {
        CHECK(pipe2(ends, O_CLOEXEC) == 0);
        descriptors[descriptor_place(RELAY_OUTPUT)] = ends[1];
        descriptors[descriptor_place(RELAY_ERROR)] = ends[1];
    }
    if (request->input != 0) {
        descriptors[descriptor_place(RELAY_INPUT)] = request->input;
    }
    int sent = send_message(socket, RELAY_RUN, &packet, sizeof packet.run, descriptors) == 0;
    close(descriptors[descriptor_place(RELAY_STRINGS)]);
    close(descriptors[descriptor_place(RELAY_SCRIPT)]);
    close(ends[1]);
    free(strings.at);
    return (struct run){.socket = sent ? socket : -1, .output = ends[0], .terminal = -1};
}

static struct message await_any(int socket) {
    struct message message;
    EQUAL(RECEIVED, relay_await(socket, &message, PATIENCE_MILLIS));
    return message;
}

union packet await_message(int socket, enum relay_type type) {
    struct message message = await_any(socket);
    if (message.packet.header.type == RELAY_FAILED && type != RELAY_FAILED) {
        fail(__FILE__, __LINE__, "FAILED: stage %u, %d", message.packet.failed.stage, message.packet.failed.number);
    }
    EQUAL(type, message.packet.header.type);
    close_descriptors(&message);
    return message.packet;
}

struct run start_run(const struct request *request) {
    struct run run = send_run(connect_relay(), request);
    struct message message = await_any(run.socket);
    if (message.packet.header.type == RELAY_FAILED) {
        fail(__FILE__, __LINE__, "FAILED: stage %u, %d", message.packet.failed.stage, message.packet.failed.number);
    }
    EQUAL(RELAY_STARTED, message.packet.header.type);
    run.started = message.packet;
    run.process = message.packet.started.process;
    run.terminal = message.descriptors[descriptor_place(RELAY_TERMINAL)];
    return run;
}

struct run start_script(const char *script) {
    return start_run(&(struct request){.script = script});
}

struct relay_result run_script(const char *script, char **output) {
    struct run run = start_script(script);
    union packet packet = await_message(run.socket, RELAY_RESULT);
    close(run.socket);
    char *all = read_output(&run);
    if (output != NULL) {
        *output = all;
    }
    return packet.result;
}

struct relay_failed run_failing(const struct request *request) {
    struct run run = send_run(connect_relay(), request);
    union packet packet = await_message(run.socket, RELAY_FAILED);
    EQUAL_TEXT("", read_output(&run));
    close(run.socket);
    return packet.failed;
}

void send_signal(const struct run *run, int number) {
    union packet packet = {.signal = {.number = (uint32_t) number}};
    CHECK(send_message(run->socket, RELAY_SIGNAL, &packet, sizeof packet.signal, NULL) == 0);
}

void send_end(const struct run *run, uint32_t grace) {
    union packet packet = {.end = {.grace_millis = grace}};
    CHECK(send_message(run->socket, RELAY_END, &packet, sizeof packet.end, NULL) == 0);
}

/* ---- output */

static int read_more(int file, char *all, size_t *length, size_t room) {
    struct pollfd readable = {file, POLLIN, 0};
    if (poll(&readable, 1, PATIENCE_MILLIS) != 1) {
        fail(__FILE__, __LINE__, "waited in vain for output behind '%s'", all);
    }
    ssize_t count = read(file, all + *length, room - 1 - *length);
    *length += count > 0 ? (size_t) count : 0;
    all[*length] = 0;
    return count > 0;
}

char *await_output(const struct run *run, const char *expected) {
    enum { ROOM = 1 << 20 };
    char *all = calloc(1, ROOM);
    size_t length = 0;
    while (strstr(all, expected) == NULL) {
        if (!read_more(run->terminal >= 0 ? run->terminal : run->output, all, &length, ROOM)) {
            fail(__FILE__, __LINE__, "ended before '%s' came: '%s'", expected, all);
        }
    }
    return all;
}

char *read_output(const struct run *run) {
    enum { ROOM = 16 << 20 };
    char *all = malloc(ROOM);
    size_t length = 0;
    all[0] = 0;
    while (read_more(run->output, all, &length, ROOM)) {
        /* on to the end */
    }
    close(run->output);
    return all;
}
