package cd.go.contrib.k8sexec.plugin.console;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe.SourceChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads stdout and stderr of a process in the order in which they are written, on a thread that does nothing else.
 *
 * <p>epoll(7) lists what can be read in the order in which it became so, however late this thread comes. What it cannot
 * tell is how the lines of two pipes lie in time when both have several. So they are emptied at once, always, until too
 * much waits to be shown: then nothing is read, the pipes fill and the script waits.
 */
final class OutputReader implements Runnable, Closeable {

    /** What {@link #next} answers last. */
    static final List<Chunk> END = Collections.unmodifiableList(new ArrayList<>());

    private static final int CHUNK = 16 * 1024;
    private static final int MOST_WAITING = 1024 * 1024;
    /** What a chunk takes beside its bytes, roughly: a script may write them one by one. */
    private static final int OVERHEAD = 128;
    /** What a pipe may hold (F_SETPIPE_SZ, pipe(7)). */
    private static final int LARGEST_PIPE = 1024 * 1024;

    private final Selector selector;
    private final List<OutputPipe> pipes = new ArrayList<>(); // of stdout and of stderr
    private final List<SelectionKey> keys = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
    private final BlockingQueue<List<Chunk>> arrivals = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(MOST_WAITING);
    private int open = 2;
    private volatile long deadline;
    private volatile boolean hasDeadline;
    private volatile boolean cutShort;

    private OutputReader(Selector selector) {
        this.selector = selector;
    }

    /** Opens the pipes. The thread that runs this closes them in the end. */
    static OutputReader open() throws IOException {
        OutputReader reader = new OutputReader(Selector.open());
        try {
            reader.add(false);
            reader.add(true);
            reader.selector.selectNow(); // registers: what is written from now on has its place
            return reader;
        } catch (IOException e) {
            reader.close();
            throw e;
        }
    }

    private void add(boolean error) throws IOException {
        OutputPipe pipe = OutputPipe.open();
        pipes.add(pipe);
        keys.add(pipe.source().register(selector, SelectionKey.OP_READ, error));
    }

    /** Starts a process that writes to the pipes. If it cannot be started, they end. */
    Process start(ProcessBuilder builder) throws IOException {
        OutputPipe stdout = pipes.get(0);
        OutputPipe stderr = pipes.get(1);
        stdout.file().ifPresent(builder::redirectOutput);
        stderr.file().ifPresent(builder::redirectError);
        try {
            Process process = builder.start();
            stdout.fillFrom(process.getInputStream());
            stderr.fillFrom(process.getErrorStream());
            return process;
        } catch (IOException e) {
            stdout.fillFrom(InputStream.nullInputStream());
            stderr.fillFrom(InputStream.nullInputStream());
            throw e;
        }
    }

    /** At this moment ({@link System#nanoTime}) only what is in the pipes already is still read. */
    void readUntil(long nanoTime) {
        deadline = nanoTime;
        hasDeadline = true;
        selector.wakeup();
    }

    /** Whether somebody could still write at the deadline. Valid after {@link #END}. */
    boolean wasCutShort() {
        return cutShort;
    }

    /**
     * What was read next, in the order of writing: nothing if there is nothing for so long, {@link #END} at the end. An
     * interrupt is not heeded.
     */
    List<Chunk> next(long nanos) {
        List<Chunk> round = null;
        try {
            round = arrivals.poll(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // Nobody interrupts the thread that shows the output.
        }
        if (round == null) {
            return List.of();
        }
        room.release(size(round));
        return round;
    }

    /** Whether {@link #next} has something at once. */
    boolean hasNext() {
        return !arrivals.isEmpty();
    }

    @Override
    public void run() {
        try (this) {
            List<Chunk> round = new ArrayList<>();
            while (open > 0 && nanosLeft() > 0) {
                if (round.isEmpty()) {
                    select(round);
                }
                // Before anybody sees the output, and writes more because of it: epoll keeps what could be read on its
                // list
                // until it is asked again, at an old place.
                List<Chunk> next = new ArrayList<>();
                selector.selectNow(key -> read(key, next));
                handOn(round);
                round = next;
            }
            handOn(round);
            for (SelectionKey key : keys) {
                readWhatIsThere(key);
            }
            cutShort = open > 0;
        } catch (IOException | UncheckedIOException e) {
            cutShort = true;
        } finally {
            arrivals.add(END);
        }
    }

    private void select(List<Chunk> round) throws IOException {
        long millis = hasDeadline ? Math.max(TimeUnit.NANOSECONDS.toMillis(nanosLeft()), 0) + 1 : 0;
        selector.select(key -> read(key, round), millis);
    }

    private void readWhatIsThere(SelectionKey key) {
        int before = -1;
        for (int taken = 0; key.isValid() && taken > before && taken < LARGEST_PIPE; ) {
            List<Chunk> round = new ArrayList<>();
            read(key, round);
            before = taken;
            taken += handOn(round);
        }
    }

    private void read(SelectionKey key, List<Chunk> round) {
        try {
            int count = ((SourceChannel) key.channel()).read(buffer.clear());
            if (count < 0) {
                key.cancel();
                open--;
            } else if (count > 0) {
                round.add(new Chunk((Boolean) key.attachment(), Arrays.copyOf(buffer.array(), count)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (OutputPipe pipe : pipes) {
            pipe.close();
        }
        selector.close();
    }

    private int handOn(List<Chunk> round) {
        if (round.isEmpty()) {
            return 0;
        }
        List<Chunk> ordered = round.size() == 2 ? Chunk.inOrder(round.get(0), round.get(1)) : round;
        int size = size(ordered);
        room.acquireUninterruptibly(size);
        arrivals.add(ordered);
        return size;
    }

    private static int size(List<Chunk> round) {
        return round.stream().mapToInt(chunk -> chunk.length() + OVERHEAD).sum();
    }

    private long nanosLeft() {
        return hasDeadline ? deadline - System.nanoTime() : Long.MAX_VALUE;
    }
}
