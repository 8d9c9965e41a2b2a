package cd.go.contrib.k8sexec.plugin.console;

import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.nio.charset.StandardCharsets;

/**
 * Batches of stderr: each line with stderr's tag, which costs an entry of GoCD's ring, as long as the rate allows; beyond
 * it, and where a value of several lines must stay whole to be masked, by {@code printLine}. The order is kept.
 */
final class TaggedErrorSink implements BatchSink {

    private final JobConsoleLogger console;
    private final PlainSink plain;
    private final RateLimit chars;
    private final RateLimit lines;
    private final MultilineValues values;
    private TaggedErrorPipe pipe;
    private boolean refused;

    TaggedErrorSink(
            JobConsoleLogger console, PlainSink plain, RateLimit chars, RateLimit lines, MultilineValues values) {
        this.console = console;
        this.plain = plain;
        this.chars = chars;
        this.lines = lines;
        this.values = values;
    }

    @Override
    public void deliver(String text) {
        if (refused || values.areIn(text) || !lines.tryAcquire(countLines(text))) {
            end();
            plain.deliver(text);
            return;
        }
        chars.acquire(PlainSink.cost(text));
        if (pipe == null) {
            TaggedErrorPipe opened = new TaggedErrorPipe();
            console.readErrorOf(opened);
            pipe = opened;
        }
        if (!pipe.write((withoutEmptyLines(text) + '\n').getBytes(StandardCharsets.UTF_8))) {
            refused = true;
            plain.deliver(text);
        }
    }

    @Override
    public void end() {
        if (pipe != null) {
            pipe.awaitConsumed();
            pipe = null;
        }
    }

    private static long countLines(String text) {
        return 1 + text.chars().filter(c -> c == '\n').count();
    }

    /** GoCD 26 throws at an empty line, and its pumper then drops all that follows: a blank keeps it. */
    private static String withoutEmptyLines(String text) {
        String filled = text.replace("\n\n", "\n \n").replace("\n\n", "\n \n"); // twice, because matches overlap
        return (filled.startsWith("\n") || filled.isEmpty() ? " " : "") + filled + (filled.endsWith("\n") ? " " : "");
    }
}
