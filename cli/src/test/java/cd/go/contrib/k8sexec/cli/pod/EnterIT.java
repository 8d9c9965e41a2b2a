package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The native executable's way into the guest, also where vfork(2) shares no memory and does not wait: a script must not run twice. */
@Needs({Need.POD, Need.GCC})
class EnterIT {
    private static final List<String> COMPILER =
            List.of("gcc", "-Wall", "-Werror", "src/test/c/enter.c", "../src-native/c/enter.c");

    @TempDir
    static Path folder;

    @BeforeAll
    static void compile() throws Exception {
        Pod.requireNative();
        compile("vfork");
        compile("fork", "-DWITHOUT_VFORK", "-Wl,--wrap=clone");
    }

    private static void compile(String name, String... options) throws Exception {
        List<String> command = new ArrayList<>(COMPILER);
        command.addAll(List.of(options));
        command.addAll(List.of("-o", folder.resolve(name).toString()));
        run(command);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", "");
        int exitCode = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        String text = Files.readString(output);
        assertEquals(0, exitCode, command + ": " + text);
        return text;
    }

    @ParameterizedTest
    @ValueSource(strings = {"vfork", "fork"})
    void what_became_of_the_child_is_known(String name) throws Exception {
        String program = folder.resolve(name).toString();

        assertEquals("ran\nentered, exit code 7\n", run(List.of(program, "/nonexistent/sh", "/bin/sh")));
        assertEquals("not entered\n", run(List.of(program, "/nonexistent/sh", "/etc")));
    }
}
