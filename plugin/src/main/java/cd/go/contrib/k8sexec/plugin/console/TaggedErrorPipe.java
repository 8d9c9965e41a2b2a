package cd.go.contrib.k8sexec.plugin.console;

import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lines on their way to {@code JobConsoleLogger.readErrorOf}, whose thread nothing waits for (StreamPumper.java:45,99-107).
 *
 * <p>GoCD reads line by line and closes the stream after the last one, so {@link #awaitConsumed} returns when every line
 * is in the console. One thread writes, GoCD's thread reads. It holds one batch at a time; a second one waits.
 */
final class TaggedErrorPipe extends InputStream {

    private static final long CLOSE_AFTER_END_MILLIS = 1000;

    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private byte[] batch = new byte[0];
    private int position;
    private boolean ended;
    private boolean endSeen;
    private boolean closed;

    /** Hands a batch of whole lines over; false if GoCD has closed the stream and takes no more. */
    boolean write(byte[] lines) {
        lock.lock();
        try {
            while (!closed && position < batch.length) {
                changed.awaitUninterruptibly();
            }
            batch = lines;
            position = 0;
            changed.signalAll();
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the stream and waits until GoCD has taken its last line.
     *
     * <p>The close tells. Where a version of GoCD does not close, its next read after the last line does: a reader of
     * lines asks for more only when it has passed on those that it has. The close then has a second to come.
     */
    void awaitConsumed() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
            while (!closed && !endSeen) {
                changed.awaitUninterruptibly();
            }
            long left = TimeUnit.MILLISECONDS.toNanos(CLOSE_AFTER_END_MILLIS);
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the lines are there, only the close is not awaited
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        lock.lock();
        try {
            while (!closed && !ended && position == batch.length) {
                changed.awaitUninterruptibly();
            }
            int count = closed ? 0 : Math.min(length, batch.length - position);
            System.arraycopy(batch, position, target, offset, count);
            position += count;
            boolean atEnd = count == 0 && length > 0;
            endSeen |= atEnd;
            changed.signalAll();
            return atEnd ? -1 : count;
        } finally {
            lock.unlock();
        }
    }

    /** A decoder asks this whether it may go on without waiting. */
    @Override
    public int available() {
        lock.lock();
        try {
            return batch.length - position;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
