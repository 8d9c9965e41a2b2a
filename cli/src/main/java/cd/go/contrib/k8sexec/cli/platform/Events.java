package cd.go.contrib.k8sexec.cli.platform;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Usage;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * What happens to this process, one after the other, for the one thread that waits for it. As long as this is there,
 * the signals that it was made for do not end this process.
 */
public interface Events {
    /** When people are told for the first time what is waited for. */
    Duration FIRST_NOTE = Duration.ofSeconds(3);

    /** And how long after that again. */
    Duration NEXT_NOTE = Duration.ofSeconds(30);

    /** The next one, in the order in which they came; {@link Event.TimeOver} if none comes in this time. */
    Event next(Duration limit) throws InterruptedException;

    /**
     * Starts a program, without waiting for that: {@link Event.Started} or {@link Event.Failed} tells, then {@link
     * Event.ChildEnded} or {@link Event.Lost}. One at a time.
     *
     * <p>Neither it nor what it starts is a descendant of whoever started this process: who signals all descendants of
     * his, as GoCD's agent does (CurrentProcess.java:62-66), does not reach it. Its parent is a keeper, which is the
     * parent of all that its descendants leave behind, too, and ends with this process.
     *
     * @param program has default signal handling, an empty signal mask and no open file but its own
     * @param input   what it finds at its standard input, if that is {@link Streams.Input#FED}
     */
    void launch(Program program, Inside inside, Optional<ByteBuffer> input);

    /** The keeper's process id; 0: it is not there yet, not there any more, or not known. */
    int keeper();

    /** Whether the program may have left something running when it ended. */
    boolean mayBeLeft();

    /** What the program that was launched has taken, once its end has been told; empty if that is not known. */
    default Optional<Usage> usage() {
        return Optional.empty();
    }

    /**
     * From now on {@link Event.Gone} tells of the end of a process, which need not be a child. One at a time.
     *
     * @return whether it can be watched
     */
    boolean watch(int pid);

    /**
     * From now on this process waits for that: if it takes 3 s, and then every 30 s, a line says so on standard error,
     * also while the thread that has called this hangs in the kernel. A line that nobody reads is lost.
     *
     * @param what as the object of "waiting for"; empty: nothing that people should know of
     */
    default void waitFor(String what) {}

    /** Without the time. */
    static String line(String what) {
        return "k8s-exec: " + K8sExecException.line("waiting for " + what);
    }

    /**
     * From now on what comes by this process's standard input is an event. Its end, if it is not read for the
     * request, is that of the lifeline: a cancel.
     */
    void readInput();

    /** From now on {@link Event.Readable} tells that this connection has something to read. One at a time. */
    void listen(Connection connection);

    /** This process's standard input, whose reader is ended by {@link Canceled} if a signal comes. */
    default InputStream input() {
        readInput();
        return new EventInput(this);
    }

    /**
     * Waits that long.
     *
     * @throws Canceled if a signal comes, or the end of the lifeline, or has come already
     */
    default void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        Event event;
        do {
            event = next(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            if (event instanceof Event.Signal signal) {
                throw new Canceled(signal.number());
            } else if (event instanceof Event.Input input && input.isEnd()) {
                throw new Canceled(Canceled.BY_LIFELINE);
            }
        } while (!(event instanceof Event.TimeOver));
    }
}
