/* See message.h for what it promises. */
#define _GNU_SOURCE
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STREAMS (RELAY_OUTPUT | RELAY_ERROR)

/* What a message of each type is. */
static const struct rule {
    enum side sender;
    size_t size;       /* in bytes; HELLO may be longer, with what a later version has to say */
    uint32_t required; /* enum relay_descriptor */
    uint32_t allowed;
} RULES[] = {
        [RELAY_HELLO] = {RELAY, sizeof(struct relay_hello), 0, RELAY_FACTS},
        [RELAY_REFUSED] = {RELAY, sizeof(struct relay_refused), 0, 0},
        [RELAY_RUN] = {CLIENT, sizeof(struct relay_run), RELAY_STRINGS,
                RELAY_STRINGS | RELAY_SCRIPT | RELAY_INPUT | STREAMS},
        [RELAY_STARTED] = {RELAY, sizeof(struct relay_started), 0, RELAY_TERMINAL},
        [RELAY_FAILED] = {RELAY, sizeof(struct relay_failed), 0, 0},
        [RELAY_SIGNAL] = {CLIENT, sizeof(struct relay_signal), 0, 0},
        [RELAY_END] = {CLIENT, sizeof(struct relay_end), 0, 0},
        [RELAY_RESULT] = {RELAY, sizeof(struct relay_result), 0, 0},
};

_Static_assert(sizeof(struct relay_hello) == 120, "a part of version 1");
_Static_assert(sizeof(struct relay_run) == 80, "a part of version 1");
_Static_assert(sizeof(struct relay_started) == 40, "a part of version 1");
_Static_assert(sizeof(struct relay_result) == 576, "a part of version 1");

int descriptor_place(enum relay_descriptor descriptor) {
    int place = 0;
    while (1 << place < (int) descriptor) {
        place++;
    }
    return place;
}

void close_descriptors(struct message *message) {
    for (int i = 0; i < RELAY_DESCRIPTORS; i++) {
        if (message->descriptors[i] >= 0) {
            close(message->descriptors[i]);
            message->descriptors[i] = -1;
        }
    }
}

/* ---- what came is looked at */

/* No look at a stream may wait, as fstat(2) may for a file of a network's: fcntl(2) asks the descriptor alone. */
static int is_open_for(int descriptor, int use) {
    int flags = fcntl(descriptor, F_GETFL);
    int mode = flags & O_ACCMODE;
    return flags >= 0 && (flags & O_PATH) == 0 && (mode == use || mode == O_RDWR);
}

/* A file in memory that nobody can change any more, so that what was checked in it stays true. */
static int is_sealed(int descriptor, off_t most) {
    const int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    int seals = fcntl(descriptor, F_GET_SEALS);
    struct stat file;
    return seals >= 0 && (seals & needed) == needed && is_open_for(descriptor, O_RDONLY) &&
           fstat(descriptor, &file) == 0 && file.st_size <= most;
}

static int is_terminal_master(int descriptor) {
    unsigned number;
    /* C libraries do not agree on the type of ioctl's second argument */
    return is_open_for(descriptor, O_RDWR) && syscall(SYS_ioctl, descriptor, (unsigned long) TIOCGPTN, &number) == 0;
}

static int is_fit(enum relay_descriptor kind, int descriptor) {
    switch (kind) {
    case RELAY_FACTS:
    case RELAY_STRINGS:
        return is_sealed(descriptor, RELAY_STRINGS_SIZE);
    case RELAY_SCRIPT:
        return is_sealed(descriptor, INT32_MAX);
    case RELAY_INPUT:
        return is_open_for(descriptor, O_RDONLY);
    case RELAY_OUTPUT:
    case RELAY_ERROR:
        return is_open_for(descriptor, O_WRONLY);
    case RELAY_TERMINAL:
        return is_terminal_master(descriptor);
    }
    return 0;
}

static int run_is_valid(const struct relay_run *run) {
    uint32_t attached = run->header.descriptors;
    int terminal = (run->flags & RELAY_RUN_TERMINAL) != 0;
    int script = (attached & RELAY_SCRIPT) != 0;
    uint32_t streams = attached & (RELAY_INPUT | STREAMS);
    return run->version == RELAY_VERSION &&
           (run->flags & ~(uint32_t) (RELAY_RUN_TERMINAL | RELAY_RUN_SCRIPT_FILE)) == 0 && run->umask <= 0777 &&
           run->programs >= 1 && run->programs <= RELAY_STRINGS_SIZE && run->arguments >= 1 &&
           run->arguments <= RELAY_STRINGS_SIZE && run->reserved == 0 &&
           /* three streams of the client's, or a terminal */
           (terminal ? streams == 0 : (streams & STREAMS) == STREAMS && run->rows == 0 && run->columns == 0) &&
           (script ? run->script_as > 2 && run->script_as < 256 && run->script_argument < run->arguments
                   : run->script_as == 0 && run->script_argument == 0 && (run->flags & RELAY_RUN_SCRIPT_FILE) == 0);
}

static int is_magic(const char *bytes) {
    return memcmp(bytes, RELAY_MAGIC, sizeof RELAY_MAGIC - 1) == 0;
}

static int is_ended(const char *text, size_t size) {
    return memchr(text, 0, size) != NULL;
}

static int processes_are_valid(const struct relay_processes *processes) {
    for (int i = 0; i < RELAY_NAMED; i++) {
        if (!is_ended(processes->named[i].name, sizeof processes->named[i].name)) {
            return 0;
        }
    }
    return 1;
}

static int is_valid(const union packet *packet) {
    switch ((enum relay_type) packet->header.type) {
    case RELAY_HELLO:
        return is_magic(packet->hello.magic) && packet->hello.lowest >= 1 &&
               packet->hello.lowest <= packet->hello.highest && is_ended(packet->hello.name, sizeof packet->hello.name);
    case RELAY_REFUSED:
        return is_magic(packet->refused.magic);
    case RELAY_RUN:
        return run_is_valid(&packet->run);
    case RELAY_SIGNAL:
        return packet->signal.number <= 64 && packet->signal.reserved == 0;
    case RELAY_END:
        return packet->end.reserved == 0;
    case RELAY_RESULT:
        return packet->result.outcome >= RELAY_EXITED && packet->result.outcome <= RELAY_UNENDED &&
               processes_are_valid(&packet->result.left) && processes_are_valid(&packet->result.killed);
    case RELAY_STARTED:
    case RELAY_FAILED:
        return 1;
    }
    return 0;
}

static const struct rule *rule_of(const union packet *packet, size_t size, enum side sender) {
    if (size < sizeof packet->header || packet->header.size != size || packet->header.type < RELAY_HELLO ||
            packet->header.type > RELAY_RESULT) {
        return NULL;
    }
    const struct rule *rule = &RULES[packet->header.type];
    int whole = packet->header.type == RELAY_HELLO ? size >= rule->size : size == rule->size;
    return whole && rule->sender == sender ? rule : NULL;
}

/* Gives each descriptor its place, in the order of their bits. Takes none if they are not those announced. */
static int place_descriptors(struct message *message, const struct rule *rule, const int *came, int count) {
    uint32_t announced = message->packet.header.descriptors;
    if ((announced & rule->required) != rule->required || (announced & ~rule->allowed) != 0 ||
            __builtin_popcount(announced) != count) {
        return 0;
    }
    for (int bit = 0, next = 0; bit < RELAY_DESCRIPTORS; bit++) {
        if ((announced & 1U << bit) != 0 && !is_fit((enum relay_descriptor)(1U << bit), came[next++])) {
            return 0;
        }
    }
    for (int bit = 0, next = 0; bit < RELAY_DESCRIPTORS; bit++) {
        if ((announced & 1U << bit) != 0) {
            message->descriptors[bit] = came[next++];
        }
    }
    return 1;
}

/* ---- the socket */

/* Room for as many descriptors as a message can have: the kernel lets go of the others, and says so (MSG_CTRUNC). */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(RELAY_DESCRIPTORS * sizeof(int))];
};

/* All of them are in one part, and there is no other (unix(7): what else there is has to be asked for). */
static int take_descriptors(struct msghdr *header, int *came) {
    const struct cmsghdr *part = CMSG_FIRSTHDR(header);
    if (part == NULL || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
        return 0;
    }
    size_t size = part->cmsg_len - CMSG_LEN(0);
    memcpy(came, CMSG_DATA(part), size);
    return (int) (size / sizeof(int));
}

enum received receive_message(int socket, enum side self, struct message *message) {
    union control control;
    struct iovec bytes = {&message->packet, sizeof message->packet};
    struct msghdr header = {
            .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    /* the padding has room for one more than RELAY_DESCRIPTORS */
    int came[sizeof control / sizeof(int)];
    ssize_t size;
    memset(&message->packet, 0, sizeof message->packet);
    for (int i = 0; i < RELAY_DESCRIPTORS; i++) {
        message->descriptors[i] = -1;
    }
    int resets = 0;
    do {
        size = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        /* told once if the other side closed before it had read all: its last message is there all the same */
    } while (size < 0 && (errno == EINTR || (errno == ECONNRESET && resets++ == 0)));
    if (size < 0) {
        return errno == EAGAIN ? RECEIVED_NOTHING : RECEIVED_END;
    }
    int count = take_descriptors(&header, came);
    const struct rule *rule = rule_of(&message->packet, (size_t) size, self == CLIENT ? RELAY : CLIENT);
    if (rule != NULL && (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && is_valid(&message->packet) &&
            place_descriptors(message, rule, came, count)) {
        return RECEIVED;
    }
    for (int i = 0; i < count; i++) {
        close(came[i]);
    }
    return size == 0 && count == 0 ? RECEIVED_END : RECEIVED_MALFORMED;
}

int send_message(int socket, enum relay_type type, union packet *packet, size_t size, const int *descriptors) {
    union control control = {.bytes = {0}};
    struct iovec bytes = {packet, size};
    struct msghdr header = {.msg_iov = &bytes, .msg_iovlen = 1};
    int count = 0;
    packet->header = (struct relay_header){.type = (uint16_t) type, .size = (uint16_t) size};
    for (int bit = 0; descriptors != NULL && bit < RELAY_DESCRIPTORS; bit++) {
        if (descriptors[bit] >= 0) {
            memcpy(CMSG_DATA(&control.header) + (size_t) count++ * sizeof(int), &descriptors[bit], sizeof(int));
            packet->header.descriptors |= 1U << bit;
        }
    }
    if (count > 0) {
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = (socklen_t) CMSG_LEN((size_t) count * sizeof(int));
        header.msg_control = &control;
        header.msg_controllen = (socklen_t) CMSG_SPACE((size_t) count * sizeof(int));
    }
    ssize_t sent;
    do {
        sent = sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == (ssize_t) size ? 0 : -1;
}
