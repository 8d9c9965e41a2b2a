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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TaggedErrorSinkTest {

    private static final int TAGGED_LINES = 3;

    private final List<String> console = Collections.synchronizedList(new ArrayList<>());

    @Test
    void keeps_the_order_where_the_rate_makes_it_change_the_way_and_back() throws InterruptedException {
        TaggedErrorSink sink = sink(this::pumpLate);

        sink.deliver("a");
        sink.deliver("b\nc");
        sink.deliver("d\ne\nf\ng");
        sink.deliver("h");
        Thread.sleep(300);
        sink.deliver("i\nj");
        sink.end();

        assertEquals(
                List.of("tagged a", "tagged b", "tagged c", "plain d\ne\nf\ng", "plain h", "tagged i", "tagged j"),
                console);
    }

    @Test
    void does_not_need_the_close_of_a_console_that_reads_to_the_end() {
        TaggedErrorSink sink = sink(in -> pump(in, false));
        long start = System.nanoTime();

        sink.deliver("a");
        sink.deliver("b");
        sink.end();

        assertEquals(List.of("tagged a", "tagged b"), console);
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(5).toNanos());
    }

    @Test
    void goes_on_by_print_line_where_the_console_has_closed() throws InterruptedException {
        TaggedErrorSink sink = sink(in -> {
            try (in) {
                // A pumper that fails before it has read.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        sink.deliver("a");
        Thread.sleep(200);
        sink.deliver("b");
        sink.deliver("c");
        sink.end();

        assertEquals(List.of("plain b", "plain c"), console.subList(console.size() - 2, console.size()));
    }

    private TaggedErrorSink sink(Pumper pumper) {
        MultilineValues none = new MultilineValues(List.of());
        RateLimit chars = new RateLimit(1_000_000, Duration.ofMillis(250));
        RateLimit lines = new RateLimit(TAGGED_LINES, Duration.ofMillis(250));
        JobConsoleLogger logger = new Logger(pumper);
        return new TaggedErrorSink(logger, new PlainSink(logger, chars, none), chars, lines, none);
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

    private interface Pumper {

        void pump(InputStream in);
    }

    private final class Logger extends JobConsoleLogger {

        private final Pumper pumper;

        private Logger(Pumper pumper) {
            this.pumper = pumper;
        }

        @Override
        public void printLine(String line) {
            console.add("plain " + line);
        }

        @Override
        public void readErrorOf(InputStream in) {
            new Thread(() -> pumper.pump(in), "pumper").start();
        }
    }
}
