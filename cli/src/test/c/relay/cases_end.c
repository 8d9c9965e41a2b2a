/* How a run is ended, and what its end leaves. */
#define _GNU_SOURCE
#include "harness.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct start PLAIN = {0};

/* Says "ready", then "term" for each SIGTERM, and goes on. */
#define STUBBORN "trap 'echo term' TERM; echo ready; while :; do sleep 0.02; done"

static void end_asks_then_kills(void) {
    start_relay(&PLAIN);
    struct run run = start_script(STUBBORN);
    await_output(&run, "ready");
    send_end(&run, 300);
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(RELAY_SIGNALED, result.outcome);
    EQUAL(SIGKILL, result.value);
    CHECK(result.killed.count >= 1);
    EQUAL(run.process, result.killed.named[0].process);
    EQUAL_TEXT("sh", result.killed.named[0].name);
    EQUAL(0, result.left.count);
    EQUAL(1, count_lines(read_output(&run), "term"));
}

static void what_ends_on_sigterm_is_not_killed(void) {
    start_relay(&PLAIN);
    struct run run = start_script("trap 'echo clean; exit 7' TERM; sleep 1000 & until [ $(cat /proc/$!/comm) = sleep "
                                  "]; do :; done; echo ready; wait");
    await_output(&run, "ready");
    send_end(&run, 60000);
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(RELAY_EXITED, result.outcome);
    EQUAL(7, result.value);
    EQUAL(0, result.killed.count);
    CONTAINS("clean\n", read_output(&run));
}

static void a_second_end_shortens_the_grace_and_sends_no_second_sigterm(void) {
    start_relay(&PLAIN);
    struct run run = start_script(STUBBORN);
    await_output(&run, "ready");
    send_end(&run, 3600000);
    await_output(&run, "term");
    send_end(&run, 3600000);
    send_end(&run, 200);
    EQUAL(SIGKILL, await_message(run.socket, RELAY_RESULT).result.value);
    EQUAL(0, count_lines(read_output(&run), "term"));
}

static void no_grace_is_sigterm_and_sigkill_at_once(void) {
    start_relay(&PLAIN);
    struct run run = start_script("exec sleep 1000");
    send_end(&run, 0);
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(RELAY_SIGNALED, result.outcome);
    CHECK(result.value == SIGTERM || result.value == SIGKILL);
}

static void clean_up_that_starts_after_sigterm_is_left_alone(void) {
    start_relay(&PLAIN);
    struct run run = start_script(
            "trap 'sh -c \"trap \\\"echo disturbed\\\" TERM; echo cleaning; sleep 0.3; echo cleaned\"; exit 8' TERM; "
            "echo ready; while :; do sleep 0.02; done");
    await_output(&run, "ready");
    send_end(&run, 60000);
    EQUAL(8, await_message(run.socket, RELAY_RESULT).result.value);
    CONTAINS("cleaning\ncleaned\n", read_output(&run));
}

static void the_tree_is_found_wherever_it_has_gone(void) {
    start_relay(&PLAIN);
    struct run run = start_script("setsid sleep 1001 & (setsid sh -c 'sleep 1002 & sleep 1003 &' &) ; "
                                  "env -i /bin/sh -c '(/bin/sleep 1004 &)'; "
                                  "sh -c 'trap \"\" TERM; sleep 1005 & kill -STOP $$' & "
                                  "nohup sleep 1006 >/dev/null & "
                                  "sleep 0.2; echo ready; wait");
    await_output(&run, "ready");
    send_end(&run, 300);
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(RELAY_SIGNALED, result.outcome);
    EQUAL(SIGTERM, result.value);
    EQUAL(0, result.left.count);
    read_output(&run);
    for (int seconds = 1001; seconds <= 1006; seconds++) {
        EQUAL(0, count_processes(text("sleep %d", seconds), ANY_USER));
    }
}

static void stopped_processes_see_sigterm(void) {
    start_relay(&PLAIN);
    struct run run =
            start_script("trap 'echo term; exit 9' TERM; echo ready; kill -STOP $$; while :; do sleep 0.02; done");
    await_output(&run, "ready");
    AWAIT(strstr(read_file(text("/proc/%d/status", run.process)), "State:\tT") != NULL);
    send_end(&run, 60000);
    EQUAL(9, await_message(run.socket, RELAY_RESULT).result.value);
    EQUAL_TEXT("term\n", read_output(&run));
}

static void a_tree_that_moves_is_ended(void) {
    start_relay(&PLAIN);
    struct run run =
            start_script("trap '' TERM; move() { sleep 0.01; (move &) ; }; move; move; echo ready; wait; sleep 1000");
    await_output(&run, "ready");
    send_end(&run, 100);
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(SIGKILL, result.value);
    EQUAL(0, result.left.count);
    read_output(&run);
}

static void background_processes_stay_and_are_named(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run run =
            start_script("sleep 1000 >/dev/null 2>&1 & until [ $(cat /proc/$!/comm) = sleep ]; do :; done; echo $!");
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    pid_t background = (pid_t) number_in(read_output(&run));
    EQUAL(RELAY_EXITED, result.outcome);
    EQUAL(1, result.left.count);
    EQUAL(background, result.left.named[0].process);
    EQUAL_TEXT("sleep", result.left.named[0].name);
    close(run.socket);
    /* the session goes, and the relay reaps what it left */
    AWAIT(proc_number(background, "status", "PPid:") == relay);
    CHECK(is_alive(background));
    EQUAL(0, kill(background, SIGKILL));
    AWAIT(kill(background, 0) != 0);
    EQUAL(0, count_children(relay));
}

static void background_processes_can_be_ended_after_the_result(void) {
    pid_t relay = start_relay(&PLAIN);
    struct run run = start_script("sh -c 'trap \"\" TERM; echo ready; while :; do sleep 0.02; done' & "
                                  "sleep 1000 & exit 5");
    await_output(&run, "ready");
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(5, result.value);
    CHECK(result.left.count >= 2);
    send_end(&run, 300);
    result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(5, result.value);
    EQUAL(0, result.left.count);
    CHECK(result.killed.count >= 1);
    EQUAL_TEXT("sh", result.killed.named[0].name);
    read_output(&run);
    send_end(&run, 300);
    EQUAL(5, await_message(run.socket, RELAY_RESULT).result.value);
    AWAIT(count_children(relay) == 0);
}

static void another_runs_processes_are_not_touched(void) {
    start_relay(&PLAIN);
    struct run other = start_script("trap 'echo disturbed' TERM; echo ready; read end; exit 4");
    struct run quiet = start_run(&(struct request){.script = STUBBORN});
    await_output(&quiet, "ready");
    for (int i = 0; i < 5; i++) {
        struct run run = start_script("setsid sleep 1000 & echo ready; wait");
        await_output(&run, "ready");
        send_end(&run, 10000);
        await_message(run.socket, RELAY_RESULT);
        read_output(&run);
    }
    EQUAL(4, await_message(other.socket, RELAY_RESULT).result.value);
    EQUAL_TEXT("ready\n", read_output(&other));
    CHECK(is_alive(quiet.process));
    send_end(&quiet, 0);
    await_message(quiet.socket, RELAY_RESULT);
}

static uid_t some_user = 12345;

static void copy_program(const char *from, const char *to, mode_t mode, uid_t owner) {
    EQUAL(0, system(text("cp %s %s", from, to)));
    EQUAL(0, chown(to, owner, owner));
    EQUAL(0, chmod(to, mode));
}

/* A program of another user's, as sudo makes one. */
static void what_may_not_be_signalled_is_named_and_holds_up_nothing(void) {
    char *program = text("%s/other", folder);
    start_relay(&(struct start){.uid = some_user, .gid = some_user});
    copy_program(getenv("RELAY_TEST_HELPER"), program, 04755, 0);
    struct run run = start_script(text("%s wait >/dev/null 2>&1 & sleep 1000 & echo ready; wait", program));
    await_output(&run, "ready");
    AWAIT(count_processes(text("%s wait", program), 0) == 1);
    send_end(&run, 60000);
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(RELAY_SIGNALED, result.outcome);
    EQUAL(SIGTERM, result.value);
    EQUAL(1, result.left.count);
    EQUAL_TEXT("other", result.left.named[0].name);
    EQUAL(0, kill(result.left.named[0].process, SIGKILL));
    read_output(&run);
}

static void a_program_that_may_not_be_signalled_is_told_as_unended(void) {
    char *program = text("%s/other", folder);
    start_relay(&(struct start){.uid = some_user, .gid = some_user});
    copy_program(getenv("RELAY_TEST_HELPER"), program, 04755, 0);
    struct run run = start_script(text("exec %s wait", program));
    AWAIT(count_processes(text("%s wait", program), 0) == 1);
    send_end(&run, 60000);
    struct relay_result result = await_message(run.socket, RELAY_RESULT).result;
    EQUAL(RELAY_UNENDED, result.outcome);
    EQUAL(1, result.left.count);
    EQUAL(run.process, result.left.named[0].process);
    EQUAL(0, kill(run.process, SIGKILL));
    read_output(&run);
}

const struct test END_TESTS[] = {{"END asks, then kills", end_asks_then_kills, ANYBODY},
        {"what ends on SIGTERM is not killed", what_ends_on_sigterm_is_not_killed, ANYBODY},
        {"a second END shortens the grace and sends no second SIGTERM",
                a_second_end_shortens_the_grace_and_sends_no_second_sigterm, ANYBODY},
        {"no grace is SIGTERM and SIGKILL at once", no_grace_is_sigterm_and_sigkill_at_once, ANYBODY},
        {"clean-up that starts after SIGTERM is left alone", clean_up_that_starts_after_sigterm_is_left_alone, ANYBODY},
        {"the tree is found wherever it has gone", the_tree_is_found_wherever_it_has_gone, NATIVE},
        {"stopped processes see SIGTERM", stopped_processes_see_sigterm, ANYBODY},
        {"a tree that moves is ended", a_tree_that_moves_is_ended, ANYBODY},
        {"background processes stay and are named", background_processes_stay_and_are_named, NATIVE},
        {"background processes can be ended after the result", background_processes_can_be_ended_after_the_result,
                NATIVE},
        {"another run's processes are not touched", another_runs_processes_are_not_touched, ANYBODY},
        {"what may not be signalled is named and holds up nothing",
                what_may_not_be_signalled_is_named_and_holds_up_nothing, ROOT},
        {"a program that may not be signalled is told as unended",
                a_program_that_may_not_be_signalled_is_told_as_unended, ROOT},
        {NULL, NULL, ANYBODY}};
