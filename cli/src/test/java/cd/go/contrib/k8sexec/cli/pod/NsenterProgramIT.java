package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * src-native/c/nsenter, by what it says and does as root. In a Pod whose agent is not root examples/test runs it
 * (image-volume-nonroot).
 */
@Tag("without-k8s-exec")
@Needs({Need.ROOT, Need.EXECUTABLE_TMP, Need.GCC})
class NsenterProgramIT {
    @TempDir
    static Path folder;

    private static Path program;
    /** A process in a mount namespace of its own, in which that folder has a file that is nowhere else. */
    private static Process other;

    /** What a program said, and how it ended. */
    private record Ended(int exitCode, String text) {}

    @BeforeAll
    static void build() throws Exception {
        program = folder.resolve("nsenter");
        assertEquals(new Ended(0, ""), run("../src-native/c/nsenter/build", program.toString(), "gcc"));
        Path mounted = Files.createDirectory(folder.resolve("mounted"));
        other = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs none \"$1\" && echo seen >\"$1/file\" && echo ready && exec sleep 1000",
                        "-",
                        mounted.toString())
                .start();
        assertEquals('r', other.getInputStream().read());
    }

    @AfterAll
    static void end() {
        if (other != null) {
            other.destroyForcibly();
        }
    }

    private static Ended run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), text);
    }

    private static Ended nsenter(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        Stream.of(arguments).map(word -> word.replace("PID", "" + other.pid())).forEach(command::add);
        return run(command.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-t PID -m", "-tPID -C -i -u -n -m", "-m/proc/PID/ns/mnt", "-t 1 -m/proc/PID/ns/mnt"})
    void it_enters_the_namespaces_of_a_process_or_a_file(String options) throws Exception {
        String file = folder.resolve("mounted/file").toString();
        assertTrue(Files.notExists(Path.of(file)), "it is in the other namespace alone");

        List<String> arguments = new ArrayList<>(List.of(options.split(" ")));
        arguments.addAll(List.of("--", "cat", file));
        assertEquals(new Ended(0, "seen\n"), nsenter(arguments.toArray(String[]::new)));
    }

    @Test
    void the_exit_code_is_the_programs_or_says_what_is_wrong() throws Exception {
        assertEquals(7, nsenter("-t", "PID", "-m", "--", "sh", "-c", "exit 7").exitCode());
        assertEquals(127, nsenter("-t", "PID", "-m", "--", "no-such-program").exitCode());
        assertEquals(126, nsenter("-t", "PID", "-m", "--", "/etc/passwd").exitCode());
        assertEquals(
                new Ended(1, "nsenter: /proc/4194304/ns/mnt: No such file or directory\n"),
                nsenter("-t", "4194304", "-m", "--", "true"));
    }

    @Test
    void a_user_has_no_groups_but_its_own() throws Exception {
        assertEquals(
                new Ended(0, "1000 5 5\n"),
                nsenter(
                        "-t",
                        "PID",
                        "-m",
                        "-S",
                        "1000",
                        "-G",
                        "5",
                        "--",
                        "sh",
                        "-c",
                        "echo $(id -u) $(id -g) $(id -G)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-t PID -m",
                "-t PID -p -- true",
                "-t 1x -m -- true",
                "-t ../1 -m -- true",
                "-m -- true",
                "-t PID -S 1000 -- true",
                "-t PID -S a -G 1 -- true",
                "--wdns=/ -- true"
            })
    void what_it_does_not_know_is_refused(String arguments) throws Exception {
        Ended ended = nsenter(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertEquals(1, ended.exitCode(), ended.text());
        assertTrue(ended.text().contains("; this is k8s-exec's, which knows -t"), ended.text());
    }

    @Test
    void it_gives_its_own_file_the_capabilities_and_no_more() throws Exception {
        Path copy = Files.copy(program, folder.resolve("capable"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        assertEquals(new Ended(0, ""), run(copy.toString(), "--give-capabilities"));

        Need.require(Need.SETCAP);
        assertEquals(
                new Ended(0, copy + " cap_sys_chroot,cap_sys_ptrace,cap_sys_admin=ep\n"),
                run("getcap", copy.toString()));
        assertEquals(new Ended(0, ""), run("getcap", program.toString()));
    }
}
