package cd.go.contrib.k8sexec.plugin.console;

import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;

/** Batches as one {@code printLine} each, which is one entry of GoCD's ring, tagged as stdout. */
final class PlainSink implements BatchSink {

    /** What GoCD puts before each line: tag, time, blanks (ConsoleOutputTransmitter.java:62). */
    private static final int CHARS_BEFORE_LINE = 16;

    private final JobConsoleLogger console;
    private final RateLimit rate;
    private final MultilineValues values;

    PlainSink(JobConsoleLogger console, RateLimit rate, MultilineValues values) {
        this.console = console;
        this.rate = rate;
        this.values = values;
    }

    @Override
    public void deliver(String lines) {
        rate.acquire(cost(lines));
        console.printLine(values.restoreIn(lines) + (endsEmpty(lines) ? " " : ""));
    }

    @Override
    public void end() {
        // printLine returns when the lines are there.
    }

    /** Of such lines GoCD 26 drops the last one, and throws where there is no other: a blank keeps it. */
    private static boolean endsEmpty(String lines) {
        return lines.isEmpty() || lines.charAt(lines.length() - 1) == '\n';
    }

    /** The characters that GoCD will hold, counted double where the text has one beyond Latin-1, as Java stores it. */
    static long cost(String lines) {
        long prefixes = 1;
        int bits = 0;
        for (int i = 0; i < lines.length(); i++) {
            char c = lines.charAt(i);
            bits |= c;
            if (c == '\n') {
                prefixes++;
            }
        }
        return (lines.length() + 1 + CHARS_BEFORE_LINE * prefixes) * (bits > 0xFF ? 2 : 1);
    }
}
