/* See session.h for what it promises. */
#define _GNU_SOURCE
#include "session.h"

#include "clock.h"
#include "descriptors.h"
#include "process.h"
#include "script.h"
#include "strings.h"
#include "tree.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often what SIGKILL has not ended yet gets it once more, and for how long. */
#define KILL_PERIOD 10
#define KILL_LIMIT 5000

struct session {
    const struct order *order;
    int control;
    struct script script;
    char *bytes;
    size_t room;
    pid_t program;      /* 0: it has ended */
    int ending;         /* whether the run has got SIGTERM */
    long long deadline; /* of the ending */
};

static void report(const struct session *session, enum report_kind kind, int value, int more) {
    struct rusage usage, own;
    struct report report = {.kind = kind, .value = value, .more = more, .largest_process = RELAY_NONE_64};
    if (getrusage(RUSAGE_CHILDREN, &usage) == 0 && getrusage(RUSAGE_SELF, &own) == 0) {
        report.user_micros = (uint64_t) usage.ru_utime.tv_sec * 1000000 + (uint64_t) usage.ru_utime.tv_usec;
        report.system_micros = (uint64_t) usage.ru_stime.tv_sec * 1000000 + (uint64_t) usage.ru_stime.tv_usec;
        /* what becomes a program by execve(2) counts as large as it was before, when it shared this one's memory */
        if (usage.ru_maxrss > own.ru_maxrss) {
            report.largest_process = (uint64_t) usage.ru_maxrss * 1024;
        }
    }
    send(session->control, &report, sizeof report, MSG_NOSIGNAL);
}

static void leave(struct session *session) {
    script_remove(&session->script);
    _exit(0);
}

static void fail(struct session *session, int stage, int number) {
    report(session, REPORT_FAILED, stage, number);
    leave(session);
}

/* ---- to the start */

static void separate(const struct session *session) {
    const struct order *order = session->order;
    int kept[RELAY_DESCRIPTORS + 2];
    memcpy(kept, order->run->descriptors, sizeof order->run->descriptors);
    kept[RELAY_DESCRIPTORS] = order->terminal;
    kept[RELAY_DESCRIPTORS + 1] = session->control;
    /* no other run's, and no connection: its other side would wait for the end of it */
    close_all_but(kept, sizeof kept / sizeof *kept);
    setsid();
    kx_adopt();
    prctl(PR_SET_NAME, "relay-run");
    setrlimit(RLIMIT_NOFILE, &order->files);
}

static int descriptor(const struct session *session, enum relay_descriptor kind) {
    return session->order->run->descriptors[descriptor_place(kind)];
}

/* Read, and not mapped: what has no page to give for a mapping (huge pages) ends whoever touches it. */
static int read_strings(struct session *session, struct strings *strings) {
    int file = descriptor(session, RELAY_STRINGS);
    struct stat found;
    if (fstat(file, &found) != 0) {
        return -1;
    }
    size_t size = (size_t) found.st_size;
    session->room = size + STRINGS_ROOM;
    session->bytes = mmap(NULL, session->room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (session->bytes == MAP_FAILED) {
        return -1;
    }
    for (size_t at = 0; at < size;) {
        ssize_t count = pread(file, session->bytes + at, size - at, (off_t) at);
        if (count <= 0) {
            return -1;
        }
        at += (size_t) count;
    }
    errno = EINVAL;
    return strings_split(session->bytes, size, &session->order->run->packet.run, strings);
}

/* In the child, as the way into its terminal: what opens one as a leader of a session without one has it then. */
static int take_terminal(const void *argument) {
    const struct order *order = argument;
    return setsid() >= 0 && syscall(SYS_ioctl, order->terminal, (unsigned long) TIOCSCTTY, 0) == 0 ? 0 : -1;
}

static struct kx_program program_of(const struct session *session, const struct strings *strings) {
    const struct relay_run *run = &session->order->run->packet.run;
    int terminal = session->order->terminal;
    int streams = terminal >= 0;
    return (struct kx_program){
            .words = strings->words,
            .words_size = (long) strings->words_size,
            .paths = (int) run->programs,
            .environment = strings->environment,
            .environment_size = (long) strings->environment_size,
            .volume = {strings->volume, run->volume_device, run->volume_inode},
            .directory = {strings->directory, run->directory_device, run->directory_inode},
            .input = streams ? terminal : descriptor(session, RELAY_INPUT),
            .output = streams ? terminal : descriptor(session, RELAY_OUTPUT),
            .error = streams ? terminal : descriptor(session, RELAY_ERROR),
            .script = descriptor(session, RELAY_SCRIPT),
            .script_as = (int) run->script_as,
            .uid = KX_NONE,
            .session = !streams,
            .bound = 1,
    };
}

static void place_script(struct session *session, struct strings *strings, struct kx_program *program) {
    const struct relay_run *run = &session->order->run->packet.run;
    char path[SCRIPT_PATH];
    if (strings->script != NULL &&
            script_place(&session->script, program->script, strings->script, session->order->folder, path) == 0) {
        strings_replace(strings, (size_t) run->programs + run->script_argument, path);
        program->words_size = (long) strings->words_size;
        program->environment = strings->environment;
        program->script = KX_NONE;
        program->script_as = 0;
    }
}

static void start(struct session *session) {
    const struct relay_run *run = &session->order->run->packet.run;
    const struct kx_way terminal = {take_terminal, session->order, 0};
    struct strings strings;
    struct kx_error error;
    separate(session);
    if (tree_join(session->order->mark) != 0) {
        fail(session, KX_PROCESS, errno);
    }
    if (read_strings(session, &strings) != 0) {
        fail(session, RELAY_STAGE_STRINGS, errno);
    }
    struct kx_program program = program_of(session, &strings);
    place_script(session, &strings, &program);
    umask((mode_t) run->umask);
    session->program = kx_start(&program, session->order->terminal >= 0 ? &terminal : NULL, &error);
    if (session->program < 0) {
        fail(session, error.stage, error.number);
    }
    report(session, REPORT_STARTED, session->program, session->script.folder[0] != 0);
    munmap(session->bytes, session->room);
    const int kept[] = {session->control, session->script.held};
    close_all_but(kept, sizeof kept / sizeof *kept);
}

/* ---- from then on */

static void reap(struct session *session) {
    int status, ended = 0, fewer = 0, code = 0;
    pid_t process;
    while ((process = waitpid(-1, &status, WNOHANG)) > 0) {
        fewer = 1;
        if (process == session->program) {
            session->program = 0;
            ended = 1;
            code = status;
        }
    }
    int others = process == 0;
    if (ended) {
        script_remove(&session->script);
        report(session, REPORT_ENDED, code, others);
    } else if (session->program == 0 && fewer && (session->ending || !others)) {
        report(session, others ? REPORT_FEWER : REPORT_NONE, 0, 0);
    }
}

static void obey(struct session *session, const struct command *command) {
    switch ((enum command_kind) command->kind) {
    case COMMAND_SIGNAL:
        if (session->program > 0) {
            kill(session->program, (int) command->value);
        }
        break;
    case COMMAND_ENDING:
        session->ending = 1;
        session->deadline = now_millis() + command->value;
        break;
    case COMMAND_LEAVE:
        leave(session);
    }
}

/* The relay was killed. What has ended in order may leave something behind; else the run is ended. */
static void end_alone(struct session *session, int children) {
    struct tree found;
    if (session->program == 0 && !session->ending) {
        leave(session);
    }
    if (!session->ending) {
        tree_signal(session->order->mark, getpid(), SIGTERM, &found);
        session->deadline = now_millis() + session->order->run->packet.run.grace_millis;
    }
    struct pollfd signals = {children, POLLIN, 0};
    struct signalfd_siginfo received;
    while (kx_has_children()) {
        long long left = session->deadline - now_millis();
        if (left < -KILL_LIMIT) {
            break;
        }
        if (left <= 0) {
            tree_signal(session->order->mark, getpid(), SIGKILL, &found);
        }
        if (poll(&signals, 1, left > 0 ? (int) left : KILL_PERIOD) > 0 &&
                read(children, &received, sizeof received) < 0) {
            break;
        }
    }
    leave(session);
}

static void watch(struct session *session) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    int children = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    for (;;) {
        struct pollfd events[] = {{session->control, POLLIN, 0}, {children, POLLIN, 0}};
        struct signalfd_siginfo received;
        struct command command;
        /* at first too: it may have ended before there was anything to be told by */
        reap(session);
        poll(events, 2, -1);
        while (read(children, &received, sizeof received) > 0) {
            /* all of them are one */
        }
        ssize_t size = recv(session->control, &command, sizeof command, MSG_DONTWAIT);
        if (size == sizeof command) {
            obey(session, &command);
        } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
            end_alone(session, children);
        }
    }
}

pid_t session_start(const struct order *order, int *control) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return -1;
    }
    pid_t process = fork();
    if (process == 0) {
        struct session session = {.order = order, .control = ends[1], .script = {.held = -1}};
        close(ends[0]);
        start(&session);
        watch(&session);
    }
    int number = errno;
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        errno = number;
        return -1;
    }
    *control = ends[0];
    return process;
}
