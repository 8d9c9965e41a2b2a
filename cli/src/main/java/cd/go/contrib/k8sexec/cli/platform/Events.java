package cd.go.contrib.k8sexec.cli.platform;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What happens to this process, one after the other, for the one thread that waits for it. As long as this is there,
 * the signals that it was made for do not end this process.
 */
public interface Events {

    /** The next one, in the order in which they came; {@link Event.TimeOver} if none comes in this time. */
    Event next(Duration limit) throws InterruptedException;

    /**
     * Starts a program, as {@link Platform#start} does, without waiting for that: {@link Event.Started} or {@link
     * Event.Failed} tells, then {@link Event.ChildEnded}. One at a time.
     *
     * @param input what it finds at its standard input, where that is {@link Streams.Input#FED}
     */
    void launch(Program program, List<OpenNamespace> namespaces, Optional<ByteBuffer> input);

    /** Whether this process may have children, or be made the parent of some. */
    boolean mayHaveChildren();

    /** From now on what comes by this process's standard input is an event. */
    void readInput();

    /** This process's standard input, whose reader is ended by {@link Canceled} where a signal comes. */
    default InputStream input() {
        readInput();
        return new EventInput(this);
    }

    /**
     * Waits that long.
     *
     * @throws Canceled where a signal comes, or has come already
     */
    default void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        Event event;
        do {
            event = next(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            if (event instanceof Event.Signal signal) {
                throw new Canceled(signal.number());
            }
        } while (!(event instanceof Event.TimeOver));
    }
}
