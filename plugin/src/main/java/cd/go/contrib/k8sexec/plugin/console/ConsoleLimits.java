package cd.go.contrib.k8sexec.plugin.console;

import java.time.Duration;

/**
 * How much GoCD's console takes, and how fast. Immutable.
 *
 * <p>GoCD's agent keeps console output in a ring of 10 240 entries that it empties every 10 s
 * (ConsoleOutputTransmitter.java:40): what is more is lost, the oldest first. The ring has no limit in bytes: a burst of
 * 94 MB ended an agent of 256 MB. One {@code printLine} is one entry however many lines it has.
 */
public final class ConsoleLimits {

    private final Duration window;
    private final long charsPerWindow;
    private final long taggedLinesPerWindow;

    /**
     * @param window the time in which GoCD's ring is emptied once
     * @param charsPerWindow how many characters the ring may be given in one window, those that GoCD adds included
     * @param taggedLinesPerWindow how many lines of stderr may take an entry of their own in one window
     */
    public ConsoleLimits(Duration window, long charsPerWindow, long taggedLinesPerWindow) {
        this.window = window;
        this.charsPerWindow = charsPerWindow;
        this.taggedLinesPerWindow = taggedLinesPerWindow;
    }

    /**
     * 16 MB and 4 000 lines of stderr in 10 s. With the batches of both streams, which are at most {@link #quiet()} apart,
     * this fills half of the ring, so that GoCD may also be late once.
     */
    public static ConsoleLimits ofGoCd() {
        return new ConsoleLimits(Duration.ofSeconds(10), 16_000_000, 4_000);
    }

    Duration window() {
        return window;
    }

    long charsPerWindow() {
        return charsPerWindow;
    }

    long taggedLinesPerWindow() {
        return taggedLinesPerWindow;
    }

    /** Characters from which on a batch is given to the console. */
    int batchSize() {
        return 64 * 1024;
    }

    /** How old the first line of a batch gets at most. */
    Duration batchAge() {
        return Duration.ofMillis(100);
    }

    /** How long the stream pauses before a batch is given to the console early. */
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
