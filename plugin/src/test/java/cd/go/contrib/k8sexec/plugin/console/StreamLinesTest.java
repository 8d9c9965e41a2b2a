package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When lines are shown. No time passes here but what the tests say. */
class StreamLinesTest {

    private static final ConsoleLimits LIMITS = ConsoleLimits.ofGoCd();

    private final Batch batch = new Batch();
    private long now = System.nanoTime();

    @Test
    void a_line_waits_for_nothing() {
        StreamLines lines = lines();
        add(lines, "a\nb\nc");

        assertEquals("a\nb", shown(lines));
        assertEquals(StreamLines.NEVER, lines.nanosUntilDue(now));
        assertEquals(Duration.ZERO, LIMITS.gather(0));
    }

    @Test
    void what_is_left_at_the_end_waits_for_nothing() {
        StreamLines lines = lines();
        add(lines, "a\nb\r");
        shown(lines);
        lines.moveRestTo(batch);

        assertEquals("a\nb", batch.lines());
    }

    @Test
    void a_return_waits_for_its_newline_and_then_for_its_turn() {
        StreamLines lines = lines();
        add(lines, "10\r");
        assertEquals("", shown(lines));
        pass(lines.nanosUntilDue(now));
        assertEquals("10", shown(lines));

        add(lines, "20\r30\r");
        pass(LIMITS.quiet().toNanos());
        assertEquals("10", shown(lines));
        pass(lines.nanosUntilDue(now));
        assertEquals("10\n30", shown(lines));
        assertEquals(StreamLines.NEVER, lines.nanosUntilDue(now));
    }

    @Test
    void what_may_begin_a_value_of_several_lines_waits_for_its_rest() {
        StreamLines lines = lines("one\ntwo\nthree");
        add(lines, "before\none\n");
        assertEquals("before", shown(lines));
        pass(LIMITS.holdBack().toNanos() - 1);
        add(lines, "two\n");
        assertEquals("before", shown(lines));
        pass(lines.nanosUntilDue(now));
        assertEquals("before\none\ntwo", shown(lines));
    }

    @Test
    void lines_are_gathered_longer_the_fuller_the_ring_is() {
        long longest = 0;
        for (int entries = 0; entries <= 10_000; entries += 100) {
            long gather = LIMITS.gather(entries).toNanos();
            assertTrue(gather >= longest);
            longest = gather;
        }
        assertTrue(longest < Duration.ofSeconds(1).toNanos());
        assertTrue(LIMITS.gather(100).toNanos() < Duration.ofMillis(1).toNanos());
    }

    private StreamLines lines(String... values) {
        return new StreamLines(false, LIMITS, new MultilineValues(List.of(values)));
    }

    private void add(StreamLines lines, String text) {
        lines.add(new Chunk(false, text.getBytes(StandardCharsets.UTF_8)), now);
    }

    private void pass(long nanos) {
        now += nanos;
    }

    private String shown(StreamLines lines) {
        lines.moveTo(batch, now);
        return batch.lines();
    }
}
