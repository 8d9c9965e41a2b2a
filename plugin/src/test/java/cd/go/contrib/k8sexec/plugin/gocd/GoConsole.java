package cd.go.contrib.k8sexec.plugin.gocd;

import com.thoughtworks.go.plugin.api.task.Console;
import com.thoughtworks.go.plugin.api.task.TaskExecutionContext;
import com.thoughtworks.go.remote.work.ConsoleOutputTransmitter;
import com.thoughtworks.go.work.TaskContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A console that behaves as that of GoCD's agent does: the ring of {@link ConsoleOutputTransmitter}, one entry for a
 * printLine and for each line of a pumped stream, a pumper thread that nobody waits for, and masking of exact values in
 * one entry.
 */
public final class GoConsole implements Console, AutoCloseable {

    public static final String STDOUT = "&1";
    public static final String STDERR = "&2";

    /** A busy agent starts its threads late: who does not wait for a pumper loses what it was to print. */
    private static final Duration PUMPER_START = Duration.ofMillis(50);

    private final ConsoleOutputTransmitter transmitter;
    private final List<String> secrets;
    private volatile Listener agent = (tag, line) -> {};
    private boolean isRingHidden;
    private volatile Upload upload = () -> {};

    /** Gets each line with its tag. */
    public interface Listener {

        void line(String tag, String line);
    }

    /** What an upload meets: it may take its time, and fail. */
    public interface Upload {

        void meets() throws IOException;
    }

    /**
     * @param server gets the lines when the ring is emptied
     * @param secrets the values that are shown as asterisks
     */
    public GoConsole(Duration interval, Listener server, List<String> secrets) {
        this.secrets = List.copyOf(secrets);
        this.transmitter = new ConsoleOutputTransmitter(
                entries -> {
                    upload.meets();
                    for (String entry : entries) {
                        entry.lines().forEach(line -> server.line(line.substring(0, 2), line.substring(16)));
                    }
                },
                interval.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Gets the lines at the moment when they are printed, one at a time. */
    public void listen(Listener listener) {
        agent = listener;
    }

    /** What each upload meets from now on. */
    public void onUpload(Upload whatItMeets) {
        upload = whatItMeets;
    }

    /** From now on nobody can see the ring: as in a version of GoCD that has it elsewhere. */
    public void hideRing() {
        isRingHidden = true;
    }

    /** What a task gets from the agent. */
    TaskExecutionContext context() {
        return isRingHidden ? () -> this : new TaskContext(this, transmitter);
    }

    @Override
    public void printLine(String line) {
        add(STDOUT, line);
    }

    /** As GoCD does for its own tasks. */
    public void printErrorLine(String line) {
        add(STDERR, line);
    }

    @Override
    public void readErrorOf(InputStream in) {
        pump(STDERR, in);
    }

    @Override
    public void readOutputOf(InputStream in) {
        pump(STDOUT, in);
    }

    @Override
    public void printEnvironment(Map<String, String> environment, SecureEnvVarSpecifier secure) {
        throw new AssertionError("the plugin repeats the environment that GoCD has already printed");
    }

    private void pump(String tag, InputStream in) {
        new Thread(
                        () -> {
                            try (BufferedReader lines =
                                    new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                                Thread.sleep(PUMPER_START.toMillis());
                                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                                    add(tag, line);
                                }
                            } catch (IOException | InterruptedException | RuntimeException e) {
                                // GoCD's pumper ends here without a word, too.
                            }
                        },
                        "pumper")
                .start();
    }

    private synchronized void add(String tag, String text) {
        String masked = text;
        for (String secret : secrets) {
            masked = masked.replace(secret, "******");
        }
        masked.lines().forEach(line -> agent.line(tag, line));
        transmitter.taggedConsumeLine(tag, masked);
    }

    /** Sends what is in the ring to the server, as GoCD does at the end of a job. */
    @Override
    public void close() {
        transmitter.close();
    }

    /** How many entries the ring has lost. */
    public long dropped() {
        return transmitter.dropped();
    }

    /** How many entries it was given. */
    public long entries() {
        return transmitter.entries();
    }

    /** How many characters it held at most that the server did not have. */
    public long mostChars() {
        return transmitter.mostChars();
    }
}
