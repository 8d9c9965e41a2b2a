package cd.go.contrib.k8sexec.plugin.console;

/**
 * The lines of one output stream that are ready to be shown: whole lines, ten states of a progress bar a second, and a
 * variable's value of several lines in one piece. Times are {@link System#nanoTime}. For one thread.
 */
final class StreamLines {

    /** When there is nothing to wait for. */
    static final long NEVER = Long.MAX_VALUE;

    private final boolean error;
    private final ConsoleLimits limits;
    private final MultilineValues values;
    private final LineSplitter splitter;
    private long lastAdded;
    private long lastUpdate;

    StreamLines(boolean error, ConsoleLimits limits, MultilineValues values) {
        this.error = error;
        this.limits = limits;
        this.values = values;
        this.splitter = new LineSplitter(limits.longestLine());
        this.lastUpdate = System.nanoTime() - limits.updateInterval().toNanos();
    }

    void add(Chunk chunk, long now) {
        lastAdded = now;
        splitter.add(chunk.bytes, chunk.from, chunk.to);
    }

    /** Moves what can be shown now to the batch. */
    void moveTo(Batch batch, long now) {
        if (now - lastAdded >= limits.quiet().toNanos()) {
            splitter.settleReturn();
        }
        if (splitter.hasUpdate() && now - lastUpdate >= limits.updateInterval().toNanos()) {
            splitter.releaseUpdate();
            lastUpdate = now;
        }
        boolean holdsBack =
                !values.areNone() && now - lastAdded < limits.holdBack().toNanos();
        move(holdsBack ? values.openFrom(splitter.lines()) : splitter.length(), batch);
    }

    /** Nothing is added any more: moves all that is left. */
    void moveRestTo(Batch batch) {
        splitter.end();
        move(splitter.length(), batch);
    }

    private void move(int length, Batch batch) {
        if (length > 0) {
            batch.add(error, splitter.take(length));
        }
    }

    /** In how many nanoseconds {@link #moveTo} may have something although nothing is added. */
    long nanosUntilDue(long now) {
        long due = NEVER;
        if (splitter.isReturnOpen()) {
            due = lastAdded + limits.quiet().toNanos() - now;
        }
        if (splitter.hasUpdate()) {
            due = Math.min(due, lastUpdate + limits.updateInterval().toNanos() - now);
        }
        if (splitter.length() > 0) {
            due = Math.min(due, lastAdded + limits.holdBack().toNanos() - now);
        }
        return due;
    }
}
