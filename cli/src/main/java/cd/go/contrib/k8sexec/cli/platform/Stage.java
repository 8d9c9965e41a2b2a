package cd.go.contrib.k8sexec.cli.platform;

/** What was being done when a start failed, in the order in which it is done; src-native/c/process.h has the same. */
public enum Stage {
    /** A process was to be made. */
    PROCESS,
    /** The guest was to be entered. */
    ENTER,
    /** The user was to be changed. */
    USER,
    /** The volume was looked for. */
    VOLUME,
    /** The program's directory was to be entered. */
    DIRECTORY,
    /** Its standard streams and its script were to be put in place. */
    FILES,
    /** The path by which it opens its script was looked for. */
    SCRIPT,
    /** It was to be executed. */
    PROGRAM,
    /** The child was ended before it became the program. */
    ENDED
}
