/* What a program gets, and what is told of it. */
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct start PLAIN = {0};

static void a_script_runs_and_its_end_is_told(void) {
    char *output;
    start_relay(&PLAIN);

    struct relay_result result = run_script("echo out; echo err >&2; exit 3", &output);

    EQUAL_TEXT("out\nerr\n", output);
    EQUAL(RELAY_EXITED, result.outcome);
    EQUAL(3, result.value);
    EQUAL(0, result.left.count);
    EQUAL(0, result.killed.count);
    CHECK(result.largest_process > 100000);
}

static void each_exit_code_and_each_signal_is_told(void) {
    start_relay(&PLAIN);
    for (int code = 0; code < 256; code += 5) {
        struct relay_result result = run_script(text("exit %d", code), NULL);
        EQUAL(RELAY_EXITED, result.outcome);
        EQUAL(code, result.value);
    }
    static const int SIGNALS[] = {SIGHUP, SIGINT, SIGKILL, SIGSEGV, SIGTERM, SIGUSR1};
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++) {
        struct relay_result result = run_script(text("ulimit -c 0; kill -%d $$", SIGNALS[i]), NULL);
        EQUAL(RELAY_SIGNALED, result.outcome);
        EQUAL(SIGNALS[i], result.value);
    }
}

static void hello_says_who_it_is(void) {
    struct message hello;
    char bytes[65536];
    start_relay(&(struct start){.arguments = {"--name", "tools", "--shared-root", "/work space"}, .mark = "a\nb=c"});

    close(connect_to(directory, "tools", &hello));

    EQUAL(RELAY_HELLO, hello.packet.header.type);
    EQUAL(1, hello.packet.hello.lowest);
    EQUAL(1, hello.packet.hello.highest);
    EQUAL(getuid(), hello.packet.hello.uid);
    EQUAL(getgid(), hello.packet.hello.gid);
    EQUAL(0, hello.packet.hello.flags & (RELAY_STOPPING | RELAY_FIRST));
    EQUAL_TEXT("tools", hello.packet.hello.name);
    ssize_t size = pread(hello.descriptors[descriptor_place(RELAY_FACTS)], bytes, sizeof bytes, 0);
    int found = 0;
    for (ssize_t at = 0; at < size;) {
        struct relay_section section;
        memcpy(&section, bytes + at, sizeof section);
        const char *content = bytes + at + sizeof section;
        if (section.kind == RELAY_ENVIRONMENT) {
            found |= memmem(content, section.size, "RELAY_TEST=a\nb=c", 17) != NULL;
        } else if (section.kind == RELAY_SHARED_ROOT) {
            found |= (section.size == 11 && memcmp(content, "/work space", 11) == 0) << 1;
        } else if (section.kind == RELAY_GROUPS) {
            found |= (section.size % sizeof(uint32_t) == 0) << 2;
        } else if (section.kind == RELAY_DIRECTORY) {
            char *own = realpath(".", NULL);
            found |= (section.size == strlen(own) && memcmp(content, own, section.size) == 0) << 3;
        }
        at += (ssize_t) (sizeof section + section.size);
    }
    EQUAL(15, found);
}

static void a_script_can_be_a_file_of_its_own(void) {
    start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.flags = RELAY_RUN_SCRIPT_FILE,
            .script = "echo $0; stat -c '%a %u' $0 ${0%/*}; touch ${0%/*}/more; mkdir ${0%/*}/inner; echo >&0 x; read "
                      "x"});
    CHECK((run.started.started.flags & RELAY_SCRIPT_FILE) != 0);
    union packet packet = await_message(run.socket, RELAY_RESULT);

    EQUAL(1, packet.result.value);
    char *output = read_output(&run);
    char *path = strtok(output, "\n");
    CONTAINS("/tmp/k8s-exec-relay-", path);
    CONTAINS("/build.sh", path);
    EQUAL_TEXT(text("700 %d", getuid()), strtok(NULL, "\n"));
    EQUAL_TEXT(text("700 %d", getuid()), strtok(NULL, "\n"));
    struct stat found;
    EQUAL(-1, stat(path, &found));
    EQUAL(-1, stat(text("%.*s", (int) (strlen(path) - strlen("/build.sh")), path), &found));
}

static void environment_and_arguments_are_byte_exact(void) {
    start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.program = "/usr/bin/env",
            .arguments = "env\0-0\0",
            .environment = "A= b\n\\ \0a.b=\xff\xc3\0NO_EQUALS\0A=twice\0"});
    union packet packet = await_message(run.socket, RELAY_RESULT);
    EQUAL(0, packet.result.value);
    char output[256];
    ssize_t size = read(run.output, output, sizeof output);
    static const char EXPECTED[] = "A= b\n\\ \0a.b=\xff\xc3\0NO_EQUALS\0A=twice";
    EQUAL(sizeof EXPECTED, size);
    CHECK(memcmp(EXPECTED, output, sizeof EXPECTED) == 0);
}

static void a_large_environment_arrives(void) {
    start_relay(&PLAIN);
    struct run run = start_run(&(struct request){
            .script = "env | grep -c ^LARGE_", .large = 1000000, .environment = "PATH=/usr/bin:/bin\0"});
    await_message(run.socket, RELAY_RESULT);
    EQUAL_TEXT("1000\n", read_output(&run));
}

static void what_cannot_start_is_told_with_stage_and_errno(void) {
    struct relay_failed failed;
    start_relay(&PLAIN);

    failed = run_failing(&(struct request){.script = "exit", .directory = text("%s/none", folder)});
    EQUAL(KX_DIRECTORY, failed.stage);
    EQUAL(ENOENT, failed.number);
    failed = run_failing(&(struct request){.script = "exit", .directory = folder, .directory_inode = 1});
    EQUAL(KX_DIRECTORY, failed.stage);
    EQUAL(ESTALE, failed.number);
    failed = run_failing(&(struct request){.script = "exit", .volume = folder, .volume_inode = 1});
    EQUAL(KX_VOLUME, failed.stage);
    EQUAL(ESTALE, failed.number);
    failed = run_failing(&(struct request){.script = "exit", .program = "/nowhere/sh"});
    EQUAL(KX_PROGRAM, failed.stage);
    EQUAL(ENOENT, failed.number);
    failed = run_failing(&(struct request){.script = "exit", .program = folder});
    EQUAL(KX_PROGRAM, failed.stage);
    EQUAL(EACCES, failed.number);
    failed = run_failing(&(struct request){.script = "exit", .large = 8000000});
    EQUAL(KX_PROGRAM, failed.stage);
    EQUAL(E2BIG, failed.number);

    EQUAL(0, run_script("exit 0", NULL).value);
}

static void the_directory_is_the_one_that_was_asked_for(void) {
    start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.script = "pwd", .directory = folder, .volume = folder});
    await_message(run.socket, RELAY_RESULT);
    EQUAL_TEXT(text("%s\n", folder), read_output(&run));
}

static void make_a_mess(void) {
    struct rlimit files = {100, 1000};
    for (int number = 1; number <= 64; number++) {
        signal(number, SIG_IGN);
    }
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    umask(0777);
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < 20; i++) {
        dup(open("/dev/null", O_RDWR));
    }
    close(0);
    close(1);
}

static void nothing_of_the_starter_reaches_a_script(void) {
    char *output;
    start_relay(&(struct start){.before = make_a_mess});

    run_script("ls -l /proc/self/fd | sed -n 's/.* \\([0-9]*\\) -> \\(.*\\)/\\1 \\2/p'", &output);
    CONTAINS("0 /dev/null\n1 pipe:", output);
    CONTAINS("\n3 /proc/", output);
    CHECK(strstr(output, "\n4 ") == NULL);
    CONTAINS("\n9 /memfd:", output);
    CHECK(strstr(output, "\n10 ") == NULL);
    run_script("umask; ulimit -Sn; ulimit -Hn; grep -E 'SigBlk|SigIgn' /proc/self/status", &output);
    EQUAL_TEXT("0022\n100\n1000\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", output);
    run_script("read a b c d group session terminal rest </proc/$$/stat; echo $group $session $terminal; echo $$",
            &output);
    long group = number_in(output);
    EQUAL_TEXT(text("%ld %ld 0\n%ld\n", group, group, group), output);
}

static void the_umask_is_the_clients(void) {
    start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.script = "umask", .umask = 027});
    await_message(run.socket, RELAY_RESULT);
    EQUAL_TEXT("0027\n", read_output(&run));
}

static void standard_input_is_empty_or_the_clients(void) {
    char *output;
    int ends[2];
    start_relay(&PLAIN);
    run_script("cat; echo end", &output);
    EQUAL_TEXT("end\n", output);

    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    struct run run = start_run(&(struct request){.script = "cat; echo end", .input = ends[0]});
    CHECK(write(ends[1], "in\n", 3) == 3);
    close(ends[1]);
    await_message(run.socket, RELAY_RESULT);
    EQUAL_TEXT("in\nend\n", read_output(&run));
}

static void a_signal_reaches_the_program_alone(void) {
    start_relay(&PLAIN);
    struct run run = start_script("(trap 'echo child' USR1; echo ready; while :; do sleep 0.05; done) & "
                                  "trap 'echo program; kill -9 $!; exit 5' USR1; wait");
    await_output(&run, "ready");
    send_signal(&run, SIGUSR1);
    EQUAL(5, await_message(run.socket, RELAY_RESULT).result.value);
    EQUAL_TEXT("program\n", read_output(&run));
}

static struct run start_in_terminal(const char *script) {
    struct run run =
            start_run(&(struct request){.flags = RELAY_RUN_TERMINAL, .rows = 33, .columns = 77, .script = script});
    CHECK(run.terminal >= 0);
    return run;
}

static void a_terminal_is_one_of_the_guest(void) {
    start_relay(&PLAIN);
    struct run run = start_in_terminal("tty; stty size; read line; echo got $line; exit 4");
    CHECK(write(run.terminal, "hello\n", 6) == 6);
    char *output = await_output(&run, "got hello");
    CONTAINS("/dev/pts/", output);
    CONTAINS("33 77", output);
    EQUAL(4, await_message(run.socket, RELAY_RESULT).result.value);

    run = start_in_terminal("trap 'exit 5' INT; echo ready; while :; do sleep 0.05; done");
    await_output(&run, "ready");
    CHECK(write(run.terminal, "\003", 1) == 1);
    EQUAL(5, await_message(run.socket, RELAY_RESULT).result.value);

    struct winsize size = {.ws_row = 20, .ws_col = 40};
    run = start_in_terminal("trap 'stty size; exit 6' WINCH; echo ready; while :; do sleep 0.05; done");
    await_output(&run, "ready");
    EQUAL(0, ioctl(run.terminal, TIOCSWINSZ, &size));
    await_output(&run, "20 40");
    EQUAL(6, await_message(run.socket, RELAY_RESULT).result.value);
}

static void a_terminal_hangs_up_when_its_client_lets_go(void) {
    start_relay(&PLAIN);
    struct run run = start_run(&(struct request){.flags = RELAY_RUN_TERMINAL,
            .script = text("trap 'echo hup >%s/hup; exit 6' HUP; echo ready; while :; do sleep 0.05; done", folder)});
    await_output(&run, "ready");
    close(run.terminal);
    EQUAL(6, await_message(run.socket, RELAY_RESULT).result.value);
    EQUAL_TEXT("hup\n", read_file(text("%s/hup", folder)));
}

static void a_relay_in_a_run_of_another_works(void) {
    char *output;
    start_relay(&PLAIN);
    mkdir(text("%s/inner", folder), 0777);
    struct run run = start_script(text("%s --dir %s/inner & echo $!; wait", getenv("RELAY"), folder));
    pid_t inner = (pid_t) number_in(await_output(&run, "\n"));
    struct message hello;
    struct stat found;
    AWAIT(stat(text("%s/inner/guest.sock", folder), &found) == 0);
    struct run nested = send_run(connect_to(text("%s/inner", folder), "guest", &hello),
            &(struct request){.script = "(sleep 1000 &); echo nested; sleep 1000"});
    output = await_output(&nested, "nested");
    CONTAINS("nested", output);
    send_end(&run, 500);
    EQUAL(RELAY_SIGNALED, await_message(run.socket, RELAY_RESULT).result.outcome);
    AWAIT(!is_alive(inner));
    /* the end of it comes when all that had its other end has ended */
    read_output(&nested);
}

const struct test RUN_TESTS[] = {{"a script runs and its end is told", a_script_runs_and_its_end_is_told, ANYBODY},
        {"each exit code and each signal is told", each_exit_code_and_each_signal_is_told, ANYBODY},
        {"HELLO says who it is", hello_says_who_it_is, ANYBODY},
        {"a script can be a file of its own", a_script_can_be_a_file_of_its_own, ANYBODY},
        {"environment and arguments are byte-exact", environment_and_arguments_are_byte_exact, ANYBODY},
        {"a large environment arrives", a_large_environment_arrives, ANYBODY},
        {"what cannot start is told with stage and errno", what_cannot_start_is_told_with_stage_and_errno, ANYBODY},
        {"the directory is the one that was asked for", the_directory_is_the_one_that_was_asked_for, ANYBODY},
        {"nothing of the starter reaches a script", nothing_of_the_starter_reaches_a_script, ANYBODY},
        {"the umask is the client's", the_umask_is_the_clients, ANYBODY},
        {"standard input is empty or the client's", standard_input_is_empty_or_the_clients, ANYBODY},
        {"a signal reaches the program alone", a_signal_reaches_the_program_alone, ANYBODY},
        {"a terminal is one of the guest", a_terminal_is_one_of_the_guest, ANYBODY},
        {"a terminal hangs up when its client lets go", a_terminal_hangs_up_when_its_client_lets_go, ANYBODY},
        {"a relay in a run of another works", a_relay_in_a_run_of_another_works, ANYBODY}, {NULL, NULL, ANYBODY}};
