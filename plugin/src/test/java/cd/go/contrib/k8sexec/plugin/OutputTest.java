package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process prints, and what of it GoCD's server gets. The heap of the tests is smaller than that of an agent. */
@Timeout(120)
class OutputTest {

    private static final String CUT_OFF =
            "k8s-exec: a process that the script left running still holds its output open;"
                    + " what it prints from now on is not shown here.";

    @TempDir
    Path folder;

    @Test
    void loses_none_of_a_million_lines_and_keeps_each_streams_order() {
        Sequence out = new Sequence("out ");
        Sequence err = new Sequence("err ");
        Task task = task("seq -f 'err %.0f' 1 100000 >&2 &\nseq -f 'out %.0f' 1 1000000\nwait\n" + FakeK8sExec.SUCCESS)
                .toServer((tag, line) -> (line.startsWith("out ") ? out : err).next(line));

        assertEquals("passed: Script completed successfully.", task.run().toString());

        assertEquals(0, task.console.dropped());
        assertEquals(1_000_000, out.count);
        assertEquals(100_000, err.count);
    }

    @Test
    void tags_stderr_as_long_as_the_ring_has_room_for_it() {
        Sequence order = new Sequence("err ");
        Map<String, AtomicLong> tagged = new ConcurrentHashMap<>();
        Task task = task("seq -f 'err %.0f' 1 900 >&2\nsleep 0.5\nseq -f 'err %.0f' 901 50000 >&2\nsleep 2.2\n"
                        + "seq -f 'err %.0f' 50001 50100 >&2\n" + FakeK8sExec.SUCCESS)
                .console(Duration.ofSeconds(2), 16_000_000, 4_000)
                .toServer((tag, line) -> {
                    order.next(line);
                    tagged.computeIfAbsent(tag, any -> new AtomicLong()).incrementAndGet();
                });

        assertTrue(task.run().success);

        assertEquals(50_100, order.count);
        assertTrue(tagged.get(GoConsole.STDERR).get() >= 1_000, "too few are tagged: " + tagged);
        assertTrue(tagged.get(GoConsole.STDERR).get() <= 8_000, "too many are tagged: " + tagged);
        assertTrue(task.console.entries() < 10_000, task.console.entries() + " entries");
    }

    @Test
    void gives_the_ring_no_more_than_an_agent_can_hold() {
        long limit = 2_000_000;
        AtomicLong lines = new AtomicLong();
        Task task = task("yes '' | head -n 400000\n" + FakeK8sExec.SUCCESS)
                .console(Duration.ofSeconds(1), limit, 4_000)
                .toServer((tag, line) -> lines.incrementAndGet());

        assertTrue(task.run().success);

        assertEquals(400_000, lines.get());
        assertTrue(
                task.console.mostCharsInRing() <= 2 * limit,
                task.console.mostCharsInRing() + " characters in the ring");
    }

    @Test
    void cuts_a_line_of_100_mb_and_goes_on_after_it() {
        AtomicLong chars = new AtomicLong();
        List<Integer> lengths = Collections.synchronizedList(new ArrayList<>());
        List<String> others = Collections.synchronizedList(new ArrayList<>());
        Task task = task("head -c 100000000 /dev/zero | tr '\\0' x\necho\necho after\n" + FakeK8sExec.SUCCESS)
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
        assertEquals(List.of("after"), others);
    }

    /** The script waits for each line to be seen: one that is held back hangs it. How quick that is RelayBenchmark measures. */
    @Test
    void shows_a_line_while_the_script_goes_on() {
        Task task = task("wait_for() { until [ -e \"$here/$1\" ]; do sleep 0.02; done; }\necho first; wait_for first\n"
                        + "echo second >&2; wait_for second\nprintf 'third\\nunfinished'; wait_for third\n"
                        + FakeK8sExec.SUCCESS)
                .toRing((tag, line) -> {
                    try {
                        Files.createFile(folder.resolve(line));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });

        assertTrue(task.run().success);

        assertEquals(List.of("first", "third", "unfinished"), task.lines(GoConsole.STDOUT));
        assertEquals(List.of("second"), task.lines(GoConsole.STDERR));
    }

    @Test
    void shows_a_progress_bar_ten_times_a_second_and_its_last_state() {
        Task task = task(
                "for i in {1..150}; do printf 'load %s %%\\r' $i; sleep 0.01; done\nsleep 0.3\nprintf 'one\\rtwo\\rthree'\n"
                        + FakeK8sExec.SUCCESS);
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        task.toRing((tag, line) -> times.add(System.nanoTime()));

        assertTrue(task.run().success);

        List<String> states = task.lines(GoConsole.STDOUT);
        long seconds = (times.get(times.size() - 1) - times.get(0)) / 1_000_000_000 + 1;
        assertTrue(states.size() >= 10, states.toString());
        assertTrue(states.size() <= 10 * seconds + 5, states.toString());
        assertTrue(states.contains("load 150 %"), states.toString());
        assertEquals(List.of("two", "three"), states.subList(states.size() - 2, states.size()));
    }

    @Test
    void shows_a_progress_bar_that_never_pauses() {
        Task task = task(
                "i=0; end=$((SECONDS + 3)); while [ $SECONDS -lt $end ]; do i=$((i + 1)); printf '%s\\r' $i; done\n"
                        + "printf 'last\\r'\n" + FakeK8sExec.SUCCESS);
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        task.toRing((tag, line) -> times.add(System.nanoTime()));

        assertTrue(task.run().success);

        List<String> states = task.lines(GoConsole.STDOUT);
        assertTrue(states.size() >= 15 && states.size() <= 45, states.size() + " states");
        assertEquals("last", states.get(states.size() - 1));
        assertTrue(
                times.get(times.size() - 1) - times.get(0)
                        > Duration.ofMillis(1500).toNanos(),
                "they came all at once");
    }

    @Test
    void shows_bytes_that_are_not_utf_8_as_replacement_characters() {
        Task task =
                task("printf 'a\\377b \\303\\251 \\342\\202\\n\\360\\237\\232\\200\\n'\nprintf 'half \\342\\202' >&2\n"
                        + FakeK8sExec.SUCCESS);

        assertTrue(task.run().success);

        assertEquals(List.of("a\ufffdb é \ufffd", "🚀"), task.lines(GoConsole.STDOUT));
        assertEquals(List.of("half \ufffd"), task.lines(GoConsole.STDERR));
    }

    @Test
    void keeps_characters_whole_that_arrive_in_pieces() {
        Task task = task("for b in '\\360' '\\237' '\\232' '\\200' '\\r' '\\n'; do printf \"$b\"; sleep 0.05; done\n"
                + FakeK8sExec.SUCCESS);

        assertTrue(task.run().success);

        assertEquals(List.of("🚀"), task.lines(GoConsole.STDOUT));
    }

    @Test
    void keeps_empty_lines() {
        Task task = task(
                "printf '\\n\\n\\na\\n\\n\\r\\n\\nb\\n\\n' | tee /dev/stderr\nsleep 0.1\necho\nsleep 0.1\necho end\nsleep 0.1\n"
                        + "echo >&2\nsleep 0.1\necho end >&2\n" + FakeK8sExec.SUCCESS);

        assertTrue(task.run().success);

        for (String tag : List.of(GoConsole.STDOUT, GoConsole.STDERR)) {
            assertEquals(
                    List.of("", "", "", "a", "", "", "", "b", "", "", "end"),
                    task.lines(tag).stream().map(String::strip).collect(Collectors.toList()),
                    tag);
        }
    }

    @Test
    void does_not_wait_for_a_background_process_and_prints_nothing_after_its_answer() throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(
                folder,
                "echo before; printf 'unfinished'\n"
                        + "(sleep 0.2; echo ' soon'; sleep 2; echo late; echo late >&2; sleep 30) &\n"
                        + "echo $! > \"$here/pid\"\n" + FakeK8sExec.SUCCESS);
        Task task = Task.with(folder, k8sExec);
        List<Long> afterwards = Collections.synchronizedList(new ArrayList<>());
        long start = System.nanoTime();

        assertTrue(task.run().success);
        long end = System.nanoTime();
        task.console.listen((tag, line) -> afterwards.add(System.nanoTime()));
        Thread.sleep(3000);
        List<String> threads = relayThreads();
        kill(k8sExec.read("pid"));

        assertTrue(end - start < Duration.ofSeconds(2).toNanos(), (end - start) / 1_000_000 + " ms");
        assertEquals(List.of("&1 before", "&1 unfinished soon", "&1 " + CUT_OFF), task.lines());
        assertEquals(List.of(), afterwards);
        assertEquals(List.of(), threads);
    }

    @Test
    void does_not_read_on_for_ever_what_a_background_process_prints_without_end() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(
                folder, "echo before\nyes background & echo $! > \"$here/pid\"\n" + FakeK8sExec.SUCCESS);
        AtomicLong lines = new AtomicLong();
        List<String> others = Collections.synchronizedList(new ArrayList<>());
        Task task = Task.with(folder, k8sExec)
                .console(Duration.ofSeconds(1), 1_000_000, 4_000)
                .toServer((tag, line) -> {
                    if (line.equals("background")) {
                        lines.incrementAndGet();
                    } else {
                        others.add(line);
                    }
                });
        long start = System.nanoTime();

        assertTrue(task.run().success);

        assertTrue(System.nanoTime() - start < Duration.ofSeconds(4).toNanos(), "it took too long");
        assertTrue(lines.get() > 0);
        assertEquals("before", others.get(0));
        assertTrue(others.contains(CUT_OFF), others.toString());
        assertFalse(
                ProcessHandle.of(Long.parseLong(k8sExec.read("pid").strip()))
                                .map(ProcessHandle::isAlive)
                                .orElse(false)
                        && !diesSoon(k8sExec.read("pid")),
                "what it prints is still taken");
        assertEquals(List.of(), relayThreads());
    }

    /** When k8s-exec ends, the console is to wait longer than for a background process, with lines still in the pipe. */
    @Test
    void shows_what_was_printed_before_the_end_even_if_the_console_was_busy() {
        long start = System.nanoTime();
        Sequence out = new Sequence("out ");
        List<String> others = Collections.synchronizedList(new ArrayList<>());
        Task task = task("seq -f 'out %.0f' 1 38000\nsleep 0.3\nseq -f 'out %.0f' 38001 41000\nsleep 0.3\n"
                        + "seq -f 'out %.0f' 41001 44000\n" + FakeK8sExec.SUCCESS)
                .console(Duration.ofSeconds(2), 1_000_000, 4_000)
                .toServer((tag, line) -> {
                    if (line.startsWith("out ")) {
                        out.next(line);
                    } else {
                        others.add(line);
                    }
                });

        assertTrue(task.run().success);

        assertTrue(System.nanoTime() - start > Duration.ofSeconds(1).toNanos(), "the console was not busy");
        assertEquals(44_000, out.count);
        assertEquals(List.of(), others);
    }

    @Test
    void keeps_a_value_of_several_lines_whole_so_that_gocd_masks_it() {
        String key = "-----BEGIN KEY-----\n" + "MIIabcdefgh\n".repeat(40) + "-----END KEY-----\n";
        Task task =
                task("value=$(sed 's/.*\"KEY\":\"//; s/\".*//' \"$here/request.json\")\nvalue=$(printf -- \"$value\")\n"
                                + "printf '%s\\n' \"$value\"\nsleep 0.3\n"
                                + "printf '%s\\n' \"$value\" >&2\nsleep 0.3\n"
                                + "seq -f 'line %.0f' 1 20000\nprintf '%s\\n' \"$value\"\nseq -f 'line %.0f' 20001 40000\nsleep 0.3\n"
                                + "printf '%s\\n' \"$value\" | while read -r line; do echo \"$line\"; sleep 0.004; done\nsleep 0.3\n"
                                + "echo done; echo done >&2\n" + FakeK8sExec.SUCCESS)
                        .secret("KEY", key);

        assertTrue(task.run().success);

        List<String> lines = task.lines();
        assertEquals(4, lines.stream().filter(line -> line.contains("********")).count());
        assertFalse(
                lines.stream().anyMatch(line -> line.contains("KEY") || line.contains("MII")), "a part of it is shown");
        assertEquals(
                40_000, lines.stream().filter(line -> line.contains("line ")).count());
        assertTrue(lines.contains("&1 done") && lines.contains("&2 done"), "what follows is not shown");
    }

    @Test
    void does_not_hold_back_for_ever_what_only_begins_like_a_value_of_several_lines() {
        Map<String, Long> times = new ConcurrentHashMap<>();
        Task task = task("echo alpha\nsleep 1.5\necho omega\n" + FakeK8sExec.SUCCESS)
                .variable("LINES", "alpha\nbeta")
                .toRing((tag, line) -> times.put(line, System.nanoTime()));

        assertTrue(task.run().success);

        assertEquals(List.of("&1 alpha", "&1 omega"), task.lines());
        assertTrue(
                times.get("omega") - times.get("alpha") > Duration.ofMillis(500).toNanos());
    }

    @Test
    void masks_a_value_with_windows_line_ends_and_one_that_only_ends_with_a_newline() {
        Task task = task("printf 'x: first\\r\\nsecond\\r\\n'\nsleep 0.1\necho token\nsleep 0.1\n"
                        + FakeK8sExec.SUCCESS)
                .secret("DOS", "first\r\nsecond\r\n")
                .secret("TOKEN", "token\n");

        assertTrue(task.run().success);

        assertFalse(
                task.lines().stream().anyMatch(line -> line.matches(".*(first|second|token).*")),
                task.lines().toString());
    }

    private Task task(String commands) {
        return Task.with(folder, FakeK8sExec.thatDoes(folder, commands));
    }

    private static void kill(String pid) {
        ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    private static boolean diesSoon(String pid) {
        long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        while (System.nanoTime() < end) {
            if (ProcessHandle.of(Long.parseLong(pid.strip())).isEmpty()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private static List<String> relayThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("k8s-exec std"))
                .collect(Collectors.toList());
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
                throw new AssertionError("expected " + prefix + count + ", got " + line);
            }
        }
    }
}
