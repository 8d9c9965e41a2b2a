package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.StandardStream;
import cd.go.contrib.k8sexec.cli.platform.Event;
import cd.go.contrib.k8sexec.cli.platform.Events;
import java.time.Duration;

/**
 * The lines for people of a command that has processes to end: whoever should read them keeps nobody waiting but, in
 * the end, this process itself, and only until a signal comes.
 */
final class Notes {
    /** How long whoever has cancelled waits for a reader: there may be none. */
    private static final Duration AFTER_CANCEL = Duration.ofSeconds(5);

    private static final Duration POLL = Duration.ofMillis(20);

    private Notes() {}

    static String line(String text) {
        return "k8s-exec: " + K8sExecException.line(text);
    }

    static void begin() {
        StandardStream.OUT.queue();
        StandardStream.ERR.queue();
    }

    /**
     * Waits until all is read, or another signal comes, or the end of the lifeline.
     *
     * @param events   null: signals end this process
     * @param canceled whether a signal has come already
     */
    static void finish(Events events, boolean canceled) throws InterruptedException {
        long end = System.nanoTime() + AFTER_CANCEL.toNanos();
        while (!isRead() && !(canceled && System.nanoTime() > end)) {
            Event event = events == null ? new Event.TimeOver() : events.next(Duration.ZERO);
            if (event instanceof Event.Signal || event instanceof Event.Input input && input.isEnd()) {
                return;
            }
        }
    }

    private static boolean isRead() {
        return StandardStream.OUT.awaitReader(POLL) && StandardStream.ERR.awaitReader(POLL);
    }
}
