/* k8s-exec in the place of a program: signals, and a terminal at both ends. */
#define _GNU_SOURCE
#include "accompany.h"
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* Somebody's terminal. */
static int human, own;

static void open_terminal(unsigned short rows, unsigned short columns) {
    const struct winsize size = {rows, columns, 0, 0};
    human = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(human >= 0 && grantpt(human) == 0 && unlockpt(human) == 0 && ioctl(human, TIOCSWINSZ, &size) == 0);
    own = open(ptsname(human), O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(own >= 0);
}

/* A process at that terminal, which accompanies the run and ends with its exit code; 200: it is lost. */
static pid_t accompany(const struct run *run, int terminal) {
    pid_t process = fork();
    if (process == 0) {
        struct message message;
        setsid();
        if (terminal >= 0) {
            ioctl(own, TIOCSCTTY, 0);
            dup2(own, 0);
            dup2(own, 1);
            close(own);
            close(human);
        }
        enum received received = relay_accompany(run->socket, terminal, 1, &message);
        _exit(received == RECEIVED ? message.packet.result.value : 200);
    }
    return process;
}

static char seen[65536];

static void await_seen(const char *expected) {
    size_t length = strlen(seen);
    while (strstr(seen, expected) == NULL) {
        struct pollfd readable = {human, POLLIN, 0};
        if (poll(&readable, 1, 20000) <= 0) {
            fail(__FILE__, __LINE__, "no \"%s\" in \"%s\"", expected, seen);
        }
        ssize_t count = read(human, seen + length, sizeof seen - 1 - length);
        length += count > 0 ? (size_t) count : 0;
    }
}

static int is_raw(void) {
    struct termios now;
    return tcgetattr(own, &now) == 0 && (now.c_lflag & ICANON) == 0;
}

static void a_terminal_goes_through(void) {
    open_terminal(33, 99);
    start_relay(&(struct start){0});
    struct run run = start_run(&(struct request){.flags = RELAY_RUN_TERMINAL,
            .rows = 33,
            .columns = 99,
            .script = "tty; stty size; read line; echo got $line; trap 'stty size; exit 5' WINCH; echo ready; "
                      "while :; do sleep 0.1; done"});
    pid_t process = accompany(&run, run.terminal);
    await_seen("33 99");
    AWAIT(is_raw());
    CHECK(strstr(seen, "/dev/pts/") != NULL);
    EQUAL(6, write(human, "hello\r", 6));
    await_seen("got hello");
    await_seen("ready");
    const struct winsize size = {40, 100, 0, 0};
    CHECK(ioctl(human, TIOCSWINSZ, &size) == 0);
    await_seen("40 100");
    EQUAL(5, await_end(process));
    CHECK(!is_raw());
}

static void much_that_is_printed_comes_whole_and_what_is_typed_meanwhile_waits(void) {
    open_terminal(24, 80);
    start_relay(&(struct start){0});
    struct run run = start_run(&(struct request){.flags = RELAY_RUN_TERMINAL,
            .rows = 24,
            .columns = 80,
            .script = "echo ready; seq 1 5000; read line; echo \"<$line>\"; exit 3"});
    pid_t process = accompany(&run, run.terminal);
    await_seen("ready");
    EQUAL(4, write(human, "abc\r", 4));
    await_seen("\n4999\r\n5000\r\n");
    await_seen("<abc>");
    EQUAL(3, await_end(process));
}

static void a_key_is_a_signal_of_the_programs_terminal(void) {
    open_terminal(24, 80);
    start_relay(&(struct start){0});
    struct run run = start_run(&(struct request){.flags = RELAY_RUN_TERMINAL,
            .rows = 24,
            .columns = 80,
            .script = "trap 'echo interrupted; exit 4' INT; echo ready; while :; do sleep 0.1; done"});
    pid_t process = accompany(&run, run.terminal);
    await_seen("ready");
    AWAIT(is_raw());
    EQUAL(1, write(human, "\003", 1));
    await_seen("interrupted");
    EQUAL(4, await_end(process));
}

static void signals_are_passed_on(void) {
    start_relay(&(struct start){0});
    struct run run = start_run(&(struct request){
            .script = "trap 'echo told' HUP; trap 'exit 6' TERM; echo ready; while :; do sleep 0.1; done"});
    await_output(&run, "ready");
    pid_t process = accompany(&run, -1);
    /* its signals are caught by then */
    AWAIT(proc_number(process, "status", "SigCgt:") != 0);
    kill(process, SIGHUP);
    await_output(&run, "told");
    kill(process, SIGTERM);
    EQUAL(6, await_end(process));
}

static void the_third_request_to_end_is_not_passed_on(void) {
    start_relay(&(struct start){0});
    struct run run = start_run(&(struct request){
            .script = "trap 'n=$((n + 1)); echo told$n' TERM; echo ready; while :; do sleep 0.1; done"});
    await_output(&run, "ready");
    pid_t process = accompany(&run, -1);
    AWAIT(proc_number(process, "status", "SigCgt:") != 0);
    kill(process, SIGTERM);
    await_output(&run, "told1");
    kill(process, SIGTERM);
    await_output(&run, "told2");
    kill(process, SIGTERM);
    EQUAL(200, await_end(process));
}

static void what_is_ignored_stays_so(void) {
    start_relay(&(struct start){0});
    struct run run = start_run(&(struct request){.script = "echo ready; sleep 0.5; exit 3"});
    await_output(&run, "ready");
    signal(SIGHUP, SIG_IGN);
    pid_t process = accompany(&run, -1);
    signal(SIGHUP, SIG_DFL);
    AWAIT(proc_number(process, "status", "SigCgt:") != 0);
    kill(process, SIGHUP);
    EQUAL(3, await_end(process));
}

static void a_terminal_that_is_gone_is_gone_for_the_program(void) {
    open_terminal(24, 80);
    start_relay(&(struct start){0});
    struct run run = start_run(&(struct request){
            .flags = RELAY_RUN_TERMINAL, .rows = 24, .columns = 80, .script = "trap '' HUP; echo ready; exec yes"});
    /* the process has it alone */
    pid_t process = accompany(&run, run.terminal);
    close(run.terminal);
    await_seen("ready");
    close(human);
    close(own);
    CHECK(await_end(process) != 200);
}

static void a_relay_that_ends_is_noticed_and_the_terminal_set_back(void) {
    open_terminal(24, 80);
    pid_t relay = start_relay(&(struct start){0});
    struct run run = start_run(&(struct request){
            .flags = RELAY_RUN_TERMINAL, .rows = 24, .columns = 80, .script = "echo ready; sleep 1000"});
    pid_t process = accompany(&run, run.terminal);
    await_seen("ready");
    AWAIT(is_raw());
    close(run.socket);
    kill(relay, SIGKILL);
    EQUAL(200, await_end(process));
    CHECK(!is_raw());
}

const struct test ACCOMPANY_TESTS[] = {{"accompany: a terminal goes through", a_terminal_goes_through, NATIVE},
        {"accompany: much that is printed comes whole",
                much_that_is_printed_comes_whole_and_what_is_typed_meanwhile_waits, NATIVE},
        {"accompany: a key is a signal of the program's terminal", a_key_is_a_signal_of_the_programs_terminal, NATIVE},
        {"accompany: signals are passed on", signals_are_passed_on, NATIVE},
        {"accompany: the third request to end is not passed on", the_third_request_to_end_is_not_passed_on, NATIVE},
        {"accompany: what is ignored stays so", what_is_ignored_stays_so, NATIVE},
        {"accompany: a terminal that is gone is gone for the program", a_terminal_that_is_gone_is_gone_for_the_program,
                NATIVE},
        {"accompany: a relay that ends is noticed", a_relay_that_ends_is_noticed_and_the_terminal_set_back, NATIVE},
        {NULL, NULL, ANYBODY}};
