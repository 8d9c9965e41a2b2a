/* See accompany.h for what it promises. */
#define _GNU_SOURCE
#include "accompany.h"

#include "clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

/* How long what the program has printed may take to come, once it has ended: what it left may hold its terminal. */
#define DRAIN_LIMIT 1000

static const int PASSED_ON[] = {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGCONT, SIGWINCH};
/* So many requests to end are passed on: then whoever sends them has waited long enough for the other side. */
#define MOST_REQUESTS 3
#define PASSED_ON_COUNT (sizeof PASSED_ON / sizeof *PASSED_ON)

/* The numbers of signals that came, from their handler (signal-safety(7)). */
static int signals[2];

static void note(int number) {
    int error = errno;
    unsigned char byte = (unsigned char) number;
    ssize_t written = write(signals[1], &byte, 1);
    (void) written;
    errno = error;
}

static int catch_signals(void) {
    if (pipe2(signals, O_CLOEXEC | O_NONBLOCK) != 0) {
        return -1;
    }
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < PASSED_ON_COUNT; i++) {
        struct sigaction before;
        /* what was to be ignored stays so, as by nohup(1) */
        if (sigaction(PASSED_ON[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            sigaction(PASSED_ON[i], &action, NULL);
        }
    }
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

/* C libraries do not agree on the type of ioctl's second argument. */
static int control(int descriptor, unsigned long request, void *argument) {
    return (int) syscall(SYS_ioctl, descriptor, request, argument);
}

static void copy_window(int terminal) {
    struct winsize size;
    if (control(1, TIOCGWINSZ, &size) == 0) {
        control(terminal, TIOCSWINSZ, &size);
    }
}

/* Returns how many of them ask for an end. */
static int pass_on(int socket, int terminal) {
    unsigned char number;
    int requests = 0;
    while (read(signals[0], &number, 1) == 1) {
        if (number != SIGWINCH) {
            union packet packet = {.signal = {.number = number}};
            send_message(socket, RELAY_SIGNAL, &packet, sizeof packet.signal, NULL);
        } else if (terminal >= 0) {
            copy_window(terminal);
        }
        requests += number == SIGTERM || number == SIGHUP;
    }
    return requests;
}

/* What was typed and has not gone on: the program may read slowly, and print meanwhile. */
struct typed {
    char bytes[4096];
    size_t begin, end;
    int more; /* whether there will be any */
};

static void read_typed(struct typed *typed) {
    ssize_t count = read(0, typed->bytes, sizeof typed->bytes);
    typed->begin = 0;
    typed->end = count > 0 ? (size_t) count : 0;
    typed->more = count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

static void write_typed(struct typed *typed, int terminal) {
    ssize_t count = write(terminal, typed->bytes + typed->begin, typed->end - typed->begin);
    if (count > 0) {
        typed->begin += (size_t) count;
    } else if (count < 0 && errno != EINTR && errno != EAGAIN) {
        typed->begin = typed->end;
    }
}

/* Returns whether there may be more; nobody has the terminal's other end any more: EIO. */
static int print(int terminal) {
    char bytes[16384];
    ssize_t count = read(terminal, bytes, sizeof bytes);
    if (count <= 0) {
        return count < 0 && (errno == EINTR || errno == EAGAIN);
    }
    for (ssize_t written = 0; written < count;) {
        ssize_t now = write(1, bytes + written, (size_t) (count - written));
        if (now < 0 && errno == EAGAIN) {
            struct pollfd room = {1, POLLOUT, 0};
            poll(&room, 1, -1);
        } else if (now < 0 && errno != EINTR) {
            return 0;
        }
        written += now < 0 ? 0 : now;
    }
    return 1;
}

static void drain(int terminal) {
    long long deadline = now_millis() + DRAIN_LIMIT;
    struct pollfd readable = {terminal, POLLIN, 0};
    while (now_millis() < deadline) {
        int ready = poll(&readable, 1, (int) (deadline - now_millis()));
        if (ready > 0 && !print(terminal)) {
            return;
        }
    }
}

static enum received follow(int socket, int terminal, int input, struct message *message) {
    struct typed typed = {.more = input && terminal >= 0};
    int requests = 0;
    for (;;) {
        int waiting = typed.begin < typed.end;
        struct pollfd files[] = {{signals[0], POLLIN, 0}, {socket, POLLIN, 0}, {terminal, POLLIN, 0},
                {typed.more && !waiting ? 0 : -1, POLLIN, 0}, {waiting ? terminal : -1, POLLOUT, 0}};
        if (poll(files, sizeof files / sizeof *files, -1) < 0) {
            continue;
        }
        if (files[0].revents != 0) {
            requests += pass_on(socket, terminal);
            if (requests >= MOST_REQUESTS) {
                return RECEIVED_END;
            }
        }
        if (files[2].revents != 0 && !print(terminal)) {
            /* nobody has its other end, or nobody sees what comes from it: then the program gets SIGHUP */
            close(terminal);
            terminal = -1;
            typed.more = 0;
            typed.begin = typed.end;
        }
        if (files[3].revents != 0) {
            read_typed(&typed);
        }
        if (files[4].revents != 0 && terminal >= 0 && typed.begin < typed.end) {
            write_typed(&typed, terminal);
        }
        if (files[1].revents != 0) {
            enum received received = receive_message(socket, CLIENT, message);
            if (received != RECEIVED_NOTHING) {
                if (received == RECEIVED && terminal >= 0) {
                    drain(terminal);
                }
                return received;
            }
        }
    }
}

enum received relay_accompany(int socket, int terminal, int input, struct message *message) {
    struct termios before, raw;
    int is_raw = 0;
    if (catch_signals() != 0) {
        return RECEIVED_END;
    }
    if (terminal >= 0) {
        fcntl(terminal, F_SETFL, O_NONBLOCK | O_RDWR);
        copy_window(terminal);
        is_raw = input && tcgetattr(0, &before) == 0;
    }
    if (is_raw) {
        raw = before;
        cfmakeraw(&raw);
        tcsetattr(0, TCSADRAIN, &raw);
    }
    enum received received = follow(socket, terminal, input, message);
    if (is_raw) {
        tcsetattr(0, TCSADRAIN, &before);
    }
    return received;
}
