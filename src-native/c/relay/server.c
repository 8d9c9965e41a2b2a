/* The relay's loop: what it waits for, whose time has come, and how it stops. */
#define _GNU_SOURCE
#include "clock.h"
#include "guest.h"
#include "pause.h"
#include "relay.h"
#include "text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long no connection is taken after one could not be: descriptors or memory have run out. Milliseconds. */
#define REST 100
/* The socket is looked for so often: at most, because a script could go on removing it; and at least, if nothing
 * tells that it has gone. Milliseconds. */
#define SOCKET_PERIOD 100
#define SOCKET_LIMIT 1000

/* Connections that are taken in one turn of the loop. */
#define AT_ONCE 16

/* Who an event is for, besides the peers. */
enum { SIGNALS, LISTENER, WATCH, FIRST_PEER };

struct loop {
    int signals;
    long long rests_until; /* 0: it does not */
    long long next_look;   /* for the socket; 0: when the watch tells */
    int socket_missing;
    nfds_t count; /* of the events: no more than descriptors are open, which poll(2) counts on */
    struct pollfd events[FIRST_PEER + 2 * PEERS];
    short owners[FIRST_PEER + 2 * PEERS]; /* of a peer FIRST_PEER and its place */
};

static struct loop loop;

/* ---- signals */

static void reap(struct relay *relay) {
    int status;
    for (pid_t process; (process = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) {
        for (int i = 0; i < relay->used; i++) {
            struct peer *peer = &relay->peers[i];
            if (peer->state != FREE && peer->session == process) {
                run_session_changed(relay, peer, status);
            }
        }
    }
}

static void stop(struct relay *relay, int signal) {
    if (!relay->stopping) {
        relay->stopping = 1;
        say("ends because of signal %d", signal);
        for (int i = 0; i < relay->used; i++) {
            run_stop(&relay->peers[i]);
        }
    }
}

static void take_signals(struct relay *relay) {
    struct signalfd_siginfo received;
    while (read(loop.signals, &received, sizeof received) == sizeof received) {
        if (pause_is_stop((int) received.ssi_signo, received.ssi_code)) {
            stop(relay, (int) received.ssi_signo);
        }
    }
    /* several of SIGCHLD are one */
    reap(relay);
}

/* ---- time */

static void keep_socket(struct relay *relay) {
    long long now = now_millis();
    int there = place_keep(&relay->place);
    if (!there && !loop.socket_missing) {
        say("the socket %s/%s cannot be made anew (%s); it is tried again", relay->place.path, relay->place.file,
                reason());
    }
    loop.socket_missing = !there;
    loop.next_look = there && relay->place.watch >= 0 ? 0 : now + SOCKET_LIMIT;
}

static void pass_time(struct relay *relay) {
    long long now = now_millis();
    for (int i = 0; i < relay->used; i++) {
        struct peer *peer = &relay->peers[i];
        if (peer->state == FREE) {
            continue;
        }
        if (peer->ending != NOT_ENDING) {
            if (now >= peer->next_look && ending_step(peer)) {
                run_finish(relay, peer);
            }
        } else if (connection_is_idle(peer) && now >= peer->deadline) {
            run_leave(relay, peer);
        }
    }
    if (loop.next_look != 0 && now >= loop.next_look) {
        keep_socket(relay);
    }
}

static void earlier(long long *first, long long time) {
    if (time != 0 && time < *first) {
        *first = time;
    }
}

/* Milliseconds; -1: for ever. */
static int time_to_wait(const struct relay *relay) {
    const long long never = INT64_MAX;
    long long first = never;
    for (int i = 0; i < relay->used; i++) {
        const struct peer *peer = &relay->peers[i];
        if (peer->state != FREE && peer->ending != NOT_ENDING) {
            earlier(&first, peer->next_look);
        } else if (connection_is_idle(peer)) {
            earlier(&first, peer->deadline);
        }
    }
    earlier(&first, loop.next_look);
    earlier(&first, loop.rests_until);
    long long left = first - now_millis();
    return first == never ? -1 : left < 0 ? 0 : (int) left + 1;
}

/* ---- the loop */

static void expect(int file, int owner) {
    if (file >= 0) {
        loop.events[loop.count] = (struct pollfd){file, POLLIN, 0};
        loop.owners[loop.count++] = (short) owner;
    }
}

static int await(struct relay *relay) {
    loop.count = 0;
    if (loop.rests_until != 0 && now_millis() >= loop.rests_until) {
        loop.rests_until = 0;
    }
    expect(loop.signals, SIGNALS);
    expect(loop.next_look == 0 ? relay->place.watch : -1, WATCH);
    for (int i = 0; i < relay->used; i++) {
        const struct peer *peer = &relay->peers[i];
        if (peer->state != FREE) {
            /* first: what a session reports is older than a client's wish that follows from it */
            expect(peer->control, FIRST_PEER + i);
            expect(peer->socket, FIRST_PEER + i);
        }
    }
    expect(loop.rests_until == 0 && connection_has_place(relay) ? relay->place.listener : -1, LISTENER);
    return poll(loop.events, loop.count, time_to_wait(relay)) > 0;
}

/* Some of them: then the others have their turn again. */
static void take_connections(struct relay *relay) {
    int more = 1;
    for (int i = 0; i < AT_ONCE && more > 0 && connection_has_place(relay); i++) {
        more = connection_take(relay);
    }
    if (more < 0) {
        loop.rests_until = now_millis() + REST;
    }
}

static void take_event(struct relay *relay, int file, int owner) {
    struct peer *peer = &relay->peers[owner < FIRST_PEER ? 0 : owner - FIRST_PEER];
    switch (owner) {
    case SIGNALS:
        take_signals(relay);
        break;
    case LISTENER:
        take_connections(relay);
        break;
    case WATCH:
        place_read_watch(&relay->place);
        loop.next_look = now_millis() + SOCKET_PERIOD;
        break;
    default:
        /* an earlier event may have ended it, or given its place to another */
        if (peer->state != FREE && file == peer->control) {
            run_reports(relay, peer);
        } else if (peer->state != FREE && file == peer->socket) {
            connection_hear(relay, peer);
        }
    }
}

/* What many runs at once took is given back when all of them have ended. */
static void shrink(struct relay *relay) {
    int before = relay->used;
    while (relay->used > 0 && relay->peers[relay->used - 1].state == FREE) {
        relay->used--;
    }
    if (relay->used == 0 && before > 0) {
        madvise(relay->peers, PEERS * sizeof *relay->peers, MADV_DONTNEED);
    }
}

static int is_busy(const struct relay *relay) {
    for (int i = 0; i < relay->used; i++) {
        if (relay->peers[i].state != FREE && !connection_is_idle(&relay->peers[i])) {
            return 1;
        }
    }
    return 0;
}

void serve(struct relay *relay, int signals) {
    loop.signals = signals;
    loop.next_look = relay->place.watch >= 0 ? 0 : now_millis() + SOCKET_LIMIT;
    /* children of the program that this one replaced may have ended */
    reap(relay);
    while (!relay->stopping || is_busy(relay)) {
        int some = await(relay);
        for (nfds_t i = 0; some && i < loop.count; i++) {
            if (loop.events[i].revents != 0) {
                take_event(relay, loop.events[i].fd, loop.owners[i]);
            }
        }
        pass_time(relay);
        shrink(relay);
    }
    for (int i = 0; i < relay->used; i++) {
        if (relay->peers[i].state != FREE) {
            run_leave(relay, &relay->peers[i]);
        }
    }
    place_close(&relay->place);
}
