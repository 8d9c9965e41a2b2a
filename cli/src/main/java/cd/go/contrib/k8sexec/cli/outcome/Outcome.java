package cd.go.contrib.k8sexec.cli.outcome;

import cd.go.contrib.k8sexec.protocol.OutcomeKind;
import cd.go.contrib.k8sexec.protocol.ResultField;
import cd.go.contrib.k8sexec.protocol.Signals;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a run ended.
 *
 * @param kind     what happened
 * @param exitCode k8s-exec's own exit code: the script's (0 to 255), 128+n for signal n, or that of the error
 * @param signal   the signal's name without "SIG", or null
 * @param error    the error, or null
 * @param message  the error in words, or null
 * @param reason   why a script ended as it did, in words, if more is known than its exit code; or null
 * @param enter    the way into the guest that the script took, or null
 * @param cost     what the script took; null if it did not run, or is not known to have ended
 */
public record Outcome(
        OutcomeKind kind,
        int exitCode,
        String signal,
        ErrorId error,
        String message,
        String reason,
        String enter,
        Cost cost) {
    /** As timeout(1) of GNU coreutils has it. */
    private static final int TIMED_OUT = 124;

    public static Outcome exited(int exitCode) {
        return of(OutcomeKind.EXITED, exitCode, null);
    }

    /** The script's shell was killed by the signal with this number. */
    public static Outcome signaled(int signal) {
        return of(OutcomeKind.SIGNALED, Signals.EXIT_CODE_BASE + signal, Signals.name(signal));
    }

    /** k8s-exec was told to end by the signal with this number. */
    public static Outcome canceled(int signal) {
        return of(OutcomeKind.CANCELED, Signals.EXIT_CODE_BASE + signal, Signals.name(signal));
    }

    /** The script ran longer than it may. */
    public static Outcome timedOut() {
        return of(OutcomeKind.TIMED_OUT, TIMED_OUT, null);
    }

    private static Outcome of(OutcomeKind kind, int exitCode, String signal) {
        return new Outcome(kind, exitCode, signal, null, null, null, null, null);
    }

    /** @param message in the words of the place where it is read */
    public static Outcome error(K8sExecException e, String message) {
        return new Outcome(OutcomeKind.ERROR, e.id().exitCode(), null, e.id(), message, null, null, null);
    }

    /** Whether the script ended as it did by itself. */
    public boolean isOfScript() {
        return kind == OutcomeKind.EXITED || kind == OutcomeKind.SIGNALED;
    }

    public Outcome because(String why) {
        return new Outcome(kind, exitCode, signal, error, message, why, enter, cost);
    }

    /** Of a script that took this way into the guest. */
    public Outcome by(String way) {
        return new Outcome(kind, exitCode, signal, error, message, reason, way, cost);
    }

    /** Of a script that took this. */
    public Outcome after(Cost taken) {
        return new Outcome(kind, exitCode, signal, error, message, reason, enter, taken);
    }

    /** The result file's content: one JSON object and a line end. */
    public String toJson(long durationMillis) {
        return JsonText.of(generator -> {
                    generator.writeStartObject();
                    generator.writeStringField(ResultField.OUTCOME.key(), kind.text());
                    generator.writeNumberField(ResultField.EXIT_CODE.key(), exitCode);
                    generator.writeStringField(ResultField.SIGNAL.key(), signal);
                    generator.writeStringField(ResultField.ERROR.key(), error == null ? null : error.name());
                    generator.writeStringField(ResultField.MESSAGE.key(), message);
                    generator.writeStringField(ResultField.REASON.key(), reason);
                    generator.writeStringField(ResultField.ENTER.key(), enter);
                    generator.writeNumberField(ResultField.DURATION_MILLIS.key(), durationMillis);
                    writeCost(generator);
                    generator.writeEndObject();
                })
                + '\n';
    }

    private void writeCost(JsonGenerator generator) throws IOException {
        Optional<Cost> known = Optional.ofNullable(cost);
        Optional<Usage> usage = known.flatMap(Cost::usage);
        Optional<Cost.Memory> memory = known.map(taken -> taken.memory().get());
        write(generator, ResultField.SCRIPT_MILLIS, millis(known.map(Cost::time)));
        write(generator, ResultField.CPU_USER_MILLIS, millis(usage.map(Usage::user)));
        write(generator, ResultField.CPU_SYSTEM_MILLIS, millis(usage.map(Usage::system)));
        write(
                generator,
                ResultField.LARGEST_PROCESS_BYTES,
                usage.map(Usage::largest).orElseGet(OptionalLong::empty));
        write(
                generator,
                ResultField.MEMORY_LIMIT_BYTES,
                memory.map(Cost.Memory::limit).orElseGet(OptionalLong::empty));
        write(
                generator,
                ResultField.MEMORY_PEAK_BYTES,
                memory.map(Cost.Memory::peak).orElseGet(OptionalLong::empty));
    }

    private static OptionalLong millis(Optional<Duration> duration) {
        return duration.map(known -> OptionalLong.of(known.toMillis())).orElseGet(OptionalLong::empty);
    }

    private static void write(JsonGenerator generator, ResultField field, OptionalLong number) throws IOException {
        if (number.isPresent()) {
            generator.writeNumberField(field.key(), number.getAsLong());
        } else {
            generator.writeNullField(field.key());
        }
    }
}
