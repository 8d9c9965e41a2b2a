package cd.go.contrib.k8sexec.cli.outcome;

/**
 * What k8s-exec itself can fail with. The names are stable: they stand in messages, in the result file and in the
 * documentation. The exit code is 125, or 126 and 127 if a shell would answer so too (POSIX, Shell Command Language,
 * 2.8.2).
 */
public enum ErrorId {
    /** The request is not JSON, or not UTF-8. */
    REQUEST_NOT_JSON,
    /** A field of the request is missing, unknown, of the wrong type or holds what cannot be used. */
    REQUEST_FIELD,
    /** One variable is longer than Linux passes to a program. */
    VARIABLE_TOO_LARGE,
    /** An option or its environment variable holds what cannot be used. */
    SETTING_INVALID,
    /** The shared root is not set. */
    SHARED_ROOT_UNSET,
    /** The shared root is missing, is no directory or is a symbolic link. */
    SHARED_ROOT_INVALID,
    /** Nothing can be written below the shared root, or what lies there is not k8s-exec's own. */
    STAGING_FAILED,
    /** The guest does not see the shared volume where it should. */
    CONTAINER_ROOT_INVALID,
    /** The job's working directory is outside the shared volume. */
    WORKING_DIRECTORY_OUTSIDE,
    /** The guest cannot change to the job's working directory. */
    WORKING_DIRECTORY_MISSING,
    /** The process id of the guest is no process id. */
    TARGET_PID_INVALID,
    /** There is no such process. */
    TARGET_DEAD,
    /** The process is of no container of this Pod. */
    TARGET_FOREIGN,
    /** The process belongs to the agent's own container. */
    TARGET_IS_AGENT,
    /** The process is the Pod's pause process. */
    TARGET_IS_PAUSE,
    /** No other container can be seen. */
    TARGET_NONE,
    /** More than one container could be meant. */
    TARGET_AMBIGUOUS,
    /** No container has this name. */
    TARGET_UNKNOWN,
    /** A service that was waited for did not come. */
    SERVICE_MISSING,
    /** This process may not read the guest's environment. */
    ENVIRONMENT_UNREADABLE,
    /** The system refuses to enter the guest's namespaces. */
    ENTER_REFUSED,
    /** The directory of the relays' sockets is not set, or not there. */
    RELAY_UNSET,
    /** The relay refuses this user, or is none that may be trusted. */
    RELAY_REFUSED,
    /** The relay ended before it said how the script ended. */
    RELAY_LOST,
    /** There is no nsenter on the agent's PATH. */
    NSENTER_MISSING,
    /** nsenter could not enter the guest's namespaces. */
    NSENTER_FAILED,
    /** The guest has no sh along its PATH. */
    SH_MISSING(127),
    /** The guest has an sh that cannot be run. */
    SH_FAILED(126),
    /** The task's shell is not in the guest. */
    SHELL_MISSING(127),
    /** The task's shell cannot be run. */
    SHELL_FAILED(126),
    /** The program is not in the guest. */
    PROGRAM_MISSING(127),
    /** The program cannot be run. */
    PROGRAM_FAILED(126),
    /** A terminal was asked for, and there is none. */
    TERMINAL_MISSING,
    /** The guest has something else on /proc than its processes, and no script can be opened there. */
    PROC_MISSING,
    /** What became of the script is not known. */
    OUTCOME_UNKNOWN,
    /** The agent's container is being stopped. */
    STOPPING,
    /** No such run is held, or not for this user. */
    RUN_NOT_HELD,
    /** Standard output cannot be written. */
    OUTPUT_FAILED,
    /** The result file cannot be written. */
    RESULT_FILE,
    /** The directory to install into is missing, is none or is reached by a symbolic link. */
    INSTALL_DIRECTORY,
    /** A program cannot be written into the directory to install into. */
    INSTALL_FAILED,
    /** The JVM build cannot do it. */
    NATIVE_ONLY,
    /** k8s-exec could not become the program pause. */
    PAUSE_FAILED,
    /** A limit of the agent container is reached: processes, open files or memory. */
    AGENT_LIMIT,
    /** A fault in k8s-exec itself. */
    INTERNAL;

    private final int exitCode;

    ErrorId() {
        this(125);
    }

    ErrorId(int exitCode) {
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
