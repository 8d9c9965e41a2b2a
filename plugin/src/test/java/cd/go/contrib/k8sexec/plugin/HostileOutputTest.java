package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Output that no program should have, and some have. */
@Timeout(60)
class HostileOutputTest {

    @TempDir
    Path folder;

    @Test
    void nothing_at_all() {
        Task task = task("");

        assertTrue(task.run().success);

        assertEquals(List.of(), task.lines());
        assertEquals(0, task.console.entries());
    }

    @Test
    void a_stream_that_is_closed_while_the_other_goes_on() {
        Task task = task("echo out; exec >&-; sleep 0.1; echo err >&2; exec 2>&-; sleep 0.1\n");

        assertTrue(task.run().success);

        assertEquals(List.of("&1 out", "&2 err"), task.lines());
    }

    @Test
    void streams_that_are_not_what_they_should_be() {
        Task task = task("echo err; echo out >&2; echo as a file >/dev/stdout; exec >&2; echo err, too\n");

        assertTrue(task.run().success);

        // each stream has its order; which of two is read first, if both have something, nobody knows
        assertEquals(
                List.of("&1 err", "&1 as a file", "&2 out", "&2 err, too"),
                task.lines().stream()
                        .sorted(Comparator.comparing(line -> line.substring(0, 2)))
                        .collect(Collectors.toList()));
    }

    @Test
    void random_bytes_on_both_streams() {
        AtomicLong chars = new AtomicLong();
        Task task = task("head -c 3000000 /dev/urandom & head -c 3000000 /dev/urandom >&2; wait\n"
                        + "echo; echo end; echo end >&2\n")
                .console(Duration.ofMillis(100), 4_000_000, 6_000)
                .toServer((tag, line) -> chars.addAndGet(line.length()));

        assertTrue(task.run().success);

        assertEquals(0, task.console.dropped());
        assertTrue(chars.get() > 4_000_000, chars + " characters");
    }

    @Test
    void bytes_one_by_one() {
        Task task = task("for i in $(seq 3000); do printf x; printf y >&2; done\n");

        assertTrue(task.run().success);

        assertEquals(List.of("x".repeat(3000)), task.lines(GoConsole.STDOUT));
        assertEquals(List.of("y".repeat(3000)), task.lines(GoConsole.STDERR));
    }

    /** Each line in the other's way: an entry for each would fill the ring many times over. */
    @Test
    void both_streams_in_turn_without_end() {
        AtomicLong out = new AtomicLong();
        AtomicLong err = new AtomicLong();
        Task task = task("for i in {1..40000}; do echo out; echo err >&2; done\n")
                .console(Duration.ofSeconds(10), 16_000_000, 6_000)
                .toServer((tag, line) -> (line.equals("out") ? out : err).incrementAndGet());

        assertTrue(task.run().success);

        assertEquals(40_000, out.get());
        assertEquals(40_000, err.get());
        assertEquals(0, task.console.dropped());
    }

    private Task task(String commands) {
        return Task.with(folder, FakeK8sExec.thatDoes(folder, commands + FakeK8sExec.SUCCESS));
    }
}
