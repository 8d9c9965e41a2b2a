package cd.go.contrib.k8sexec.plugin.console;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes one output stream of a process to the console, in batches of lines, on a thread of its own.
 *
 * <p>A batch is given to the console when it is large enough, when its first line is old enough or when the stream pauses.
 * What one read of the stream gave stays together. While the console's rate does not allow more, nothing is read: the pipe
 * fills and the script waits.
 */
final class StreamRelay implements Runnable {

    private static final int END = -1;
    private static final long SHORTEST_LOOK = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_LOOK = TimeUnit.MILLISECONDS.toNanos(5);
    /** A read at the end of a stream returns at once; one that takes longer waits for a process. */
    private static final Duration WAITING_READ = Duration.ofMillis(250);

    private final InputStream stream;
    private final BatchSink sink;
    private final ConsoleLimits limits;
    private final MultilineValues values;
    private final LineSplitter splitter;
    private final Thread thread;

    // Used by the relay's thread; by that of awaitEnd only when the relay was abandoned.
    private long firstRead;
    private long lastRead;
    private long lastUpdate;
    private boolean heldBack;
    private int unreadAtDeadline = -1;
    private volatile boolean cutShort;
    private volatile boolean refused;

    // Guarded by "this".
    private boolean hasDeadline;
    private long deadline;
    private boolean reading;
    private long readingSince;
    private boolean abandoned;

    StreamRelay(String name, InputStream stream, BatchSink sink, ConsoleLimits limits, MultilineValues values) {
        this.stream = stream;
        this.sink = sink;
        this.limits = limits;
        this.values = values;
        this.splitter = new LineSplitter(limits.longestLine());
        this.lastUpdate = System.nanoTime() - limits.updateInterval().toNanos();
        this.thread = new Thread(this, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** From this moment ({@link System#nanoTime}) only what is in the stream already is read. */
    synchronized void readUntil(long nanoTime) {
        hasDeadline = true;
        deadline = nanoTime;
    }

    /**
     * Waits until every line is in the console. To be called after {@link #readUntil}.
     *
     * <p>A thread that waits in a read cannot be woken. It is left to itself if it does so after the deadline: it never
     * prints again, and it closes the stream and ends when the process that holds the stream writes or ends.
     *
     * @throws InterruptedException if the wait has to be begun again
     */
    void awaitEnd() throws InterruptedException {
        while (thread.isAlive()) {
            if (abandonWaitingRead()) {
                cutShort = true;
                finish();
                return;
            }
            thread.join(TimeUnit.NANOSECONDS.toMillis(LONGEST_LOOK));
        }
    }

    /** Whether another process held the stream open after the deadline. Valid after {@link #awaitEnd}. */
    boolean wasCutShort() {
        return cutShort;
    }

    /** Whether lines are missing because the console did not take them. Valid after {@link #awaitEnd}. */
    boolean wasRefused() {
        return refused;
    }

    /**
     * Holds the stream's monitor all the time. When a process ends, the JDK's reaper reads what is left in its pipe into
     * memory, without a limit, as long as another process keeps writing (ProcessImpl, processExited). It needs this
     * monitor, so it comes after the stream is closed here and finds nothing to do.
     */
    @Override
    public void run() {
        synchronized (stream) {
            try {
                byte[] buffer = new byte[limits.batchSize()];
                for (int count = next(buffer); count != END; count = next(buffer)) {
                    take(buffer, count);
                }
                if (!isAbandoned()) {
                    finish();
                }
            } catch (RuntimeException | Error e) {
                refused = true;
            } finally {
                close();
            }
        }
    }

    /** The next bytes; {@link #END} if there are none or they are not wanted any more. */
    private int next(byte[] buffer) {
        try {
            deliverInPause();
            boolean late = isPastDeadline();
            if (late && unreadAtDeadline < 0) {
                unreadAtDeadline = stream.available();
            }
            if (late && unreadAtDeadline > 0) {
                int count = stream.read(buffer, 0, Math.min(unreadAtDeadline, buffer.length));
                unreadAtDeadline -= count;
                return count;
            }
            int count = readWaiting(buffer);
            if (late && count != END) {
                cutShort = true;
                return END;
            }
            return count;
        } catch (IOException e) {
            return END; // the stream was closed from elsewhere
        }
    }

    private int readWaiting(byte[] buffer) throws IOException {
        synchronized (this) {
            reading = true;
            readingSince = System.nanoTime();
        }
        int count = stream.read(buffer);
        synchronized (this) {
            reading = false;
            return abandoned ? END : count;
        }
    }

    private void take(byte[] buffer, int count) {
        lastRead = System.nanoTime();
        if (splitter.length() == 0) {
            firstRead = lastRead;
        }
        heldBack = false;
        splitter.add(buffer, count);
        if (splitter.length() >= limits.batchSize() || isOlder(firstRead, limits.batchAge()) || isUpdateDue()) {
            deliver();
        }
    }

    /** Returns when the stream has more to read, or when there is nothing to deliver. */
    private void deliverInPause() throws IOException {
        long look = SHORTEST_LOOK;
        while (stream.available() == 0) {
            OptionalLong due = nanosUntilDue();
            if (due.isEmpty()) {
                return;
            }
            if (due.getAsLong() <= 0) {
                splitter.settleReturn();
                deliver();
            } else {
                LockSupport.parkNanos(Math.min(due.getAsLong(), look));
                look = Math.min(2 * look, LONGEST_LOOK);
            }
        }
    }

    private OptionalLong nanosUntilDue() {
        if (heldBack) {
            return OptionalLong.of(nanosUntil(lastRead, limits.holdBack()));
        }
        if (splitter.length() > 0) {
            return OptionalLong.of(
                    Math.min(nanosUntil(firstRead, limits.batchAge()), nanosUntil(lastRead, limits.quiet())));
        }
        if (splitter.isReturnOpen()) {
            return OptionalLong.of(nanosUntil(lastRead, limits.quiet()));
        }
        return splitter.hasUpdate()
                ? OptionalLong.of(nanosUntil(lastUpdate, limits.updateInterval()))
                : OptionalLong.empty();
    }

    /** Gives the lines to the console, without those that may be the beginning of a value of several lines. */
    private void deliver() {
        if (isUpdateDue()) {
            splitter.releaseUpdate();
            lastUpdate = System.nanoTime();
        }
        int length = splitter.length();
        if (!values.areNone() && !isOlder(lastRead, limits.holdBack())) {
            length = values.openFrom(splitter.lines());
        }
        heldBack = length < splitter.length();
        deliver(length);
    }

    private void deliver(int length) {
        if (length == 0) {
            return;
        }
        String lines = splitter.take(length);
        firstRead = lastRead;
        try {
            sink.deliver(lines);
        } catch (RuntimeException e) {
            refused = true; // the stream is read on, or the script would wait for ever
        }
    }

    private void finish() {
        splitter.end();
        deliver(splitter.length());
        try {
            sink.end();
        } catch (RuntimeException e) {
            refused = true;
        }
    }

    private boolean isUpdateDue() {
        return splitter.hasUpdate() && isOlder(lastUpdate, limits.updateInterval());
    }

    private synchronized boolean isPastDeadline() {
        return hasDeadline && nanosUntil(deadline, Duration.ZERO) <= 0;
    }

    private synchronized boolean abandonWaitingRead() {
        abandoned = reading && isPastDeadline() && isOlder(readingSince, WAITING_READ);
        return abandoned;
    }

    private synchronized boolean isAbandoned() {
        return abandoned;
    }

    private void close() {
        try {
            stream.close();
        } catch (IOException e) {
            // Nothing more is read from it.
        }
    }

    private static boolean isOlder(long since, Duration age) {
        return nanosUntil(since, age) <= 0;
    }

    private static long nanosUntil(long since, Duration age) {
        return since + age.toNanos() - System.nanoTime();
    }
}
