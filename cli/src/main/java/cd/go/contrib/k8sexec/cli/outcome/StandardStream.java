package cd.go.contrib.k8sexec.cli.outcome;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Where this process prints for people. Who has processes to end does not wait for a reader: after {@link #queue} a
 * thread of its own prints, so that a pipe that is full keeps nobody else waiting.
 */
public final class StandardStream extends OutputStream {
    public static final StandardStream OUT = new StandardStream(FileDescriptor.out);
    public static final StandardStream ERR = new StandardStream(FileDescriptor.err);

    /** In which a line is printed if somebody reads: what is printed after it by others comes after it. */
    private static final Duration MOMENT = Duration.ofMillis(50);

    /** The system's words for EPIPE. */
    private static final String GONE = "Broken pipe";

    private final FileDescriptor descriptor;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private boolean queues;
    private Thread printer;
    private FileOutputStream file;
    private volatile String failure;

    private StandardStream(FileDescriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** From now on to write does not wait for a reader, but for a moment. */
    public synchronized void queue() {
        queues = true;
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        if (queues && start()) {
            byte[] line = new byte[length];
            System.arraycopy(bytes, offset, line, 0, length);
            waiting.add(line);
            notifyAll();
            if (waiting.size() == 1) {
                awaitReader(MOMENT);
            }
        } else {
            print(bytes, offset, length);
        }
    }

    /** Why something could not be printed; empty if all was, or if the reader has gone, who wants no more. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    private void print(byte[] bytes, int offset, int length) {
        try {
            if (file == null) {
                // not while the image is built
                file = new FileOutputStream(descriptor);
            }
            file.write(bytes, offset, length);
        } catch (IOException e) {
            failure = GONE.equals(e.getMessage()) ? failure : e.getMessage();
        }
    }

    /**
     * Waits until all is printed.
     *
     * @return whether it is
     */
    public synchronized boolean awaitReader(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            for (long left = limit.toMillis(); left > 0 && !waiting.isEmpty(); ) {
                wait(left);
                left = (end - System.nanoTime()) / 1_000_000;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return waiting.isEmpty();
    }

    /** Whether there is a thread that prints: where no more can be had the one that writes does so. */
    private boolean start() {
        if (printer == null) {
            Thread thread = new Thread(this::print, "printer");
            thread.setDaemon(true);
            try {
                thread.start();
                printer = thread;
            } catch (OutOfMemoryError e) {
                queues = false;
            }
        }
        return printer != null;
    }

    private void print() {
        try {
            while (true) {
                byte[] line = next();
                print(line, 0, line.length);
                printed();
            }
        } catch (InterruptedException e) {
            // nobody does that
        }
    }

    private synchronized byte[] next() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        return waiting.element();
    }

    private synchronized void printed() {
        waiting.remove();
        notifyAll();
    }
}
