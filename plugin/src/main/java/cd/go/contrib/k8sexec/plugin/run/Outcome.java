package cd.go.contrib.k8sexec.plugin.run;

import cd.go.contrib.k8sexec.protocol.OutcomeKind;
import cd.go.contrib.k8sexec.protocol.ResultField;
import cd.go.contrib.k8sexec.protocol.Signals;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the script ended, in k8s-exec's own words (the file of {@code k8s-exec run --result}).
 *
 * <p>Only this says that a script succeeded: the exit code of k8s-exec alone cannot tell a script's 125 from
 * k8s-exec's.
 */
final class Outcome {

    private final OutcomeKind kind;
    private final int exitCode;
    private final String signal;
    private final String error;
    private final String reason;

    private Outcome(OutcomeKind kind, int exitCode, String signal, String error, String reason) {
        this.kind = kind;
        this.exitCode = exitCode;
        this.signal = signal;
        this.error = error;
        this.reason = reason;
    }

    /**
     * Reads the file's content. Fields that a newer k8s-exec may add are passed over.
     *
     * @throws Unknown if it does not say how the script ended
     */
    static Outcome parse(ObjectMapper json, byte[] content) throws Unknown {
        if (content.length == 0) {
            throw new Unknown("its result file is empty");
        }
        JsonNode result = readTree(json, content);
        OutcomeKind kind = OutcomeKind.of(text(result, ResultField.OUTCOME, ""))
                .orElseThrow(() -> new Unknown("its result file has no outcome that this plugin knows"));
        JsonNode exitCode = result.path(ResultField.EXIT_CODE.key());
        if (kind != OutcomeKind.ERROR && !exitCode.isInt()) {
            throw new Unknown("its result file has no exit code");
        }
        return new Outcome(
                kind,
                exitCode.asInt(),
                signal(result, exitCode.asInt()),
                "[" + text(result, ResultField.ERROR, "UNKNOWN") + "] "
                        + text(result, ResultField.MESSAGE, "k8s-exec gave no reason."),
                text(result, ResultField.REASON, ""));
    }

    /** k8s-exec names a real-time signal by its number. */
    private static String signal(JsonNode result, int exitCode) {
        String name = text(result, ResultField.SIGNAL, "");
        boolean isName = !name.isEmpty() && Character.isLetter(name.charAt(0));
        return isName ? "SIG" + name : signalOf(exitCode).orElse("a signal");
    }

    /** "SIGKILL" for the exit code 137; empty if the exit code is not 128 + a signal. */
    static Optional<String> signalOf(int exitCode) {
        OptionalInt number = Signals.ofExitCode(exitCode);
        return number.isPresent() ? Optional.of(Signals.describe(number.getAsInt())) : Optional.empty();
    }

    /** As a sentence of its own. */
    private String reason() {
        return reason.isEmpty() ? "" : " " + Character.toUpperCase(reason.charAt(0)) + reason.substring(1) + ".";
    }

    private static JsonNode readTree(ObjectMapper json, byte[] content) throws Unknown {
        try {
            return json.readTree(content);
        } catch (IOException e) {
            // also for bytes that are no text, which the parser takes for UTF-16 or UTF-32
            throw new Unknown("its result file is not JSON");
        }
    }

    private static String text(JsonNode result, ResultField field, String absent) {
        String text = result.path(field.key()).textValue();
        return text == null || text.isBlank() ? absent : text;
    }

    boolean isCanceled() {
        return kind == OutcomeKind.CANCELED;
    }

    TaskResult toResult() {
        switch (kind) {
            case EXITED:
                return exitCode == 0
                        ? TaskResult.success("Script completed successfully.")
                        : TaskResult.failure("Script completed with exit code: " + exitCode + "." + reason());
            case SIGNALED:
                return TaskResult.failure(
                        "Script was killed by " + signal + ", exit code: " + exitCode + "." + reason());
            case CANCELED:
                return TaskResult.failure(
                        "Script was canceled by " + signal + ", exit code: " + exitCode + "." + reason());
            case TIMED_OUT:
                return TaskResult.failure(
                        "Script was ended because " + (reason.isEmpty() ? "it ran longer than its timeout" : reason)
                                + ", exit code: " + exitCode + ".");
            default:
                return TaskResult.failure(error);
        }
    }

    /** k8s-exec has not said how the script ended. The message says why, as the end of a sentence. */
    static final class Unknown extends Exception {

        private static final long serialVersionUID = 1L;

        Unknown(String reason) {
            super(reason);
        }
    }
}
