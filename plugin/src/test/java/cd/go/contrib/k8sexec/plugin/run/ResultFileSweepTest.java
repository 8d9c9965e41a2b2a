package cd.go.contrib.k8sexec.plugin.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Result files in a temporary folder that several agents share, some of which are killed. */
@Timeout(60)
class ResultFileSweepTest {

    @TempDir
    Path folder;

    @Test
    void takes_the_file_of_a_killed_agent_and_none_of_one_that_lives() throws Exception {
        Process agent = otherAgent("run");
        Path file = Path.of(new BufferedReader(new InputStreamReader(agent.getInputStream())).readLine());

        ResultFileSweep.sweep(folder);
        assertTrue(Files.exists(file));

        agent.destroyForcibly().waitFor();
        ResultFileSweep.sweep(folder);
        assertFalse(Files.exists(file));
    }

    /** Of several descriptors of one file, the first that a process closes ends its lock. */
    @Test
    void does_not_end_the_lock_of_a_file_of_the_same_agent() throws Exception {
        try (ResultFile own = ResultFile.create(folder)) {
            ResultFileSweep.sweep(folder);
            assertEquals(0, otherAgent("sweep").waitFor());

            assertTrue(Files.exists(own.path()));
        }
        assertEquals(Set.of(), files());
    }

    @Test
    void leaves_what_is_not_certainly_left() throws Exception {
        Path old = Files.createFile(folder.resolve("k8s-exec-17.json"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Path pipe = folder.resolve("k8s-exec-run-4.json");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Set<Path> stay = new TreeSet<>(List.of(
                Files.createFile(folder.resolve("k8s-exec-18.json")),
                Files.createFile(folder.resolve("k8s-exec-run-1.txt")),
                Files.createDirectory(folder.resolve("k8s-exec-run-2.json")),
                Files.createSymbolicLink(folder.resolve("k8s-exec-run-3.json"), old),
                pipe));

        ResultFileSweep.sweep(folder);

        assertEquals(stay, files());
    }

    /** Of an agent that was killed while it asked for a version, and of a doctor that was killed. */
    @Test
    void takes_what_a_question_has_left_once_it_is_certainly_over() throws Exception {
        Path old = Files.createFile(folder.resolve("k8s-exec-1.version"));
        Path other = Files.createFile(folder.resolve("k8s-exec-2.txt"));
        Path doctors = Files.createFile(folder.resolve("k8s-exec-doctor-3"));
        Path link = Files.createSymbolicLink(folder.resolve("k8s-exec-4.version"), other);
        for (Path file : List.of(old, other, doctors)) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofMinutes(11))));
        }
        Set<Path> stay = new TreeSet<>(List.of(
                other,
                link,
                Files.createFile(folder.resolve("k8s-exec-5.version")),
                Files.createFile(folder.resolve("k8s-exec-doctor-6"))));

        ResultFileSweep.sweep(folder);

        assertEquals(stay, files());
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private Process otherAgent(String does) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherAgent.class.getName(),
                        does,
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** In a JVM of its own: sweeps the folder, or has a task in it as long as its standard input is open. */
    static final class OtherAgent {

        public static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[1]);
            if (arguments[0].equals("sweep")) {
                ResultFileSweep.sweep(folder);
            } else {
                System.out.println(ResultFile.create(folder).path());
                System.in.read();
            }
        }
    }
}
