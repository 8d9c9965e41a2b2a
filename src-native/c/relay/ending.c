/*
 * How a run is ended, whoever asks for it: its client, the end of its connection, the guest that is being stopped. All
 * of these together are one SIGTERM for each process that is there when the first of them comes. What starts later, in
 * a trap say, is left alone until the grace period is over.
 */
#include "clock.h"
#include "relay.h"

#include <signal.h>
#include <sys/socket.h>

/* Of SIGKILL to what is there, and of looks at what is left while something may not be signalled; milliseconds. */
#define LOOK_PERIOD 20
/* What SIGKILL does not end in this time hangs in the kernel, and nobody can end it. */
#define KILL_LIMIT 5000
/* How long a program may take to be started that is to be ended at once. */
#define START_LIMIT 1000

/* Two looks in a row have to find nothing: one can miss a process that is just being made. */
#define QUIET_LOOKS 2

/* Takes a look, with a signal to what there is. Whether that was the last that could be done. */
static int look(struct peer *peer, int signal, struct tree *found) {
    tree_signal(peer->mark, peer->session, signal, found);
    int over = found->members.count == found->denied.count;
    /* as long as there is a session, it tells when nothing is left; but not that the rest may not be signalled */
    int telling = peer->session != 0 && found->members.count == 0;
    peer->quiet = over && !telling ? peer->quiet + 1 : 0;
    return peer->quiet >= QUIET_LOOKS;
}

/* In the grace period a session tells when nothing is left, so that there is nothing to look for until its end. */
static void set_next_look(struct peer *peer, const struct tree *found) {
    long long soon = now_millis() + LOOK_PERIOD;
    int looking = peer->ending == KILLING || peer->session == 0 || found->denied.count > 0;
    peer->next_look = looking && soon < peer->deadline ? soon : peer->deadline;
}

static void ask(struct peer *peer) {
    struct tree found;
    long long left = peer->deadline - now_millis();
    struct command command = {COMMAND_ENDING, (uint32_t) (left > 0 ? left : 0)};
    if (peer->session != 0) {
        send(peer->control, &command, sizeof command, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    look(peer, SIGTERM, &found);
    set_next_look(peer, &found);
}

void ending_begin(struct peer *peer, uint32_t grace_millis) {
    long long now = now_millis();
    long long deadline = now + grace_millis;
    if (peer->ending == NOT_ENDING) {
        peer->ending = ASKED;
        peer->deadline = deadline;
        peer->quiet = 0;
        if (peer->state == STARTING) {
            peer->early = 1;
            peer->next_look = now + START_LIMIT;
        } else {
            ask(peer);
        }
    } else if (peer->ending == ASKED && deadline < peer->deadline) {
        peer->deadline = deadline;
    }
    if (peer->next_look > peer->deadline) {
        peer->next_look = peer->deadline;
    }
}

void ending_started(struct peer *peer) {
    if (peer->early) {
        peer->early = 0;
        ask(peer);
    }
}

void ending_kill(struct peer *peer) {
    struct tree found;
    peer->ending = KILLING;
    peer->quiet = 0;
    look(peer, SIGKILL, &found);
    peer->killed = found.members;
    peer->deadline = now_millis() + KILL_LIMIT;
    set_next_look(peer, &found);
}

int ending_step(struct peer *peer) {
    struct tree found;
    long long now = now_millis();
    if (peer->ending == ASKED && (now >= peer->deadline || peer->early)) {
        ending_kill(peer);
        return 0;
    }
    int over = look(peer, peer->ending == KILLING ? SIGKILL : 0, &found);
    set_next_look(peer, &found);
    return over || (peer->ending == KILLING && now >= peer->deadline);
}
