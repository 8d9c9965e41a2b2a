package cd.go.contrib.k8sexec.plugin.console;

import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Takes a process' stdout and stderr to GoCD's console: in the order of writing, no line lost, within the memory that
 * an agent has, whatever the process prints.
 *
 * <p>After {@link #finish} nothing is printed any more: GoCD's console is gone when the task has answered.
 */
public final class ConsoleRelay implements AutoCloseable {

    private static final String CUT_OFF =
            "k8s-exec: a process that the script left running still holds its output open;"
                    + " what it prints from now on is not shown here.";

    private final OutputReader reader;
    private final ConsoleSink sink;
    private final ConsoleWriter writer;
    private final Thread showing;
    private final Process process;
    private boolean finished;

    private ConsoleRelay(OutputReader reader, ConsoleSink sink, ConsoleWriter writer, ProcessBuilder builder)
            throws IOException {
        this.reader = reader;
        this.sink = sink;
        this.writer = writer;
        this.showing = daemon(writer, "k8s-exec console");
        showing.start();
        daemon(reader, "k8s-exec output").start();
        this.process = reader.start(builder); // last: nothing can fail any more and leave it alone
    }

    /**
     * Starts a process, and begins to show its output.
     *
     * @param backlog what the agent has not sent to the server yet
     * @param values what GoCD has to mask in one piece
     */
    public static ConsoleRelay start(
            ProcessBuilder builder,
            JobConsoleLogger console,
            ConsoleBacklog backlog,
            ConsoleLimits limits,
            MultilineValues values)
            throws IOException {
        ConsoleSink sink = new ConsoleSink(console, backlog.ofCurrentTask(limits), limits, values);
        OutputReader reader = OutputReader.open();
        return new ConsoleRelay(reader, sink, new ConsoleWriter(reader, sink, limits, values), builder);
    }

    /** The process that was started. */
    public Process process() {
        return process;
    }

    /**
     * The task is cancelled: output that the console has no room for is left out, but for the last of it, and counted.
     */
    public void cancel() {
        sink.cancel();
    }

    /**
     * To be called when the process has ended. Returns when everything that it printed is in the console.
     *
     * <p>A stream that another process holds open is read for the given time, then no more, and a line says so. An
     * interrupt ends that wait at once, and cancels; the interrupt flag stays.
     */
    public void finish(Duration patience) {
        finished = true;
        reader.readUntil(System.nanoTime() + patience.toNanos());
        boolean interrupted = false;
        while (showing.isAlive()) {
            try {
                showing.join();
            } catch (InterruptedException e) {
                interrupted = true;
                cancel();
                reader.readUntil(System.nanoTime());
            }
        }
        if (reader.wasCutShort()) {
            sink.say(CUT_OFF);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Shows a line of the plugin's own, after all others; to be called after {@link #finish}. */
    public void say(String line) {
        sink.say(line);
    }

    /** If {@link #finish} was not reached: the process has been ended, and the console is not waited for. */
    @Override
    public void close() {
        if (!finished) {
            cancel();
            finish(Duration.ZERO);
        }
    }

    /** What to tell the user if the console did not take some of the output. Valid after {@link #finish}. */
    public Optional<String> refusal() {
        return writer.wasRefused()
                ? Optional.of("The script completed successfully, but GoCD's console did not take all of its output.")
                : Optional.empty();
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
