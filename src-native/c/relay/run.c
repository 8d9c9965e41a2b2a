/* The life of a run as the relay sees it, from RUN to RESULT: a session's reports go in, messages to the client out. */
#define _GNU_SOURCE
#include "clock.h"
#include "guest.h"
#include "process.h"
#include "relay.h"
#include "script.h"
#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int run_is_on(const struct peer *peer) {
    return peer->state == STARTING || peer->state == RUNNING;
}

static int descriptor_left(int *descriptor) {
    int taken = *descriptor;
    *descriptor = -1;
    return taken;
}

static void close_kept(int *descriptor) {
    if (*descriptor >= 0) {
        close(descriptor_left(descriptor));
    }
}

uint32_t run_flags(const struct relay *relay) {
    return (relay->stopping ? RELAY_STOPPING : 0) | (guest_oom_group(&relay->guest) ? RELAY_OOM_GROUP : 0) |
           (getpid() == 1 ? RELAY_FIRST : 0);
}

/* A client that does not take its messages misses them: nobody waits for it. */
static void tell(const struct peer *peer, enum relay_type type, union packet *packet, size_t size) {
    int descriptors[RELAY_DESCRIPTORS];
    memset(descriptors, -1, sizeof descriptors);
    descriptors[descriptor_place(RELAY_TERMINAL)] = peer->terminal;
    if (peer->socket >= 0) {
        send_message(peer->socket, type, packet, size, type == RELAY_STARTED ? descriptors : NULL);
    }
}

/* The session ends, and leaves what is left of its run. */
static void dismiss(struct peer *peer) {
    const struct command command = {COMMAND_LEAVE, 0};
    if (peer->control >= 0) {
        send(peer->control, &command, sizeof command, MSG_DONTWAIT | MSG_NOSIGNAL);
        close_kept(&peer->control);
    }
    peer->session = 0;
}

/* Nothing of the run is left for the relay to do. */
static void settle(struct peer *peer) {
    peer->state = DONE;
    peer->ending = NOT_ENDING;
    peer->deadline = now_millis() + SILENCE_LIMIT;
    close_kept(&peer->terminal);
    if (!peer->others || peer->socket < 0) {
        dismiss(peer);
    }
    if (peer->socket < 0) {
        peer->state = FREE;
    }
}

static void tell_failed(struct peer *peer, int stage, int number) {
    union packet packet = {.failed = {.stage = (uint32_t) stage, .number = number}};
    tell(peer, RELAY_FAILED, &packet, sizeof packet.failed);
    peer->others = 0;
    settle(peer);
}

/* ---- from the client */

static void begin(struct relay *relay, struct peer *peer, const struct message *message) {
    const struct relay_run *run = &message->packet.run;
    struct order order = {message, -1, 0, relay->files, relay->place.path};
    if (relay->stopping) {
        tell_failed(peer, RELAY_STAGE_STOPPING, 0);
        return;
    }
    if ((run->flags & RELAY_RUN_TERMINAL) != 0 &&
            terminal_open(run->rows, run->columns, &peer->terminal, &order.terminal) != 0) {
        tell_failed(peer, RELAY_STAGE_TERMINAL, errno);
        return;
    }
    peer->oom_kills = guest_oom_kills(&relay->guest);
    peer->grace = run->grace_millis;
    peer->mark = order.mark = tree_new_mark();
    if (order.mark == 0) {
        close_kept(&order.terminal);
        tell_failed(peer, KX_PROCESS, ERANGE);
        return;
    }
    peer->state = STARTING;
    peer->session = session_start(&order, &peer->control);
    int number = errno;
    close_kept(&order.terminal);
    if (peer->session < 0) {
        peer->session = 0;
        tell_failed(peer, KX_PROCESS, number);
    }
}

static void signal_program(const struct peer *peer, uint32_t number) {
    const struct command command = {COMMAND_SIGNAL, number};
    if (run_is_on(peer)) {
        send(peer->control, &command, sizeof command, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}

int run_message(struct relay *relay, struct peer *peer, struct message *message) {
    int allowed = (message->packet.header.type == RELAY_RUN) == (peer->state == SILENT);
    switch (allowed ? (enum relay_type) message->packet.header.type : 0) {
    case RELAY_RUN:
        begin(relay, peer, message);
        break;
    case RELAY_SIGNAL:
        signal_program(peer, message->packet.signal.number);
        break;
    case RELAY_END:
        if (peer->state == DONE && !peer->others) {
            run_finish(relay, peer);
        } else {
            ending_begin(peer, message->packet.end.grace_millis);
        }
        break;
    default:
        allowed = 0;
    }
    close_descriptors(message);
    if (allowed && connection_is_idle(peer)) {
        /* it is not silent: it wants to know of this relay's end */
        peer->deadline = now_millis() + SILENCE_LIMIT;
    }
    return allowed;
}

void run_leave(struct relay *relay, struct peer *peer) {
    close_kept(&peer->socket);
    if (run_is_on(peer) || peer->ending != NOT_ENDING) {
        ending_begin(peer, peer->grace);
        if (relay->stopping) {
            run_stop(peer);
        }
    } else {
        dismiss(peer);
        peer->state = FREE;
    }
}

void run_stop(struct peer *peer) {
    if (run_is_on(peer)) {
        ending_begin(peer, peer->socket >= 0 || peer->grace < ALONE_GRACE ? peer->grace : ALONE_GRACE);
    }
}

/* ---- to the client */

static void tell_started(const struct relay *relay, struct peer *peer, const struct report *report) {
    union packet packet = {.started = {.process = report->value,
                                   .flags = run_flags(relay) | (report->more ? RELAY_SCRIPT_FILE : 0),
                                   .limits = guest_limits(&relay->guest)}};
    tell(peer, RELAY_STARTED, &packet, sizeof packet.started);
    close_kept(&peer->terminal);
    peer->state = RUNNING;
    ending_started(peer);
}

static void set_outcome(const struct peer *peer, struct relay_result *result) {
    int status = peer->ended.value;
    if (!peer->has_ended) {
        result->outcome = peer->session == 0 ? RELAY_LOST : RELAY_UNENDED;
    } else if (WIFSIGNALED(status)) {
        result->outcome = RELAY_SIGNALED;
        result->value = WTERMSIG(status);
    } else {
        result->outcome = RELAY_EXITED;
        result->value = WEXITSTATUS(status);
    }
}

/* Which folder was the script's is not known here; that nobody holds it any more is. */
static void sweep(const struct relay *relay) {
    if (fork() == 0) {
        script_sweep(relay->place.path);
        _exit(0);
    }
}

void run_finish(struct relay *relay, struct peer *peer) {
    struct tree left = {0};
    if (peer->lost) {
        sweep(relay);
    }
    if (peer->state == STARTING) {
        tell_failed(peer, RELAY_STAGE_LOST, 0);
        return;
    }
    if (peer->others || !peer->has_ended) {
        tree_signal(peer->mark, peer->session, 0, &left);
    }
    union packet packet = {.result = {.flags = run_flags(relay),
                                   .oom_kills = (uint32_t) (guest_oom_kills(&relay->guest) - peer->oom_kills),
                                   .limits = guest_limits(&relay->guest),
                                   .user_micros = peer->ended.user_micros,
                                   .system_micros = peer->ended.system_micros,
                                   .largest_process = peer->ended.largest_process,
                                   .memory_peak = guest_memory_peak(&relay->guest),
                                   .left = left.members,
                                   .killed = peer->killed}};
    set_outcome(peer, &packet.result);
    tell(peer, RELAY_RESULT, &packet, sizeof packet.result);
    peer->others = left.members.count > 0;
    settle(peer);
}

/* ---- from the session */

static void take(struct relay *relay, struct peer *peer, const struct report *report) {
    switch ((enum report_kind) report->kind) {
    case REPORT_STARTED:
        tell_started(relay, peer, report);
        return;
    case REPORT_FAILED:
        tell_failed(peer, report->value, report->more);
        return;
    case REPORT_ENDED:
        peer->ended = *report;
        peer->has_ended = 1;
        peer->others = report->more;
        break;
    case REPORT_NONE:
        peer->others = 0;
        break;
    case REPORT_FEWER:
        peer->next_look = now_millis();
        break;
    }
    peer->ended.user_micros = report->user_micros;
    peer->ended.system_micros = report->system_micros;
    peer->ended.largest_process = report->largest_process;
    /* in order, or after all that was asked for; else what is left has its time */
    if ((peer->state == RUNNING && peer->ending == NOT_ENDING) || (peer->ending != NOT_ENDING && !peer->others)) {
        run_finish(relay, peer);
    } else if (peer->state == DONE && !peer->others) {
        dismiss(peer);
    }
}

void run_reports(struct relay *relay, struct peer *peer) {
    struct report report;
    /* a report can be the last of which the peer knows */
    while (peer->state != FREE && peer->control >= 0 &&
            recv(peer->control, &report, sizeof report, MSG_DONTWAIT) == sizeof report) {
        take(relay, peer, &report);
    }
}

void run_session_changed(struct relay *relay, struct peer *peer, int status) {
    if (WIFSTOPPED(status)) {
        /* it can do nothing now, and whoever did that could do it again */
        kill(peer->session, SIGKILL);
        return;
    }
    run_reports(relay, peer);
    peer->session = 0;
    close_kept(&peer->control);
    if (run_is_on(peer) || peer->ending != NOT_ENDING) {
        peer->lost = 1;
        ending_kill(peer);
    }
}
