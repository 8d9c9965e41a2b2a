/*
 * What k8s-exec and the relay say to each other, version 1. docs/relay-protocol.md explains it; this file decides.
 *
 * One message is one packet of a SOCK_SEQPACKET socket, in the byte order of the machine that both run on. What can be
 * long is in a file in memory that travels beside the packet (memfd_create(2), sealed).
 */
#ifndef K8S_EXEC_RELAY_PROTOCOL_H
#define K8S_EXEC_RELAY_PROTOCOL_H

#include <stdint.h>

#define RELAY_MAGIC "K8SRELAY"
#define RELAY_VERSION 1

/* A socket's file name is its guest's name and this. */
#define RELAY_SOCKET_SUFFIX ".sock"

enum relay_type {
    RELAY_HELLO = 1, /* relay: who it is, at once after the connection */
    RELAY_REFUSED,   /* relay: in the place of HELLO; the connection ends */
    RELAY_RUN,       /* client: the program to start, once in a connection */
    RELAY_STARTED,   /* relay: it runs */
    RELAY_FAILED,    /* relay: it does not, and nothing is left of it */
    RELAY_SIGNAL,    /* client: a signal for the program's process */
    RELAY_END,       /* client: end all of it; SIGTERM, the grace period, SIGKILL */
    RELAY_RESULT     /* relay: how it ended; once more after an END that came later than the first */
};

/* Descriptors: bits of relay_header.descriptors; they are attached in this order. */
enum relay_descriptor {
    RELAY_FACTS = 1 << 0,   /* of HELLO: sections, each struct relay_section and its bytes */
    RELAY_STRINGS = 1 << 1, /* of RUN */
    RELAY_SCRIPT = 1 << 2,  /* of RUN: what the program gets as script_as, or as a file */
    RELAY_INPUT = 1 << 3,   /* of RUN: standard input; without it, it is empty */
    RELAY_OUTPUT = 1 << 4,  /* of RUN: standard output */
    RELAY_ERROR = 1 << 5,   /* of RUN: standard error */
    RELAY_TERMINAL = 1 << 6 /* of STARTED: the master of the program's terminal */
};
#define RELAY_DESCRIPTORS 7

struct relay_header {
    uint16_t type;        /* enum relay_type */
    uint16_t size;        /* of the packet, in bytes */
    uint32_t descriptors; /* which are attached, enum relay_descriptor */
};

/* All ones: no limit, or not known. */
#define RELAY_NONE_64 UINT64_MAX
#define RELAY_NONE_32 UINT32_MAX

/* What the guest may use, as its control group says. */
struct relay_limits {
    uint64_t memory;      /* bytes */
    uint64_t memory_used; /* bytes, the cache of files included */
    uint32_t milli_cpus;  /* thousandths of a processor */
    uint32_t processes;
};

/* relay_hello.flags, relay_started.flags and relay_result.flags: */
enum relay_guest_flag {
    RELAY_STOPPING = 1 << 0,   /* the guest is being stopped: no run begins */
    RELAY_OOM_GROUP = 1 << 1,  /* if one process of the guest is killed for lack of memory, all are (cgroup v2) */
    RELAY_FIRST = 1 << 2,      /* the relay is process 1 of its PID namespace */
    RELAY_SCRIPT_FILE = 1 << 3 /* the script is a file in the guest: relay_started alone */
};

/* Up to "flags" it stays as it is in every version; what is new comes at the end. */
struct relay_hello {
    struct relay_header header;
    char magic[8];
    uint16_t lowest, highest; /* the versions that this relay speaks */
    uint32_t flags;           /* enum relay_guest_flag */
    uint32_t uid, gid;        /* who the program will run as */
    struct relay_limits limits;
    char name[64]; /* what the relay calls itself; NUL to the end */
};

enum relay_section_kind {
    RELAY_ENVIRONMENT = 1, /* NAME=value entries, each with a NUL at its end */
    RELAY_GROUPS,          /* supplementary groups, each a uint32_t */
    RELAY_SHARED_ROOT,     /* where the guest has the shared volume; absent: as the agent has it */
    RELAY_DIRECTORY        /* where the relay was started */
};

/* A section of another kind is skipped. */
struct relay_section {
    uint32_t kind;
    uint32_t size; /* of the bytes that follow */
};

enum relay_refusal {
    RELAY_REFUSED_USER = 1 /* "peer" is none of those who may connect */
};

/* As it is in every version. */
struct relay_refused {
    struct relay_header header;
    char magic[8];
    uint32_t reason;    /* enum relay_refusal */
    uint32_t peer;      /* the client's uid, as the relay sees it */
    uint32_t uid;       /* the relay's */
    uint32_t installer; /* the owner's of the relay's program, who may connect */
};

enum relay_run_flag {
    RELAY_RUN_TERMINAL = 1 << 0,   /* the standard streams are a new terminal's */
    RELAY_RUN_SCRIPT_FILE = 1 << 1 /* the script becomes a file in the guest, if one can be made there */
};

/*
 * RELAY_STRINGS holds, each with a NUL at its end: the directory to start in (empty: the relay's own); the shared
 * volume that must be there (empty: it is not looked at); the script's file name (empty without RELAY_RUN_SCRIPT_FILE);
 * then programs, arguments and the environment as struct kx_program (process.h) has them.
 */
struct relay_run {
    struct relay_header header;
    uint32_t version; /* in which all that follows is told */
    uint32_t flags;   /* enum relay_run_flag */
    uint32_t umask;
    uint32_t grace_millis; /* of an end that nobody asks for by END: the connection's, the guest's */
    /* what the two directories have to be, as stat(2) has them; 0 and 0 for whatever lies there */
    uint64_t directory_device, directory_inode;
    uint64_t volume_device, volume_inode;
    uint32_t programs;        /* how many strings are paths, of which the first is taken that can be executed */
    uint32_t arguments;       /* how many strings are arguments */
    uint32_t script_as;       /* the number of the script's descriptor in the program; 0 without RELAY_SCRIPT */
    uint32_t script_argument; /* the argument that is the script's path: of its file, if it becomes one */
    uint16_t rows, columns;   /* of the terminal; 0 and 0 without one */
    uint32_t reserved;        /* 0 */
};

struct relay_started {
    struct relay_header header;
    int32_t process; /* its id, as the guest sees it */
    uint32_t flags;  /* enum relay_guest_flag */
    struct relay_limits limits;
};

/* In the place of enum kx_stage (process.h), above all of those: */
enum relay_stage {
    RELAY_STAGE_STOPPING = 100, /* the guest is being stopped */
    RELAY_STAGE_STRINGS,        /* RELAY_STRINGS does not hold what the message says; E2BIG: more than a relay takes */
    RELAY_STAGE_TERMINAL,       /* a terminal was to be opened */
    RELAY_STAGE_LOST            /* the process that was to start it has been killed */
};

struct relay_failed {
    struct relay_header header;
    uint32_t stage; /* enum kx_stage or enum relay_stage */
    int32_t number; /* an errno; of KX_ENDED the signal */
};

struct relay_signal {
    struct relay_header header;
    uint32_t number; /* 1 to 64; 0: none, which only says that somebody is there */
    uint32_t reserved;
};

struct relay_end {
    struct relay_header header;
    uint32_t grace_millis; /* a second END can shorten it, and does not send a second SIGTERM */
    uint32_t reserved;
};

enum relay_outcome {
    RELAY_EXITED = 1, /* "value" is the exit code */
    RELAY_SIGNALED,   /* "value" is the signal */
    RELAY_LOST,       /* the run's own process was killed or stopped: what was left of the run has been ended */
    RELAY_UNENDED     /* the program could not be ended: it is among those left */
};

struct relay_process {
    int32_t process;
    char name[16]; /* as /proc/PID/comm has it, without a line's end; NUL to the end */
};

#define RELAY_NAMED 12

/* Processes: how many, and the first of them by name. */
struct relay_processes {
    uint32_t count;
    uint32_t reserved;
    struct relay_process named[RELAY_NAMED];
};

struct relay_result {
    struct relay_header header;
    uint32_t outcome; /* enum relay_outcome */
    int32_t value;
    uint32_t flags;     /* enum relay_guest_flag */
    uint32_t oom_kills; /* processes of the guest that the kernel killed for lack of memory during the run */
    struct relay_limits limits;
    uint64_t user_micros, system_micros; /* of CPU, of all of the run's processes that have been waited for */
    uint64_t largest_process;            /* the most memory that one of them had, in bytes; or RELAY_NONE_64 */
    uint64_t memory_peak;                /* the most that the guest ever had, in bytes; or RELAY_NONE_64 */
    struct relay_processes left;         /* that run on; some because they may not be signalled */
    struct relay_processes killed;       /* that SIGTERM did not end in the grace period */
};

/* The longest packet that is ever sent; HELLO may grow to it. */
#define RELAY_PACKET 1024

/* The largest RELAY_STRINGS and RELAY_FACTS. */
#define RELAY_STRINGS_SIZE (16 << 20)

#endif
