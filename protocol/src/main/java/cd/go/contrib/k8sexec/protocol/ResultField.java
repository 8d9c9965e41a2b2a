package cd.go.contrib.k8sexec.protocol;

/**
 * A field of the result, one JSON object in the file that {@code k8s-exec run --result} names. All are always there. A
 * reader passes over fields that it does not know, so a new one needs no version.
 */
public enum ResultField {
    /** A string: the text of an {@link OutcomeKind}. */
    OUTCOME("outcome"),
    /** A number: k8s-exec's own exit code. */
    EXIT_CODE("exitCode"),
    /** A string: {@link Signals#name} of the signal that ended the script or k8s-exec; else null. */
    SIGNAL("signal"),
    /** A string: the id of k8s-exec's error; else null. */
    ERROR("error"),
    /** A string: the error in words; else null. */
    MESSAGE("message"),
    /** A string: why a script ended as it did, if more is known than its exit code; else null. */
    REASON("reason"),
    /** A string: the way into the guest that the script took, like "setns"; null if it took none. */
    ENTER("enter"),
    /** A number: how long k8s-exec took, in milliseconds. */
    DURATION_MILLIS("durationMillis"),
    /** A number: how long the script ran, in milliseconds; null if it did not, or nobody knows how it ended. */
    SCRIPT_MILLIS("scriptMillis"),
    /**
     * A number: CPU time of those of its processes that have ended and been waited for, in milliseconds; null if it is
     * not known.
     */
    CPU_USER_MILLIS("cpuUserMillis"),
    /** As {@link #CPU_USER_MILLIS}, in the kernel. */
    CPU_SYSTEM_MILLIS("cpuSystemMillis"),
    /** A number: the most memory that one of these processes had, in bytes; null if that is not known. */
    LARGEST_PROCESS_BYTES("largestProcessBytes"),
    /** A number: the memory limit of the container whose limit counts, in bytes; null if none is known. */
    MEMORY_LIMIT_BYTES("memoryLimitBytes"),
    /** A number: the most memory that this container had since its start, in bytes; null if that is not known. */
    MEMORY_PEAK_BYTES("memoryPeakBytes");

    private final String key;

    ResultField(String key) {
        this.key = key;
    }

    public String key() {
        return key;
    }
}
