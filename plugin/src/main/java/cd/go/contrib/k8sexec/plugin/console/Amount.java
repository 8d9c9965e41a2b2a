package cd.go.contrib.k8sexec.plugin.console;

/** Output as it counts for GoCD's agent: entries of its ring, and the bytes of memory that their text takes. */
final class Amount {

    static final Amount NONE = new Amount(0, 0);

    /** What GoCD puts before each line: tag, time, blanks (ConsoleOutputTransmitter.java:62). */
    private static final int CHARS_BEFORE_LINE = 16;

    final long entries;
    final long bytes;

    Amount(long entries, long bytes) {
        this.entries = entries;
        this.bytes = bytes;
    }

    /**
     * The lines, joined with LF, in one entry. Text with a character beyond Latin-1 counts double, as Java stores it.
     */
    static Amount oneEntry(String lines) {
        return new Amount(1, bytes(lines));
    }

    /** The lines, joined with LF, in an entry each. */
    static Amount anEntryEach(String lines) {
        return new Amount(1 + lines.chars().filter(c -> c == '\n').count(), bytes(lines));
    }

    private static long bytes(String lines) {
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

    Amount plus(Amount other) {
        return new Amount(entries + other.entries, bytes + other.bytes);
    }

    Amount minus(Amount other) {
        return new Amount(entries - other.entries, bytes - other.bytes);
    }
}
