package cd.go.contrib.k8sexec.plugin.gocd;

import com.thoughtworks.go.plugin.api.task.Console;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A console that behaves as that of GoCD's agent does: a ring of 10 240 entries that is emptied at an interval and drops the
 * oldest, one entry for a printLine and for each line of a pumped stream, a pumper thread that nobody waits for, masking of
 * exact values in one entry, and GoCD 26's exception at an empty text.
 */
public final class GoConsole implements Console, AutoCloseable {

    public static final String STDOUT = "&1";
    public static final String STDERR = "&2";

    private static final int RING_SIZE = 10 * 1024;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    /** A busy agent starts its threads late: who does not wait for a pumper loses what it was to print. */
    private static final Duration PUMPER_START = Duration.ofMillis(50);

    private final Deque<String> ring = new ArrayDeque<>();
    private final ScheduledExecutorService transmitter = Executors.newSingleThreadScheduledExecutor(runnable -> {
        Thread thread = new Thread(runnable, "console transmitter");
        thread.setDaemon(true);
        return thread;
    });
    private final Listener server;
    private final List<String> secrets;
    private Listener agent = (tag, line) -> {};
    private long dropped;
    private long entries;
    private long charsInRing;
    private long mostCharsInRing;

    /** Gets each line with its tag. */
    public interface Listener {

        void line(String tag, String line);
    }

    /**
     * @param server gets the lines when the ring is emptied
     * @param secrets the values that are shown as asterisks
     */
    public GoConsole(Duration interval, Listener server, List<String> secrets) {
        this.server = server;
        this.secrets = List.copyOf(secrets);
        transmitter.scheduleAtFixedRate(this::transmit, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Gets the lines at the moment when they enter the ring. */
    public synchronized void listen(Listener listener) {
        agent = listener;
    }

    @Override
    public void printLine(String line) {
        add(STDOUT, line);
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

    private void add(String tag, String text) {
        String masked = text;
        for (String secret : secrets) {
            masked = masked.replace(secret, "********");
        }
        String prefix = tag + '|' + TIME.format(LocalTime.now()) + ' ';
        StringBuilder entry = new StringBuilder();
        masked.lines().forEach(line -> entry.append(prefix).append(line).append('\n'));
        entry.setLength(entry.length() - 1);
        synchronized (this) {
            masked.lines().forEach(line -> agent.line(tag, line));
            ring.addLast(entry.toString());
            charsInRing += entry.length();
            mostCharsInRing = Math.max(mostCharsInRing, charsInRing);
            entries++;
            if (ring.size() > RING_SIZE) {
                charsInRing -= ring.removeFirst().length();
                dropped++;
            }
        }
    }

    private void transmit() {
        List<String> sent;
        synchronized (this) {
            sent = new ArrayList<>(ring);
            ring.clear();
            charsInRing = 0;
        }
        for (String entry : sent) {
            entry.lines().forEach(line -> server.line(line.substring(0, 2), line.substring(16)));
        }
    }

    /** Sends what is in the ring to the server, as GoCD does at the end of a job. */
    @Override
    public void close() {
        transmitter.shutdown();
        try {
            if (!transmitter.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new AssertionError("the console does not end");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("a test's thread is not interrupted here", e);
        }
        transmit();
    }

    public synchronized long dropped() {
        return dropped;
    }

    public synchronized long entries() {
        return entries;
    }

    public synchronized long mostCharsInRing() {
        return mostCharsInRing;
    }
}
