package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ConsoleSinkTest {

    private static final int ENTRIES = 20;
    private static final int TAGGED_ENTRIES = 10;

    private final List<String> console = Collections.synchronizedList(new ArrayList<>());
    private volatile Amount held = Amount.NONE;

    @Test
    void tags_stderr_until_the_ring_fills_up_and_again_when_it_is_empty() {
        ConsoleSink sink = sink(this::pumpLate);

        deliver(sink, "err a\nb", "out c", "err d");
        held = new Amount(8, 8);
        deliver(sink, "err e", "out f\ng", "err h\n\ni");
        held = Amount.NONE;
        deliver(sink, "err j");
        sink.end();

        assertEquals(
                List.of("tagged a", "tagged b", "plain c", "tagged d", "plain e\nf\ng\nh\n\ni", "tagged j"), console);
    }

    @Test
    void waits_for_lines_until_a_console_that_never_closes_asks_for_more() {
        ConsoleSink sink = sink(in -> pump(in, false));

        deliver(sink, "err a", "out b");
        deliver(sink, "err c");
        sink.end();

        assertEquals(List.of("tagged a", "plain b", "tagged c"), console);
    }

    @Test
    void goes_on_without_tags_where_the_console_has_closed() {
        ConsoleSink sink = sink(in -> {
            try (in) {
                // A pumper that fails before it has read.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        deliver(sink, "err a");
        deliver(sink, "err b\nc");
        sink.end();

        assertEquals(List.of("plain a", "plain b\nc"), console);
    }

    @Test
    void leaves_out_what_has_no_room_once_the_task_is_cancelled_and_says_how_much() {
        ConsoleSink sink = sink(this::pumpLate);
        String page = "x".repeat(999) + "\n" + "y".repeat(149_000);
        sink.cancel();

        deliver(sink, "out a");
        held = new Amount(ENTRIES, 100);
        deliver(sink, "out " + page);
        deliver(sink, "out " + page);
        deliver(sink, "err b");
        held = Amount.NONE;
        deliver(sink, "out c");
        held = new Amount(ENTRIES, 100);
        deliver(sink, "out d");
        sink.end();

        assertEquals(
                List.of(
                        "plain a",
                        "plain k8s-exec: 2 lines (150 kB) are left out here: the task was cancelled while GoCD's agent"
                                + " had no room for more output.\n" + page + "\nb",
                        "plain c",
                        "plain d"),
                console);
    }

    @Test
    void says_once_that_it_waits() throws InterruptedException {
        ConsoleSink sink = sink(this::pumpLate);
        held = new Amount(ENTRIES, 100);
        Thread showing = new Thread(() -> deliver(sink, "out a"));
        showing.start();
        awaitLines(1);
        assertTrue(showing.isAlive());
        held = Amount.NONE;
        showing.join();
        held = new Amount(0, 1_000);
        Thread again = new Thread(() -> deliver(sink, "out b"));
        again.start();
        again.join(100);
        assertTrue(again.isAlive());
        held = Amount.NONE;
        again.join();
        sink.end();

        assertEquals(3, console.size());
        assertTrue(console.get(0).startsWith("plain k8s-exec: the output comes faster than"), console.toString());
        assertEquals(List.of("plain a", "plain b"), console.subList(1, 3));
    }

    /** @param segments each with its stream, out or err, and a blank before it */
    private static void deliver(ConsoleSink sink, String... segments) {
        Batch batch = new Batch();
        for (String segment : segments) {
            batch.add(segment.startsWith("err "), segment.substring(4));
        }
        sink.deliver(batch);
    }

    private void awaitLines(int count) throws InterruptedException {
        while (console.size() < count) {
            Thread.sleep(5);
        }
    }

    private ConsoleSink sink(Consumer<InputStream> pumper) {
        Backlog backlog = new Backlog() {
            @Override
            public Amount look() {
                return held;
            }

            @Override
            public void add(Amount amount) {
                // The test says what is held.
            }
        };
        ConsoleLimits limits = new ConsoleLimits(1_000, ENTRIES, TAGGED_ENTRIES, Duration.ofSeconds(10));
        return new ConsoleSink(new Logger(pumper), backlog, limits, new MultilineValues(List.of()));
    }

    private void pumpLate(InputStream in) {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        pump(in, true);
    }

    private void pump(InputStream in, boolean close) {
        try {
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                console.add("tagged " + line);
            }
            if (close) {
                lines.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Logger extends JobConsoleLogger {

        private final Consumer<InputStream> pumper;

        private Logger(Consumer<InputStream> pumper) {
            this.pumper = pumper;
        }

        @Override
        public void printLine(String line) {
            console.add("plain " + line);
        }

        @Override
        public void readErrorOf(InputStream in) {
            new Thread(() -> pumper.accept(in), "pumper").start();
        }
    }
}
