/* The relay's state, which its loop (server.c) and the life of a run (run.c, ending.c) share. */
#ifndef K8S_EXEC_RELAY_RELAY_H
#define K8S_EXEC_RELAY_RELAY_H

#include "guest.h"
#include "session.h"
#include "socket.h"
#include "tree.h"

#include <stdint.h>
#include <sys/types.h>

/* Connections at a time, with those whose runs go on. */
#define PEERS 512
/* A connection that has no run for so long is closed; milliseconds. */
#define SILENCE_LIMIT 10000
/* The grace period of a run without a client in a guest that is being stopped; milliseconds. */
#define ALONE_GRACE 1500

enum peer_state {
    FREE,     /* all other fields are 0 or of no meaning */
    SILENT,   /* has had HELLO, and has sent no RUN yet */
    STARTING, /* its session has not told yet how the start went */
    RUNNING,
    DONE /* has had RESULT or FAILED */
};

enum ending {
    NOT_ENDING,
    ASKED,  /* the run has got SIGTERM, or gets it when it has started; its deadline is SIGKILL's */
    KILLING /* gets SIGKILL again and again, until its deadline */
};

struct peer {
    enum peer_state state;
    int socket; /* -1: the client has gone, and its run is being ended */
    uid_t uid;
    long long deadline;

    /* of the run */
    uint64_t mark;
    pid_t session; /* 0: it has ended */
    int lost;      /* it ended before the run did */
    int control;
    int terminal; /* the client's end, until it has it; or -1 */
    uint32_t grace;
    enum ending ending;
    int early;           /* asked to end before it had started */
    int quiet;           /* how many looks in a row have found nothing that can be ended */
    long long next_look; /* while it is being ended */
    int has_ended;       /* the program has, as "ended" says */
    int others;          /* whether the program left processes that may still be there */
    struct report ended;
    uint64_t oom_kills; /* of the guest, when it began */
    struct relay_processes killed;
};

struct relay {
    const char *name;
    struct place place;
    struct users users;
    int facts; /* a descriptor, or -1 */
    struct guest guest;
    struct rlimit files;
    int stopping;
    int used;           /* places of peers that may not be free; none behind them is taken */
    struct peer *peers; /* PEERS of them */
};

/* ---- run.c */

/* A message of the peer's client. Closes all descriptors of it. Returns 0 if it may not be sent now. */
int run_message(struct relay *relay, struct peer *peer, struct message *message);

/* Takes what the peer's session has reported; that it has ended is told by the end of its process. */
void run_reports(struct relay *relay, struct peer *peer);

/* The peer's session has ended or been stopped: a status of wait(2)'s. */
void run_session_changed(struct relay *relay, struct peer *peer, int status);

/* Says how it ended. Then nothing more is to be done for it, unless the client asks to end what was left. */
void run_finish(struct relay *relay, struct peer *peer);

/* Closes the connection. A run that goes on is ended. */
void run_leave(struct relay *relay, struct peer *peer);

/* The guest is being stopped. */
void run_stop(struct peer *peer);

/* Whether there is a program of this peer's, or may be soon. */
int run_is_on(const struct peer *peer);

/* enum relay_guest_flag, for a message. */
uint32_t run_flags(const struct relay *relay);

/* ---- ending.c */

/* SIGTERM to all processes of the run, once; SIGKILL after the grace period, which a second call can shorten. */
void ending_begin(struct peer *peer, uint32_t grace_millis);

/* The program has started. */
void ending_started(struct peer *peer);

/* SIGKILL from now on. */
void ending_kill(struct peer *peer);

/* Does what "next_look" has come for. Returns whether no more can be done. */
int ending_step(struct peer *peer);

/* ---- connection.c */

/* Whether no run of the peer's goes on, so that its place can be had by another. */
int connection_is_idle(const struct peer *peer);

/* Whether one more can be taken. */
int connection_has_place(struct relay *relay);

/* Takes one that waits. Returns 1, 0 if none waits, and -1 if none can be taken for want of something. */
int connection_take(struct relay *relay);

/* Takes what has come from the peer's client. */
void connection_hear(struct relay *relay, struct peer *peer);

/* ---- server.c */

/* Serves until the guest is stopped; "signals" is a signalfd(2) of all. */
void serve(struct relay *relay, int signals);

#endif
