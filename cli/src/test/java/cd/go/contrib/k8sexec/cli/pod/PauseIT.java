package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program pause, as k8s-exec install writes it, and as k8s-exec becomes it. */
@Needs(Need.POD)
class PauseIT {
    private static final String K8S_EXEC =
            Path.of("target/k8s-exec").toAbsolutePath().toString();
    /** Until it waits for signals, as proc_pid_wchan(5) tells. */
    private static final String AWAIT_READY =
            "until grep -q sigtimedwait /proc/$p/wchan; do sleep 0.02; done 2>/dev/null; ";

    private static final int LIMIT_KIB = 4096;

    @TempDir
    static Path directory;

    private static String pause;

    @BeforeAll
    static void install() throws Exception {
        Pod.requireNative();
        run(K8S_EXEC, "install", directory.toRealPath().toString());
        pause = directory.resolve("pause").toString();
        Files.createSymbolicLink(
                Files.createDirectory(directory.resolve("link")).resolve("pause"), directory.resolve("k8s-exec"));
    }

    static Stream<String> ways() {
        return Stream.of(
                pause, K8S_EXEC + " pause", directory.resolve("link/pause").toString());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void it_takes_at_most_4_mib_of_private_memory_and_ends_with_0(String way) throws Exception {
        String output = run(
                "sh",
                "-c",
                way + " & p=$!; " + AWAIT_READY
                        + "awk '/^Private_/ { sum += $2 } END { print sum }' /proc/$p/smaps_rollup; cat "
                        + "/proc/$p/comm; kill $p; wait $p; echo $?");

        List<String> lines = output.lines().toList();
        assertTrue(Integer.parseInt(lines.get(0)) <= LIMIT_KIB, lines.get(0) + " KiB");
        assertEquals(List.of("pause", "0"), lines.subList(1, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH", "PWR", "37"})
    void it_ends_with_0_on_every_signal_by_which_images_are_stopped(String signal) throws Exception {
        // as PID 1, and as another process
        assertEquals(
                "0\n",
                run("sh", "-c", "$0 & p=$!; " + AWAIT_READY + "kill -" + signal + " $p; wait $p; echo $?", pause));
        assertEquals("0\n", run("sh", "-c", asFirstProcess("kill -" + signal + " $p; wait $u; echo $?"), pause));
    }

    @Test
    void it_outlives_other_signals() throws Exception {
        assertEquals(
                "0\n",
                run(
                        "sh",
                        "-c",
                        "$0 & p=$!; " + AWAIT_READY
                                + "kill -CHLD $p; kill -URG $p; kill -STOP $p; "
                                + "until grep -q '^State:.T' /proc/$p/status; do sleep 0.02; done; kill -CONT $p; "
                                + AWAIT_READY + "kill -TERM $p; wait $p; echo $?",
                        pause));
    }

    @Test
    void a_terminal_that_changes_its_size_does_not_end_it() throws Exception {
        String script = "$PAUSE & p=$!; " + AWAIT_READY
                + "stty cols 77; until grep -q '^ShdPnd:.0*$' /proc/$p/status; do sleep 0.02; done; " + AWAIT_READY
                + "kill -0 $p && stty size && kill -WINCH $p; wait $p; echo $?";
        String output = run("env", "PAUSE=" + pause, "script", "-qec", script, "/dev/null");

        assertTrue(output.replace("\r", "").matches("\\d+ 77\n0\n"), output);
    }

    @Test
    void as_the_first_process_it_reaps_what_is_orphaned_to_it() throws Exception {
        String output = run(
                "sh",
                "-c",
                asFirstProcess("children() { wc -w </proc/$p/task/$p/children; }; "
                        + "for i in 1 2 3 4 5; do nsenter -t $p -p sh -c 'sleep 1000 &'; done; children; "
                        + "kill $(cat /proc/$p/task/$p/children); until [ $(children) = 0 ]; do sleep 0.02; done; "
                        + "kill $p; wait $u; echo $?"),
                pause);

        assertEquals("5\n0\n", output);
    }

    /** A shell reaps its children before it becomes another program. */
    @Needs(Need.PERL)
    @Test
    void it_reaps_what_the_program_before_it_left() throws Exception {
        String leaveZombie = """
            exit unless $child = fork;
            do { open $stat, "/proc/$child/stat"; $line = <$stat> } until $line =~ / Z /;
            exec @ARGV
            """;
        assertEquals(
                "0\n0\n",
                run(
                        "sh",
                        "-c",
                        "perl -e \"$1\" $0 & p=$!; " + AWAIT_READY
                                + "wc -w </proc/$p/task/$p/children; kill $p; wait $p; echo $?",
                        pause,
                        leaveZombie));
    }

    @Test
    void arguments_do_not_keep_a_container_from_running() throws Exception {
        assertEquals(
                "pause: arguments are ignored: it only waits\n0\n",
                run("sh", "-c", "$0 sleep 5 2>&1 & p=$!; " + AWAIT_READY + "kill $p; wait $p; echo $?", pause));
    }

    @Test
    void it_tells_its_version_and_how_to_use_it() throws Exception {
        String version = run(K8S_EXEC, "--version").split(" ")[1];
        assertEquals("pause " + version + "\n", run(pause, "--version"));
        String help = run(pause, "--help");
        assertTrue(help.startsWith("Usage: pause\n") && help.contains("command: [\"/go/pause\"]"), help);
        assertTrue(help.lines().allMatch(line -> line.length() <= 80), help);
    }

    /** Shell text in which p is PID 1 of a namespace, whose parent on this side is u. */
    private static String asFirstProcess(String then) {
        return "unshare --pid --fork $0 & u=$!; until p=$(cat /proc/$u/task/$u/children) && [ -n \"$p\" ]; do "
                + "sleep 0.02; done; p=${p% }; "
                + AWAIT_READY + then;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", "");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            fail("still running: " + List.of(command) + "\n" + Files.readString(output));
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
