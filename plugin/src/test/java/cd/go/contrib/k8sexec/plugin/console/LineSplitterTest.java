package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineSplitterTest {

    @ParameterizedTest
    @CsvSource(
            value = {
                "a\\nb\\n | a\\nb\\n",
                "a\\r\\nb\\r\\n | a\\nb\\n",
                "a\\nb | a\\nb\\n",
                "\\n\\n | \\n\\n",
                "\\r\\n\\r\\n | \\n\\n",
                "10\\r20\\r30\\n | 20\\n30\\n",
                "10\\r20\\r | 20\\n",
                "10\\r20\\r30 | 20\\n30\\n",
                "\\r10\\r20 | 10\\n20\\n",
                "\\r\\r\\r | ''",
                "a\\r\\r\\nb | a\\n\\nb\\n",
                "10\\r\\n20\\r\\n | 10\\n20\\n",
                "10\\r20\\nline\\n30\\r40\\n | 10\\n20\\nline\\n30\\n40\\n"
            },
            delimiter = '|')
    void makes_lines_of_line_ends_and_of_the_last_update(String source, String lines) {
        assertEquals(
                unescape(lines), linesOf(unescape(source).getBytes(StandardCharsets.UTF_8), new Random(0), 1 << 16));
    }

    @Test
    void makes_the_same_lines_however_the_bytes_arrive() {
        String[] parts = {"a", "é", "漢", "🚀", "\n", "\r\n", "\n\n", "line", "\u0000", " "};
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            int broken = random.nextInt(bytes.length);
            bytes[broken] = bytes[broken] == '\r' || bytes[broken] == '\n' ? bytes[broken] : (byte) 0xFF;
            String whole = linesOf(bytes, new Random(0), bytes.length);

            assertEquals(whole, linesOf(bytes, random, 5), "seed " + seed);
            assertEquals(
                    new String(bytes, StandardCharsets.UTF_8).lines().toList(),
                    whole.lines().toList(),
                    "seed " + seed);
        }
    }

    @Test
    void takes_a_return_before_a_pause_for_an_update_and_its_newline_for_nothing_new() {
        LineSplitter splitter = new LineSplitter(100);
        add(splitter, "10\r");
        assertTrue(splitter.isReturnOpen());
        splitter.settleReturn();
        assertTrue(splitter.hasUpdate());
        splitter.releaseUpdate();
        assertEquals("10", splitter.take(splitter.length()));
        add(splitter, "\nnext\r");
        splitter.settleReturn();
        add(splitter, "\n");

        assertEquals("next\n", splitter.lines().toString());
    }

    @Test
    void cuts_what_is_longer_than_the_longest_line_but_no_character() {
        LineSplitter splitter = new LineSplitter(4);
        add(splitter, "abcd\nefghi\nj🚀🚀k\n");

        assertEquals("abcd\nefgh\ni\nj🚀\n🚀k\n", splitter.lines().toString());
    }

    private static String linesOf(byte[] bytes, Random random, int largestPart) {
        LineSplitter splitter = new LineSplitter(1 << 20);
        StringBuilder lines = new StringBuilder();
        for (int from = 0; from < bytes.length; ) {
            int length = Math.min(bytes.length - from, 1 + random.nextInt(largestPart));
            byte[] part = new byte[length];
            System.arraycopy(bytes, from, part, 0, length);
            splitter.add(part, 0, length);
            from += length;
            if (random.nextBoolean()) {
                takeAll(splitter, lines);
            }
        }
        splitter.end();
        takeAll(splitter, lines);
        return lines.toString();
    }

    private static void takeAll(LineSplitter splitter, StringBuilder lines) {
        if (splitter.length() > 0) {
            lines.append(splitter.take(splitter.length())).append('\n');
        }
    }

    private static void add(LineSplitter splitter, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        splitter.add(bytes, 0, bytes.length);
    }

    private static String unescape(String text) {
        return text.replace("\\n", "\n").replace("\\r", "\r");
    }
}
