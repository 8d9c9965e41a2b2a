package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.protocol.Durations;
import java.time.Duration;

/**
 * How long a script may run.
 *
 * @param limit zero: as long as it likes
 * @param start by System.nanoTime
 */
record Timeout(Duration limit, long start) {

    static Timeout begin(Duration limit) {
        return new Timeout(limit, System.nanoTime());
    }

    boolean isOver() {
        return !limit.isZero() && hasPassed(limit);
    }

    boolean hasPassed(Duration time) {
        return passed().compareTo(time) >= 0;
    }

    private Duration passed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** That time, or what is left of this one. */
    Duration orLess(Duration time) {
        Duration left = limit.minus(passed());
        return limit.isZero() || left.compareTo(time) > 0 ? time : left;
    }

    /** For people. */
    @Override
    public String toString() {
        return "timeout of " + Durations.text(limit);
    }
}
