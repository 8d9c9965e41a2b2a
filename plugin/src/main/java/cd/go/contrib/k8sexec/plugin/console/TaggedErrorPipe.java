package cd.go.contrib.k8sexec.plugin.console;

import java.io.InputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lines on their way to {@code JobConsoleLogger.readErrorOf}, whose thread nothing waits for
 * (StreamPumper.java:45,99-107).
 *
 * <p>A reader of lines asks for more only when it has passed on those that it has. So when GoCD's thread does, every
 * line that was printed is in the console. One thread writes, GoCD's thread reads.
 */
final class TaggedErrorPipe extends InputStream {

    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private byte[] batch = new byte[0];
    private int position;
    private boolean asksForMore;
    private boolean ended;
    private boolean closed;

    /** Returns when the lines, each with an LF, are in the console; false if GoCD has closed the stream before. */
    boolean print(byte[] lines) {
        lock.lock();
        try {
            batch = lines;
            position = 0;
            asksForMore = false;
            changed.signalAll();
            while (!closed && !asksForMore) {
                changed.awaitUninterruptibly();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** GoCD's thread may end. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
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
                asksForMore = true;
                changed.signalAll();
                changed.awaitUninterruptibly();
            }
            int count = closed ? 0 : Math.min(length, batch.length - position);
            System.arraycopy(batch, position, target, offset, count);
            position += count;
            return count == 0 && length > 0 ? -1 : count;
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
