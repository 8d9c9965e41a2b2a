package cd.go.contrib.k8sexec.plugin.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Needs(Need.EXECUTABLE_TMP)
@Timeout(60)
class ExecutableVersionsTest {

    @TempDir
    Path folder;

    private Path executable;
    private Path temporaryFolder;
    private ExecutableVersions versions;

    @BeforeEach
    void agent() throws IOException {
        executable = folder.resolve("k8s-exec");
        temporaryFolder = Files.createDirectory(folder.resolve("tmp"));
        versions = new ExecutableVersions(temporaryFolder, Duration.ofSeconds(20));
    }

    @Test
    void it_is_asked_once_for_each_file() throws Exception {
        write("echo asked >>" + folder + "/log; echo 'k8s-exec 2.0.0 (commit 33ebc4e, native)'");
        assertEquals("2.0.0", version());
        assertEquals("2.0.0", version());
        assertEquals(1, asked());

        write("echo asked >>" + folder + "/log; echo 'k8s-exec 2.1.0-rc1 (commit 33ebc4e, native)'");
        assertEquals("2.1.0", version());
        assertEquals(2, asked());

        // of the same size
        write("echo asked >>" + folder + "/log; echo 'k8s-exec 2.2.0-rc1 (commit 33ebc4e, native)'");
        Files.setLastModifiedTime(executable, FileTime.fromMillis(0));
        assertEquals("2.2.0", version());
        assertEquals(List.of(), List.of(temporaryFolder.toFile().list()));
    }

    @Test
    void a_wrapper_that_passes_its_arguments_on_tells_it_too() throws Exception {
        Path real = folder.resolve("real");
        write("echo \"k8s-exec 2.1.0 ($#, $1)\"");
        Files.move(executable, real);
        write("echo 'hello from the wrapper'; echo trouble >&2; exec " + real + " \"$@\"");

        assertEquals("2.1.0", version());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "exit 3",
                "echo 'k8s-exec 2.1.0'; exit 1",
                "kill -KILL $$",
                "cat",
                "echo 2.1.0",
                "yes | head -c 10000000; echo k8s-exec 2.1.0"
            })
    void one_that_does_not_tell_it_is_asked_again(String commands) throws Exception {
        write("echo asked >>" + folder + "/log\n" + commands);

        assertEquals("none", version());
        assertEquals("none", version());
        assertEquals(2, asked());
    }

    @Test
    void one_that_hangs_is_ended_and_what_it_left_running_is_not_waited_for() throws Exception {
        versions = new ExecutableVersions(temporaryFolder, Duration.ofSeconds(1));
        write("echo $$ >" + folder + "/pid; exec sleep 300");
        assertEquals("none", version());
        ProcessHandle.of(Long.parseLong(Files.readString(folder.resolve("pid")).strip()))
                .ifPresent(hanging -> hanging.onExit().join());

        write("sleep 300 & echo $! >" + folder + "/pid; echo k8s-exec 2.1.0");
        assertEquals("2.1.0", version());
        ProcessHandle.of(Long.parseLong(Files.readString(folder.resolve("pid")).strip()))
                .ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void the_one_sigterm_of_a_cancel_is_not_lost_if_it_comes_now() throws Exception {
        write("kill -TERM $$; sleep 300");

        assertEquals(
                "Script was canceled: the agent ended the task.",
                assertThrows(TaskFailure.class, this::version).getMessage());
    }

    @Test
    void an_interrupt_is_a_cancel_and_is_kept() throws Exception {
        write("sleep 300");
        Thread.currentThread().interrupt();

        assertThrows(TaskFailure.class, this::version);
        assertTrue(Thread.interrupted(), "the interrupt was swallowed");
    }

    @Test
    void a_file_that_cannot_be_started_has_none() throws Exception {
        Files.writeString(executable, "#!/none\n");

        assertEquals("none", version());
        Files.delete(executable);
        assertEquals("none", version());
    }

    private String version() throws TaskFailure {
        return versions.of(executable).map(Object::toString).orElse("none");
    }

    private long asked() throws IOException {
        try (var lines = Files.lines(folder.resolve("log"))) {
            return lines.count();
        }
    }

    private void write(String commands) throws IOException {
        Files.writeString(executable, "#!/bin/sh\n" + commands + "\n");
        Files.setPosixFilePermissions(executable, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
