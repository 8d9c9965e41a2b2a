package cd.go.contrib.k8sexec.plugin.console;

import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Takes a process' stdout and stderr to GoCD's console: no line is lost, the order within each is kept, and memory stays
 * bounded whatever the process prints.
 *
 * <p>Lines are shown within 200 ms. The order between the two streams is not kept, as in GoCD. After {@link #finish}
 * nothing is printed any more: GoCD's console is gone when the task has answered.
 */
public final class ConsoleRelay {

    private static final String CUT_OFF =
            "k8s-exec: a process that the script left running still holds its output open;"
                    + " what it prints from now on is not shown here.";

    private final List<StreamRelay> streams;
    private final RateLimit chars;
    private final JobConsoleLogger console;

    private ConsoleRelay(List<StreamRelay> streams, RateLimit chars, JobConsoleLogger console) {
        this.streams = streams;
        this.chars = chars;
        this.console = console;
    }

    /** Begins to read both streams. They are closed at their end. */
    public static ConsoleRelay start(
            InputStream stdout,
            InputStream stderr,
            JobConsoleLogger console,
            ConsoleLimits limits,
            MultilineValues values) {
        RateLimit chars = new RateLimit(limits.charsPerWindow(), limits.window());
        RateLimit taggedLines = new RateLimit(limits.taggedLinesPerWindow(), limits.window());
        PlainSink plain = new PlainSink(console, chars, values);
        TaggedErrorSink tagged = new TaggedErrorSink(console, plain, chars, taggedLines, values);
        List<StreamRelay> streams = List.of(
                new StreamRelay("k8s-exec stdout", stdout, plain, limits, values),
                new StreamRelay("k8s-exec stderr", stderr, tagged, limits, values));
        streams.forEach(StreamRelay::start);
        return new ConsoleRelay(streams, chars, console);
    }

    /**
     * To be called when the process has ended. Returns when everything that it printed is in the console.
     *
     * <p>A stream that another process holds open is read for the given time, then no more, and a line says so. An
     * interrupt ends the wait for other processes at once, and the wait for the console's rate; the interrupt flag stays.
     */
    public void finish(Duration patience) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + patience.toNanos();
        streams.forEach(stream -> stream.readUntil(deadline));
        for (StreamRelay stream : streams) {
            while (!awaitEnd(stream)) {
                interrupted = true;
                chars.lift();
                streams.forEach(other -> other.readUntil(System.nanoTime()));
            }
        }
        if (streams.stream().anyMatch(StreamRelay::wasCutShort)) {
            console.printLine(CUT_OFF);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean awaitEnd(StreamRelay stream) {
        try {
            stream.awaitEnd();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** What to tell the user if the console did not take some of the output. */
    public Optional<String> refusal() {
        return streams.stream().anyMatch(StreamRelay::wasRefused)
                ? Optional.of("The script completed successfully, but GoCD's console did not take all of its output.")
                : Optional.empty();
    }
}
