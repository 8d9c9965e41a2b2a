/*
 * The process of one run that starts the program, reaps all that descends from it, and tells the relay what becomes of
 * it. A script can kill or stop it; the relay sees that. If the relay has been killed, it ends what is left of the run.
 */
#ifndef K8S_EXEC_RELAY_SESSION_H
#define K8S_EXEC_RELAY_SESSION_H

#include "message.h"

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What a session is made with. */
struct order {
    const struct message *run;
    int terminal; /* the end of a new terminal that the program gets, or -1 */
    uint64_t mark;
    struct rlimit files; /* RLIMIT_NOFILE of the program */
    const char *folder;  /* where a script's folder can be besides /tmp */
};

enum report_kind {
    REPORT_STARTED = 1, /* "value" is the process, "more" whether the script is a file */
    REPORT_FAILED,      /* "value" is the stage, "more" the errno; the session ends */
    REPORT_ENDED,       /* "value" is the status as wait(2) has it, "more" whether others of the run are alive */
    REPORT_FEWER,       /* after that, and after COMMAND_ENDING: some have ended, others have not */
    REPORT_NONE         /* after that: none is left */
};

/* From a session to the relay. */
struct report {
    uint32_t kind; /* enum report_kind */
    int32_t value, more;
    uint32_t reserved;
    uint64_t user_micros, system_micros, largest_process;
};

enum command_kind {
    COMMAND_SIGNAL = 1, /* "value" is for the program's process */
    COMMAND_ENDING,     /* the run has got SIGTERM; "value" are milliseconds until SIGKILL */
    COMMAND_LEAVE       /* the session ends; what is left of the run stays */
};

/* From the relay to a session. */
struct command {
    uint32_t kind; /* enum command_kind */
    uint32_t value;
};

/* Returns the session's process and the relay's end of the socket between the two; or -1 with errno set. */
pid_t session_start(const struct order *order, int *control);

#endif
