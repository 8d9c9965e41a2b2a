package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More output than GoCD's console takes. The heap of the tests is smaller than that of an agent. */
@Timeout(120)
class BackPressureTest {

    private static final String SLOWED_DOWN =
            "k8s-exec: the output comes faster than GoCD's agent sends it to the server";

    @TempDir
    Path folder;

    /** What reached the server: numbered lines of both streams, and others. */
    private final Sequence out = new Sequence("out ");

    private final Sequence err = new Sequence("err ");
    private final List<String> others = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch slowedDown = new CountDownLatch(1);

    @Test
    void loses_none_of_a_million_lines_and_keeps_each_streams_order() {
        Task task = task("seq -f 'err %.0f' 1 100000 >&2 &\nseq -f 'out %.0f' 1 1000000\nwait\n")
                .console(Duration.ofSeconds(1), 16_000_000, 6_000);

        assertEquals("passed: Script completed successfully.", task.run().toString());

        assertEquals(0, task.console.dropped());
        assertEquals(1_000_000, out.count());
        assertEquals(100_000, err.count());
    }

    @Test
    void a_server_that_does_not_answer_slows_the_script_down_and_loses_nothing() {
        Task task = task("seq -f 'err %.0f' 1 17000 >&2\nseq -f 'out %.0f' 1 300000\n")
                .console(Duration.ofMillis(100), 4_000_000, 6_000)
                .beforeTask(console -> console.onUpload(this::awaitSlowDown));

        assertTrue(task.run().success);

        assertEquals(0, task.console.dropped());
        assertEquals(17_000, err.count());
        assertEquals(300_000, out.count());
        assertTrue(task.console.mostChars() < 4_100_000, task.console.mostChars() + " characters were held");
        assertEquals(1, others.size(), others.toString());
    }

    @Test
    void what_a_server_does_not_take_is_sent_again_and_nothing_is_lost() {
        AtomicInteger failures = new AtomicInteger();
        Task task = task("seq -f 'err %.0f' 1 17000 >&2\nseq -f 'out %.0f' 1 300000\n")
                .console(Duration.ofMillis(20), 4_000_000, 6_000)
                .beforeTask(console -> console.onUpload(() -> {
                    if (slowedDown.getCount() > 0 || failures.incrementAndGet() < 10) {
                        throw new IOException("no answer");
                    }
                }));

        assertTrue(task.run().success);

        assertEquals(0, task.console.dropped());
        assertEquals(17_000, err.count());
        assertEquals(300_000, out.count());
        assertTrue(task.console.mostChars() < 4_100_000, task.console.mostChars() + " characters were held");
    }

    @Test
    void what_one_task_leaves_in_the_console_counts_for_the_next() {
        AtomicLong lines = new AtomicLong();
        Task task = task("yes 'some line' | head -n 100000\n")
                .console(Duration.ofMillis(100), 4_000_000, 6_000)
                .toServer((tag, line) -> lines.incrementAndGet())
                .beforeTask(console -> console.onUpload(this::awaitSlowDown));

        assertTrue(task.runTwice().stream().allMatch(answer -> answer.success));

        assertEquals(200_001, lines.get());
        assertEquals(0, slowedDown.getCount());
        assertTrue(task.console.mostChars() < 4_100_000, task.console.mostChars() + " characters were held");
    }

    @Test
    void a_ring_that_cannot_be_seen_is_filled_by_time() {
        Task task = task("seq -f 'err %.0f' 1 50000 >&2\nseq -f 'out %.0f' 1 200000\n")
                .console(Duration.ofMillis(500), 2_000_000, 4_000)
                .beforeTask(GoConsole::hideRing);

        assertTrue(task.run().success);

        assertEquals(0, task.console.dropped());
        assertEquals(50_000, err.count());
        assertEquals(200_000, out.count());
        assertEquals(1, others.size(), others.toString());
        assertTrue(task.console.mostChars() <= 2 * 2_100_000, task.console.mostChars() + " characters were held");
    }

    @Test
    void tags_stderr_as_long_as_the_ring_has_room_for_it() {
        AtomicLong tagged = new AtomicLong();
        Task task = task("mkfifo \"$here/go\"; exec 3<>\"$here/go\"\nseq -f 'err %.0f' 1 900 >&2; read -r _ <&3\n"
                        + "seq -f 'err %.0f' 901 50000 >&2; read -r _ <&3\nseq -f 'err %.0f' 50001 50100 >&2\n")
                .console(Duration.ofMillis(500), 16_000_000, 4_000)
                .toRing((tag, line) -> goOn(line.equals("err 900")))
                .toServer((tag, line) -> {
                    err.next(line);
                    tagged.addAndGet(tag.equals(GoConsole.STDERR) ? 1 : 0);
                    goOn(line.equals("err 50000"));
                });

        assertTrue(task.run().success);

        assertEquals(50_100, err.count());
        assertTrue(tagged.get() >= 1_000, "too few are tagged: " + tagged);
        assertTrue(tagged.get() <= 5_000, "too many are tagged: " + tagged);
        assertEquals(0, task.console.dropped());
    }

    @Test
    void cuts_a_line_of_100_mb_and_goes_on_after_it() {
        AtomicLong chars = new AtomicLong();
        List<Integer> lengths = Collections.synchronizedList(new ArrayList<>());
        Task task = task("head -c 100000000 /dev/zero | tr '\\0' x\necho\necho after\n")
                .console(Duration.ofMillis(200), 8_000_000, 4_000)
                .toServer((tag, line) -> {
                    if (line.startsWith("x")) {
                        chars.addAndGet(line.length());
                        lengths.add(line.length());
                    } else {
                        others.add(line);
                    }
                });

        assertTrue(task.run().success);

        assertEquals(100_000_000, chars.get());
        assertEquals(96, lengths.size());
        assertEquals(1024 * 1024, lengths.get(0));
        assertEquals("after", others.get(others.size() - 1));
    }

    private void goOn(boolean now) {
        if (now) {
            try {
                Files.writeString(folder.resolve("go"), "\n");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private void awaitSlowDown() {
        try {
            slowedDown.await();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts the console", e);
        }
    }

    private Task task(String commands) {
        return Task.with(folder, FakeK8sExec.thatDoes(folder, commands + FakeK8sExec.SUCCESS))
                .toRing((tag, line) -> {
                    if (line.startsWith(SLOWED_DOWN)) {
                        slowedDown.countDown();
                    }
                })
                .toServer((tag, line) -> {
                    if (line.startsWith("out ")) {
                        out.next(line);
                    } else if (line.startsWith("err ")) {
                        err.next(line);
                    } else {
                        others.add(line);
                    }
                });
    }

    /** Checks that lines are numbered from 1 on, without keeping them. */
    private static final class Sequence {

        private final String prefix;
        private long count;
        private String wrong = "";

        private Sequence(String prefix) {
            this.prefix = prefix;
        }

        private synchronized void next(String line) {
            count++;
            if (wrong.isEmpty() && !line.equals(prefix + count)) {
                wrong = line;
            }
        }

        private synchronized long count() {
            assertEquals("", wrong, "the first line out of order");
            return count;
        }
    }
}
