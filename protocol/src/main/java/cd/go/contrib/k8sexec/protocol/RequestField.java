package cd.go.contrib.k8sexec.protocol;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A field of the request, one JSON object on the standard input of {@code k8s-exec run}. k8s-exec refuses a field that
 * it does not know, so that no setting is ever silently ignored: a field is sent only if the task needs it, and to a
 * k8s-exec that has it.
 */
public enum RequestField {
    /** A number, required: {@link #FORMAT}. */
    VERSION("version", Version.V2_0_0),
    /** A string, required: the script's text, which is not blank. */
    SCRIPT("script", Version.V2_0_0),
    /** A string: what reads the script, as {@link Interpreter#of} takes it; {@code sh} if it is not there. */
    SHELL("shell", Version.V2_0_0),
    /** A boolean: {@link Interpreter#failingFast}. */
    FAIL_FAST("failFast", Version.V2_0_0),
    /** A boolean: {@link Interpreter#tracing}. */
    TRACE("trace", Version.V2_0_0),
    /** A string: where the script starts, relative to the shared root. */
    WORKING_DIRECTORY("workingDirectory", Version.V2_0_0),
    /** An object of strings: the job's variables. */
    ENVIRONMENT("environment", Version.V2_0_0),
    /**
     * A string: the guest's container, as {@link Setting#CONTAINER} takes it. It is the task's own, so it goes before
     * all settings that name a guest, {@link Setting#PID} too.
     */
    CONTAINER("container", Version.V2_1_0),
    /**
     * A boolean: whether standard input stays open after the request, and its end is a cancel. So whoever sends the
     * request may die of anything, and the script ends too.
     */
    LIFELINE("lifeline", Version.V2_1_0);

    /** The number of the only format that there is yet. */
    public static final int FORMAT = 1;

    private static final Map<String, RequestField> BY_KEY =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(RequestField::key, Function.identity()));

    private final String key;
    private final Version since;

    RequestField(String key, Version since) {
        this.key = key;
        this.since = since;
    }

    public String key() {
        return key;
    }

    /** The first k8s-exec that knows it. */
    public Version since() {
        return since;
    }

    public static Optional<RequestField> of(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }
}
