/* What becomes of a run when its client, its session, its relay or its guest ends. */
#define _GNU_SOURCE
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct start PLAIN = {0};

#define STUBBORN "trap 'echo term' TERM; echo ready; while :; do sleep 0.02; done"

static pid_t session_of(const struct run *run) {
    return (pid_t) proc_number(run->process, "status", "PPid:");
}

static void the_end_of_the_connection_ends_the_tree(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.script = "setsid sleep 1000 & " STUBBORN, .grace = 300});
    await_output(&run, "ready");
    close(run.socket);
    char *output = read_output(&run);
    EQUAL(1, count_lines(output, "term"));
    AWAIT(count_children(relay) == 0);
}

static void a_client_that_says_what_is_no_message_loses_its_run_and_no_other(void) {
    start_relay(&PLAIN);
    struct run other = start_script("echo ready; read line; sleep 0.2; exit 3");
    struct run run = start_run(&(struct request){.script = STUBBORN, .grace = 100});
    await_output(&run, "ready");
    CHECK(write(run.socket, "nonsense", 8) == 8);
    struct message message;
    EQUAL(RECEIVED_END, relay_await(run.socket, &message, 60000));
    read_output(&run);
    EQUAL(3, await_message(other.socket, RELAY_RESULT).result.value);
}

/* ---- the session */

static void a_killed_session_is_a_lost_run(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run other = start_script("sleep 0.5; exit 3");
    struct run run =
            start_script("(trap '' TERM HUP; setsid sleep 1000 &); sleep 0.2; echo ready; kill -9 $PPID; sleep 1000");
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(RELAY_LOST, result.outcome);
    EQUAL(0, result.left.count);
    EQUAL_TEXT("ready\n", read_output(&run));
    EQUAL(3, await_message(other.socket, RELAY_RESULT).result.value);
    close(other.socket);
    close(run.socket);
    AWAIT(count_children(relay) == 0);
}

static void a_stopped_session_is_a_lost_run(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.flags = RELAY_RUN_SCRIPT_FILE,
            .script = "setsid sleep 1000 & sleep 0.2; echo $0; kill -STOP $PPID; sleep 1000"});
    EQUAL(RELAY_LOST, await_message(run.socket, RELAY_RESULT).result.outcome);
    char *script = strtok(read_output(&run), "\n");
    struct stat found;
    AWAIT(stat(script, &found) != 0);
    AWAIT(count_children(relay) == 0);
}

static void what_is_no_runs_is_not_ended_with_a_lost_one(void) {
    pid_t relay = start_relay(&(struct start){.first = 1});
    /* as `kubectl exec` leaves one: in the relay's PID namespace, and no descendant of a run */
    char *pid = text("%s/foreign", folder);
    EQUAL(0, system(text("nsenter -t %d -p -m sh -c 'setsid sleep 1234 >/dev/null 2>&1 & echo $! >%s'", relay, pid)));
    struct run run = start_script("sleep 0.2; echo ready; kill -9 $PPID; sleep 1000");
    EQUAL(RELAY_LOST, await_message(run.socket, RELAY_RESULT).result.outcome);
    EQUAL(0, system(text("nsenter -t %d -p -m kill -0 $(cat %s)", relay, pid)));
    EQUAL(0, run_script("exit 0", NULL).value);
    EQUAL(0, system(text("nsenter -t %d -p -m kill -0 $(cat %s)", relay, pid)));
}

static void kill_minus_one_leaves_the_relay(void) {
    pid_t relay =
            start_relay(&(struct start){.first = 1, .uid = 12345, .gid = 12345, .arguments = {"--allow-uid", "0"}});
    struct run run = start_script("setsid sleep 1000 & sleep 0.2; echo ready; kill -9 -1; sleep 1000");
    EQUAL(RELAY_LOST, await_message(run.socket, RELAY_RESULT).result.outcome);
    EQUAL_TEXT("ready\n", read_output(&run));
    CHECK(is_alive(relay));
    EQUAL(5, run_script("exit 5", NULL).value);
    close(run.socket);
    AWAIT(count_children(relay) == 0);
}

static void kill_minus_one_beside_the_relay_leaves_nothing(void) {
    /* process 1 is another; the relay is one of those that are killed */
    pid_t first = fork();
    if (first == 0) {
        execlp("unshare", "unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c",
                text("setpriv --reuid 12345 --regid 12345 --clear-groups %s --dir %s --allow-uid 0 2>%s/log & sleep "
                     "1000",
                        getenv("RELAY"), directory, folder),
                (char *) NULL);
    }
    struct stat found;
    AWAIT(stat(text("%s/guest.sock", directory), &found) == 0);
    struct run run = start_script("setsid sleep 1000 & sleep 0.2; echo ready; kill -9 -1; while :; do :; done");
    struct message message;
    EQUAL(RECEIVED_END, relay_await(run.socket, &message, 60000));
    /* to its end: nobody holds it any more */
    read_output(&run);
    kill(first, SIGKILL);
}

/* ---- the relay */

static void a_killed_relay_takes_its_runs_with_it(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run run = start_run(&(struct request){
            .flags = RELAY_RUN_SCRIPT_FILE, .grace = 300, .script = "echo $0; setsid sleep 1000 & " STUBBORN});
    char *script = strtok(await_output(&run, "ready"), "\n");
    pid_t session = session_of(&run);
    kill(relay, SIGKILL);
    struct message message;
    EQUAL(RECEIVED_END, relay_await(run.socket, &message, 60000));
    EQUAL(1, count_lines(read_output(&run), "term"));
    AWAIT(!is_alive(session));
    struct stat found;
    EQUAL(-1, stat(script, &found));
}

static void a_killed_relays_background_processes_stay(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run run = start_script("sleep 1000 >/dev/null 2>&1 & echo $!");
    await_message(run.socket, RELAY_RESULT);
    pid_t background = (pid_t) number_in(read_output(&run));
    pid_t session = (pid_t) proc_number(background, "status", "PPid:");
    kill(relay, SIGKILL);
    AWAIT(!is_alive(session));
    CHECK(is_alive(background));
    kill(background, SIGKILL);
}

static void a_script_folder_that_a_killed_relay_left_is_removed_by_the_next(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.flags = RELAY_RUN_SCRIPT_FILE, .script = "echo $0; exec sleep 1000"});
    char *script = strtok(await_output(&run, "\n"), "\n");
    pid_t session = session_of(&run);
    kill(relay, SIGSTOP);
    kill(session, SIGKILL);
    kill(relay, SIGKILL);
    read_output(&run);
    struct stat found;
    EQUAL(0, stat(script, &found));
    /* another's, which is alive, stays */
    struct start other = {.arguments = {"--name", "other"}};
    start_relay(&other);
    EQUAL(-1, stat(script, &found));
}

/* ---- the guest is stopped */

static void without_a_run_it_ends_at_once_with_0(void) {
    static const int SIGNALS[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGPWR, 37};
    struct stat found;
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++) {
        pid_t relay = start_relay(&PLAIN);
        int silent = connect_relay();
        kill(relay, SIGNALS[i]);
        EQUAL(0, await_end(relay));
        EQUAL(-1, stat(text("%s/guest.sock", directory), &found));
        close(silent);
    }
}

static void as_process_1_it_ends_on_sigterm_too(void) {
    pid_t relay = start_relay(&(struct start){.first = 1});
    struct message hello;
    close(connect_to(directory, "guest", &hello));
    CHECK((hello.packet.hello.flags & RELAY_FIRST) != 0);
    kill(relay, SIGTERM);
    EQUAL(0, await_end(relay));
}

static void other_signals_do_not_end_it(void) {
    pid_t relay = start_relay(&PLAIN);
    for (int number = 1; number <= 64; number++) {
        if (strchr("\x01\x02\x03\x09\x0a\x0c\x0f\x13\x1c\x1e\x25", number) == NULL) {
            kill(relay, number);
            EQUAL(0, run_script("exit 0", NULL).value);
        }
    }
}

static void a_run_has_its_grace_and_its_result_comes(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.grace = 60000,
            .script = "trap 'sleep 0.3; echo clean; exit 6' TERM; echo ready; while :; do sleep 0.02; done"});
    await_output(&run, "ready");
    kill(relay, SIGTERM);
    struct message hello;
    int late;
    do {
        late = connect_to(directory, "guest", &hello);
        close_descriptors(&hello);
    } while ((hello.packet.hello.flags & RELAY_STOPPING) == 0);
    struct run refused = send_run(late, &(struct request){.script = "echo ran"});
    EQUAL(RELAY_STAGE_STOPPING, await_message(late, RELAY_FAILED).failed.stage);
    EQUAL_TEXT("", read_output(&refused));
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(6, result.value);
    CHECK((result.flags & RELAY_STOPPING) != 0);
    CONTAINS("clean\n", read_output(&run));
    EQUAL(0, await_end(relay));
}

static void it_kills_after_the_grace_and_does_not_wait_for_a_silent_client(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.grace = 2000, .script = STUBBORN});
    await_output(&run, "ready");
    kill(relay, SIGTERM);
    EQUAL(0, await_end(relay));
    EQUAL(1, count_lines(read_output(&run), "term"));
    EQUAL(SIGKILL, await_message(run.socket, RELAY_RESULT).result.value);
}

/* The deletion of a Pod: both come within a second, in either order. */
static void the_connections_end_and_the_guests_stop_are_one_sigterm(void) {
    for (int first = 0; first < 3; first++) {
        pid_t relay = start_relay(&PLAIN);
        struct run run = start_run(&(struct request){.grace = 3600000, .script = STUBBORN});
        await_output(&run, "ready");
        if (first == 0) {
            close(run.socket);
        } else if (first == 1) {
            kill(relay, SIGTERM);
        } else {
            send_end(&run, 3600000);
        }
        await_output(&run, "term");
        if (first != 1) {
            kill(relay, SIGTERM);
        }
        close(run.socket);
        EQUAL(0, await_end(relay));
        EQUAL(0, count_lines(read_output(&run), "term"));
    }
}

const struct test LOSS_TESTS[] = {
        {"the end of the connection ends the tree", the_end_of_the_connection_ends_the_tree, ANYBODY},
        {"a client that says what is no message loses its run and no other",
                a_client_that_says_what_is_no_message_loses_its_run_and_no_other, ANYBODY},
        {"a killed session is a lost run", a_killed_session_is_a_lost_run, ANYBODY},
        {"a stopped session is a lost run", a_stopped_session_is_a_lost_run, ANYBODY},
        {"what is no run's is not ended with a lost one", what_is_no_runs_is_not_ended_with_a_lost_one, ROOT},
        {"kill -9 -1 leaves the relay", kill_minus_one_leaves_the_relay, ROOT},
        {"kill -9 -1 beside the relay leaves nothing", kill_minus_one_beside_the_relay_leaves_nothing, ROOT},
        {"a killed relay takes its runs with it", a_killed_relay_takes_its_runs_with_it, ANYBODY},
        {"a killed relay's background processes stay", a_killed_relays_background_processes_stay, NATIVE},
        {"a script folder that a killed relay left is removed by the next",
                a_script_folder_that_a_killed_relay_left_is_removed_by_the_next, ANYBODY},
        {"without a run it ends at once with 0", without_a_run_it_ends_at_once_with_0, NATIVE},
        {"as process 1 it ends on SIGTERM too", as_process_1_it_ends_on_sigterm_too, ROOT},
        {"other signals do not end it", other_signals_do_not_end_it, NATIVE},
        {"a run has its grace and its result comes", a_run_has_its_grace_and_its_result_comes, ANYBODY},
        {"it kills after the grace and does not wait for a silent client",
                it_kills_after_the_grace_and_does_not_wait_for_a_silent_client, ANYBODY},
        {"the connection's end and the guest's stop are one SIGTERM",
                the_connections_end_and_the_guests_stop_are_one_sigterm, ANYBODY},
        {NULL, NULL, ANYBODY}};
