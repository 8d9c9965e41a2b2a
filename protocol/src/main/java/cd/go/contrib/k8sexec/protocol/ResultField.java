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
    DURATION_MILLIS("durationMillis");

    private final String key;

    ResultField(String key) {
        this.key = key;
    }

    public String key() {
        return key;
    }
}
