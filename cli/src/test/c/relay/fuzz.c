/*
 * A fuzzer of what the relay and its client make of bytes that they have not seen before: receive_message (message.h)
 * with any descriptors attached, and strings_split (strings.h). An input is: what it is for (0: the relay, 1: its
 * client, 2: strings), how many descriptors, a byte for the kind of each, and the packet. See fuzz.sh.
 */
#define _GNU_SOURCE
#include "message.h"
#include "strings.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_DESCRIPTORS 32
#define KINDS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int kinds[KINDS];
/* The number that the next descriptor gets, if none has been left open. */
static int next_number;

static int lowest_free(void) {
    int number = dup(0);
    close(number);
    return number;
}

static int memory_file(int seals) {
    static const char STRINGS[] = "/\0/go\0build.sh\0/bin/sh\0sh\0/proc/self/fd/9\0A=b";
    int file = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert(write(file, STRINGS, sizeof STRINGS) == sizeof STRINGS && fcntl(file, F_ADD_SEALS, seals) == 0);
    return file;
}

static void open_kinds(void) {
    int ends[2];
    assert(pipe2(ends, O_CLOEXEC) == 0);
    kinds[0] = memory_file(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    kinds[1] = ends[0];
    kinds[2] = ends[1];
    kinds[3] = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    kinds[4] = memory_file(F_SEAL_SHRINK);
    kinds[5] = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    kinds[6] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    kinds[7] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    next_number = lowest_free();
}

/* Copied behind a guard that the sanitizer sees: exactly as many bytes as there are, and the room that is promised. */
static void split(const uint8_t *bytes, size_t size, const struct relay_run *run) {
    struct strings strings;
    char *copy = malloc(size + STRINGS_ROOM);
    memcpy(copy, bytes, size);
    if (strings_split(copy, size, run, &strings) == 0) {
        assert(strings.words_size + strings.environment_size <= size && strings.words_size >= 2);
        assert(strings.words[strings.words_size - 1] == 0 && strings.environment == strings.words + strings.words_size);
        size_t words = 0;
        for (size_t i = 0; i < strings.words_size; i++) {
            words += strings.words[i] == 0;
        }
        assert(words == (size_t) run->programs + run->arguments);
        assert(strings.script == NULL || strchr(strings.script, '/') == NULL);
        char path[STRINGS_ROOM];
        memset(path, 'x', sizeof path - 1);
        path[sizeof path - 1] = 0;
        strings_replace(&strings, words - 1, path);
        assert(strings.words + strings.words_size + strings.environment_size <= copy + size + STRINGS_ROOM);
        assert(strcmp(strings.environment - sizeof path, path) == 0);
    }
    free(copy);
}

static void split_input(const uint8_t *data, size_t size) {
    struct relay_run run = {.flags = data[0] & RELAY_RUN_SCRIPT_FILE,
            .programs = 1 + (data[0] >> 4),
            .arguments = 1 + (data[0] >> 2 & 3)};
    split(data + 1, size - 1, &run);
}

static void send_input(int socket, const uint8_t *data, size_t size) {
    char control[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))] = {0};
    size_t count = data[0] % (MOST_DESCRIPTORS + 1);
    count = count < size - 1 ? count : size - 1;
    struct iovec bytes = {(void *) (data + 1 + count), size - 1 - count};
    struct msghdr header = {.msg_iov = &bytes, .msg_iovlen = 1};
    if (count > 0) {
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *part = CMSG_FIRSTHDR(&header);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(count * sizeof(int));
        for (size_t i = 0; i < count; i++) {
            memcpy(CMSG_DATA(part) + i * sizeof(int), &kinds[data[1 + i] % KINDS], sizeof(int));
        }
    }
    sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void check_received(struct message *message, enum side side) {
    const struct relay_header *header = &message->packet.header;
    for (int i = 0; i < RELAY_DESCRIPTORS; i++) {
        int there = (header->descriptors & 1U << i) != 0;
        assert(there == (message->descriptors[i] >= 0));
        assert(!there || (fcntl(message->descriptors[i], F_GETFD) & FD_CLOEXEC) != 0);
    }
    int of_client = header->type == RELAY_RUN || header->type == RELAY_SIGNAL || header->type == RELAY_END;
    assert(of_client == (side == RELAY));
    if (header->type == RELAY_RUN) {
        uint8_t bytes[4096];
        ssize_t size = pread(message->descriptors[descriptor_place(RELAY_STRINGS)], bytes, sizeof bytes, 0);
        assert(size >= 0);
        split(bytes, (size_t) size, &message->packet.run);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int ends[2];
    struct message message;
    if (next_number == 0) {
        open_kinds();
    }
    if (size < 2) {
        return 0;
    }
    if (data[0] % 3 == 2) {
        split_input(data + 1, size - 1);
        return 0;
    }
    enum side side = data[0] % 3 == 0 ? RELAY : CLIENT;
    assert(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    send_input(ends[0], data + 1, size - 1);
    close(ends[0]);
    enum received received = receive_message(ends[1], side, &message);
    close(ends[1]);
    if (received == RECEIVED) {
        check_received(&message, side);
        close_descriptors(&message);
    }
    for (int i = 0; i < RELAY_DESCRIPTORS; i++) {
        assert(message.descriptors[i] == -1);
    }
    assert(lowest_free() == next_number);
    return 0;
}
