package cd.go.contrib.k8sexec.plugin.console;

import java.util.List;

/**
 * Shows what {@link OutputReader} reads, on a thread of its own: makes lines of it, and gives them to the console as
 * soon as nothing more is there to be read, or later if the ring is filling up.
 */
final class ConsoleWriter implements Runnable {

    /** How old lines get at most if there is always more to be read, in nanoseconds. */
    private static final long OLDEST = 100_000_000;

    private final OutputReader reader;
    private final ConsoleSink sink;
    private final ConsoleLimits limits;
    private final StreamLines stdout;
    private final StreamLines stderr;
    private Batch batch = new Batch();
    private long lastDelivery = System.nanoTime();
    private volatile boolean refused;

    ConsoleWriter(OutputReader reader, ConsoleSink sink, ConsoleLimits limits, MultilineValues values) {
        this.reader = reader;
        this.sink = sink;
        this.limits = limits;
        this.stdout = new StreamLines(false, limits, values);
        this.stderr = new StreamLines(true, limits, values);
    }

    /** Whether lines are missing because the console did not take them. Valid when the thread has ended. */
    boolean wasRefused() {
        return refused;
    }

    @Override
    public void run() {
        List<Chunk> chunks;
        do {
            chunks = reader.next(nanosUntilDue());
            try {
                show(chunks);
            } catch (RuntimeException | Error e) {
                refused = true; // the streams are read on, or the script would wait for ever
            }
        } while (chunks != OutputReader.END);
    }

    private void show(List<Chunk> chunks) {
        long now = System.nanoTime();
        for (Chunk chunk : chunks) {
            StreamLines lines = chunk.error ? stderr : stdout;
            lines.add(chunk, now);
            lines.moveTo(batch, now);
        }
        stdout.moveTo(batch, now);
        stderr.moveTo(batch, now);
        if (chunks == OutputReader.END) {
            stdout.moveRestTo(batch);
            stderr.moveRestTo(batch);
            deliver();
            sink.end();
        } else if (isDue(now)) {
            deliver();
        }
    }

    private long nanosUntilDue() {
        long now = System.nanoTime();
        long due = Math.min(stdout.nanosUntilDue(now), stderr.nanosUntilDue(now));
        return batch.isEmpty() ? due : Math.min(due, nanosUntilDelivery(now));
    }

    private boolean isDue(long now) {
        return batch.size() >= limits.batchSize()
                || (nanosUntilDelivery(now) <= 0 && (!reader.hasNext() || now - batch.began() >= OLDEST));
    }

    private long nanosUntilDelivery(long now) {
        return lastDelivery + limits.gather(sink.entries()).toNanos() - now;
    }

    private void deliver() {
        Batch full = batch;
        batch = new Batch();
        if (!full.isEmpty()) {
            sink.deliver(full);
            lastDelivery = System.nanoTime();
        }
    }
}
