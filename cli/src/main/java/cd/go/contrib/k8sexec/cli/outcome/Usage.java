package cd.go.contrib.k8sexec.cli.outcome;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What the processes of a script took: those of them that have ended, and that their parent has waited for
 * (getrusage(2), RUSAGE_CHILDREN).
 *
 * @param user    of CPU, in the programs themselves
 * @param system  of CPU, in the kernel for them
 * @param largest the most memory that one of them had, in bytes; empty: not known
 */
public record Usage(Duration user, Duration system, OptionalLong largest) {
    private static final long NANOS = 1000;

    /** @param largest negative: not known */
    public static Usage of(long userMicros, long systemMicros, long largest) {
        return new Usage(
                Duration.ofNanos(userMicros * NANOS),
                Duration.ofNanos(systemMicros * NANOS),
                largest < 0 ? OptionalLong.empty() : OptionalLong.of(largest));
    }

    public Duration cpu() {
        return user.plus(system);
    }
}
