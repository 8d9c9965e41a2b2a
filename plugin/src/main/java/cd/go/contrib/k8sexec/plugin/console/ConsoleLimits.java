package cd.go.contrib.k8sexec.plugin.console;

import java.time.Duration;

/**
 * How much GoCD's console takes, and how fast. Immutable.
 *
 * <p>GoCD's agent keeps console output in a ring of 10 240 entries that it empties every 10 s
 * (ConsoleOutputTransmitter.java:40): what is more is lost, the oldest first. The ring has no limit in bytes: a burst
 * of 94 MB ended an agent of 256 MB. One {@code printLine} is one entry however many lines it has.
 */
public final class ConsoleLimits {

    private final Amount backlog;
    private final long taggedEntries;
    private final Duration window;

    /**
     * @param bytes how much output the agent may hold that the server does not have yet, what GoCD adds included
     * @param entries how many entries of the ring that may be
     * @param taggedEntries how many entries the ring may have for a line of stderr to still get one of its own
     * @param window the time in which GoCD empties the ring, if that cannot be seen
     */
    public ConsoleLimits(long bytes, long entries, long taggedEntries, Duration window) {
        this.backlog = new Amount(entries, bytes);
        this.taggedEntries = taggedEntries;
        this.window = window;
    }

    /**
     * 16 MB, every 10 s. 240 entries stay for GoCD and for the plugin's own last lines. If the ring is more than half
     * full, stderr is no longer tagged: the rest then lasts for hours.
     */
    public static ConsoleLimits ofGoCd() {
        return new ConsoleLimits(16_000_000, 10_000, 6_000, Duration.ofSeconds(10));
    }

    Amount backlog() {
        return backlog;
    }

    long taggedEntries() {
        return taggedEntries;
    }

    Duration window() {
        return window;
    }

    /**
     * How long lines are gathered so that they take one entry together, by how many entries the backlog has: the fuller
     * it is, the longer. It begins with nothing; the ring lasts for half an hour of lines that never stop, each alone.
     */
    Duration gather(long entries) {
        double fullness = entries / 1024.0;
        return Duration.ofNanos((long) (fullness * fullness * 5_000_000));
    }

    /** Characters from which on a batch is given to the console. */
    int batchSize() {
        return 64 * 1024;
    }

    /**
     * What of the last output is kept if a task is cancelled and the console has no room, in characters. More than what
     * one pipe may still hold when the last line is read from the other.
     */
    int lastOutput() {
        return 256 * 1024;
    }

    /** How long a stream pauses before a CR at its end is taken for one without LF. */
    Duration quiet() {
        return Duration.ofMillis(20);
    }

    /** How long the beginning of a variable's value of several lines is kept back for the next part of it. */
    Duration holdBack() {
        return Duration.ofMillis(500);
    }

    /** The time between two states of a progress bar. */
    Duration updateInterval() {
        return Duration.ofMillis(100);
    }

    /** Characters after which a line without an end is cut. */
    int longestLine() {
        return 1024 * 1024;
    }
}
