package cd.go.contrib.k8sexec.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That .ci/executable fails on what it guards against: a static ELF file with names of classes stands for k8s-exec. */
@Needs({Need.BASH, Need.BINUTILS, Need.BUSYBOX})
class ExecutableGuardTest {
    private static final String WHAT_HAS_TO_BE_THERE = "\0picocli.CommandLine$ParseResult\0";

    @TempDir
    Path folder;

    private Path executable;

    @BeforeEach
    void make() throws Exception {
        executable = copyOf("busybox");
    }

    @Test
    void it_passes_what_is_as_it_should_be() throws Exception {
        append(WHAT_HAS_TO_BE_THERE);

        assertEquals("0 executable: " + Files.size(executable) + " bytes, static", firstWords(guard(executable)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.fasterxml.jackson.databind",
                "io.quarkus.arc",
                "io.quarkus.jackson",
                "io.quarkus.picocli",
                "picocli.AutoComplete"
            })
    void it_fails_if_a_class_came_in(String name) throws Exception {
        append(WHAT_HAS_TO_BE_THERE + name + ".A\0");

        assertComplaint(name + " is in it", guard(executable));
    }

    @Test
    void it_fails_if_it_cannot_find_the_names_of_classes() throws Exception {
        assertComplaint("no names of classes in it", guard(executable));
    }

    @Test
    void it_fails_if_it_has_grown() throws Exception {
        append(WHAT_HAS_TO_BE_THERE);
        try (RandomAccessFile file = new RandomAccessFile(executable.toFile(), "rw")) {
            file.setLength(17_000_001);
        }

        assertComplaint("17000001 bytes, more than 17000000", guard(executable));
    }

    @Test
    void it_fails_if_the_libraries_of_the_image_are_needed() throws Exception {
        // elsewhere there is no musl to link with
        Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64"), "amd64");
        executable = copyOf("readelf");
        append(WHAT_HAS_TO_BE_THERE);

        assertComplaint("not static: it asks for a loader", guard(executable));
    }

    @Test
    void it_fails_on_the_jvm_build_and_on_nothing() throws Exception {
        assertComplaint("no ELF file", guard(Path.of("src/main/launcher/k8s-exec")));
        assertTrue(guard(folder.resolve("none")).startsWith("1 "));
    }

    private Path copyOf(String program) throws Exception {
        String path =
                run("bash", "-c", "readlink -f \"$(type -P " + program + ")\"").substring(2);
        return Files.copy(Path.of(path.strip()), folder.resolve(program));
    }

    private void append(String text) throws IOException {
        Files.writeString(executable, text, StandardOpenOption.APPEND);
    }

    /** @return the exit code, and what was printed */
    private static String guard(Path file) throws Exception {
        return run("../.ci/executable", file.toString());
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes());
        return process.waitFor() + " " + text;
    }

    private static String firstWords(String printed) {
        return printed.replaceFirst("(?s), without.*", "");
    }

    private static void assertComplaint(String text, String printed) {
        assertTrue(printed.startsWith("1 ") && printed.contains("executable: " + text), printed);
    }
}
