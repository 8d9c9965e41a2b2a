/*
 * What the relay's tests have in common. Each case runs in a process of its own, with a folder of its own; a relay that
 * it starts ends with it. The relay is the real one: the words of the environment variable RELAY start it.
 */
#ifndef K8S_EXEC_RELAY_TEST_HARNESS_H
#define K8S_EXEC_RELAY_TEST_HARNESS_H

#include "client.h"
#include "message.h"
#include "process.h"

#include <sys/types.h>

/* ---- cases */

enum need {
    ANYBODY,
    ROOT,   /* also for namespaces */
    NATIVE, /* what QEMU's user emulation does not have, or has otherwise: child subreapers, some signals */
    SHIPPED /* the program as it is shipped: its size, its memory */
};

struct test {
    const char *name;
    void (*run)(void);
    enum need need;
};

/* Each file of cases has one of these; the last has no name. */
extern const struct test RUN_TESTS[], END_TESTS[], LOSS_TESTS[], PEER_TESTS[], FLOOD_TESTS[], SOCKET_TESTS[],
        GUEST_TESTS[], KERNEL_TESTS[], INSTALL_TESTS[], STORM_TESTS[], ACCOMPANY_TESTS[];

/* The case fails with a line of text. */
void fail(const char *file, int line, const char *pattern, ...) __attribute__((format(printf, 3, 4), noreturn));

#define CHECK(condition) ((condition) ? (void) 0 : fail(__FILE__, __LINE__, "not so: %s", #condition))
#define EQUAL(expected, actual) check_equal(__FILE__, __LINE__, (long long) (expected), (long long) (actual), #actual)
#define EQUAL_TEXT(expected, actual) check_text(__FILE__, __LINE__, expected, actual, 1)
#define CONTAINS(expected, actual) check_text(__FILE__, __LINE__, expected, actual, 0)
/* Waits until it is so; it fails after a long time. */
#define AWAIT(condition)                                                                                               \
    for (int waited = 0; !(condition); waited++) {                                                                     \
        wait_a_moment(waited, __FILE__, __LINE__, #condition);                                                         \
    }

void check_equal(const char *file, int line, long long expected, long long actual, const char *what);
void check_text(const char *file, int line, const char *expected, const char *actual, int whole);
void wait_a_moment(int waited, const char *file, int line, const char *what);

/* A text made as by sprintf(3); never freed: a case is short. */
char *text(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* How often a text has another in it. */
int count_lines(const char *where, const char *what);

/* ---- the relay */

struct start {
    const char *arguments[8]; /* behind --dir DIRECTORY */
    uid_t uid;                /* 0: as the case */
    gid_t gid;
    int first;             /* whether it is process 1 of a PID namespace */
    void (*before)(void);  /* in its process, before it is the relay */
    const char *directory; /* NULL: the case's own */
    const char *mark;      /* RELAY_TEST in its environment, or NULL */
};

/* The case's folder: "relay" in it is where the socket is, and "log" what the relays have said. */
extern char folder[], directory[];

/* Returns its process, when it listens. */
pid_t start_relay(const struct start *start);

/* As start_relay, but does not wait. */
pid_t spawn_relay(const struct start *start);

/* Waits for its end. Returns its exit code, or minus the signal. */
int await_end(pid_t process);

/* What relays have said so far. */
char *relay_log(void);

/* ---- clients */

/* A connection that has had its HELLO. */
int connect_to(const char *directory, const char *name, struct message *hello);
int connect_relay(void);

/* What is to be run. What is 0 or NULL is as a plain run has it. */
struct request {
    const char *script;    /* of sh */
    const char *program;   /* in the place of /bin/sh */
    const char *arguments; /* words, each with a NUL at its end, the last with two: in the place of sh's */
    const char *environment;
    const char *directory;
    const char *volume;
    unsigned long long directory_inode, volume_inode; /* 1: another than is there; else its own */
    uint32_t flags;
    uint32_t umask;
    uint32_t grace; /* 0: 10 s */
    int input;      /* 0: empty */
    unsigned short rows, columns;
    int large; /* bytes of environment */
};

struct run {
    int socket;
    int output; /* both streams' */
    int terminal;
    pid_t process;
    union packet started;
};

/* A sealed file with this content. */
int sealed(const void *bytes, size_t size);

/* Sends RUN, and does not wait. Its socket is -1 if the relay has ended meanwhile. */
struct run send_run(int socket, const struct request *request);

/* A run that has started. */
struct run start_run(const struct request *request);
struct run start_script(const char *script);

/* The next message, which must be of this type. */
union packet await_message(int socket, enum relay_type type);

/* Reads output until it has this text in it. */
char *await_output(const struct run *run, const char *expected);

/* All of the output, to its end. */
char *read_output(const struct run *run);

void send_signal(const struct run *run, int number);
void send_end(const struct run *run, uint32_t grace);

/* Runs it to its end. The result's output is set if "output" is not NULL. */
struct relay_result run_script(const char *script, char **output);
struct relay_failed run_failing(const struct request *request);

/* ---- processes */

/* A number in a file of /proc/PID: of "status" a line's, of "smaps_rollup" in kB. */
long proc_number(pid_t process, const char *file, const char *name);
int count_descriptors(pid_t process);
int count_children(pid_t process);
int is_alive(pid_t process);
#define ANY_USER ((uid_t) -1)
/* Those whose command line has this in it, if it is not NULL, and whose real user this is. */
int count_processes(const char *words, uid_t user);
char *read_file(const char *path);
/* The first number in it. */
long number_in(const char *text);

#endif
