package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process prints, and what of it GoCD's server gets. */
@Timeout(120)
class OutputTest {

    /** The script goes on when the test has seen what it waits for. */
    private static final String AWAIT_SEEN = "until [ -e \"$here/seen\" ]; do sleep 0.02; done\n";

    @TempDir
    Path folder;

    /**
     * The script waits for each line to be seen: one that is held back hangs it. How quick that is bench/run measures.
     */
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
        Task task = task("for i in {1..150}; do printf 'load %s %%\\r' $i; sleep 0.01; done\n" + AWAIT_SEEN
                + "printf 'one\\rtwo\\rthree'\n" + FakeK8sExec.SUCCESS);
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        task.toRing((tag, line) -> {
            times.add(System.nanoTime());
            if (line.equals("load 150 %")) {
                see();
            }
        });

        assertTrue(task.run().success);

        List<String> states = task.lines(GoConsole.STDOUT);
        assertTrue(states.size() >= 10, states.toString());
        assertTenTimesASecond(states, times);
        assertTrue(states.contains("load 150 %"), states.toString());
        assertEquals(List.of("two", "three"), states.subList(states.size() - 2, states.size()));
    }

    @Test
    void shows_a_progress_bar_that_never_pauses() {
        // it goes on until 20 states were seen: one that waits for a pause waits for ever
        Task task =
                task("i=0; until [ -e \"$here/seen\" ]; do i=$((i + 1)); printf '%s\\r' $i; done\nprintf 'last\\r'\n"
                        + FakeK8sExec.SUCCESS);
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        task.toRing((tag, line) -> {
            times.add(System.nanoTime());
            if (times.size() == 20) {
                see();
            }
        });

        assertTrue(task.run().success);

        List<String> states = task.lines(GoConsole.STDOUT);
        assertEquals("last", states.get(states.size() - 1));
        assertTenTimesASecond(states, times);
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
        Task task =
                task("printf '\\n\\n\\na\\n\\n\\r\\n\\nb\\n\\n' | tee /dev/stderr\nsleep 0.1\necho\nsleep 0.1\necho "
                        + "end\nsleep 0.1\n"
                        + "echo >&2\nsleep 0.1\necho end >&2\n" + FakeK8sExec.SUCCESS);

        assertTrue(task.run().success);

        for (String tag : List.of(GoConsole.STDOUT, GoConsole.STDERR)) {
            assertEquals(
                    List.of("", "", "", "a", "", "", "", "b", "", "", "end"),
                    task.lines(tag).stream().map(String::strip).collect(Collectors.toList()),
                    tag);
        }
    }

    /**
     * Two lines at once, one on each stream, and the next two when both were seen: what comes first, the script decides
     * anew each time.
     */
    @Test
    void keeps_the_order_of_lines_on_both_streams() {
        List<String> written = new ArrayList<>();
        StringBuilder commands = new StringBuilder("mkfifo \"$here/seen\"; exec 3<>\"$here/seen\"\n");
        for (int i = 0; i < 200; i++) {
            boolean errorFirst = Integer.bitCount(i) % 2 == 0;
            commands.append(errorFirst ? "echo " + i + " >&2; echo " + i : "echo " + i + "; echo " + i + " >&2")
                    .append("; read -r _ <&3; read -r _ <&3\n");
            written.add((errorFirst ? GoConsole.STDERR : GoConsole.STDOUT) + ' ' + i);
            written.add((errorFirst ? GoConsole.STDOUT : GoConsole.STDERR) + ' ' + i);
        }
        Task task = task(commands + FakeK8sExec.SUCCESS).toRing((tag, line) -> {
            try (OutputStream seen = new FileOutputStream(folder.resolve("seen").toFile())) {
                seen.write('\n');
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });

        assertTrue(task.run().success);

        assertEquals(written, task.lines());
    }

    private void see() {
        try {
            Files.createFile(folder.resolve("seen"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** At most: a busy machine may show fewer. */
    private static void assertTenTimesASecond(List<String> states, List<Long> times) {
        long seconds = (times.get(times.size() - 1) - times.get(0)) / 1_000_000_000 + 1;
        assertTrue(states.size() <= 10 * seconds + 5, states.size() + " in " + seconds + " s");
    }

    private Task task(String commands) {
        return Task.with(folder, FakeK8sExec.thatDoes(folder, commands));
    }
}
