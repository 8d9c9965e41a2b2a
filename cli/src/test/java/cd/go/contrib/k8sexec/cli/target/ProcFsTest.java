package cd.go.contrib.k8sexec.cli.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcFsTest {
    private static final String AFTER_PARENT = "0 0 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0 0";

    @TempDir
    Path root;

    private ProcFs proc;

    @BeforeEach
    void proc() {
        proc = new ProcFs(root);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sleep", "a b", "a) S 0 (b", ")", "((", "a\nb", "é", ""})
    void a_process_may_have_any_name(String name) throws IOException {
        write(42, "stat", "42 (" + name + ") S 7 " + AFTER_PARENT);

        ProcessInfo process = proc.process(42).orElseThrow();
        assertEquals(7, process.parent());
        assertEquals(4711, process.startTicks());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "42", "42 (", "42 (x", "42 (x)", "42 (x) S 1 2", "x (y) S 1 " + AFTER_PARENT, "43 (other) S 1 " + AFTER_PARENT})
    void what_is_not_a_process_is_none(String stat) throws IOException {
        write(42, "stat", stat);

        assertEquals(Optional.empty(), proc.process(42));
    }

    @Test
    void a_process_that_has_ended_is_not_listed() throws IOException {
        write(1, "stat", "1 (pause) S 0 " + AFTER_PARENT);
        write(2, "stat", "2 (gone) Z 1 " + AFTER_PARENT);
        Files.createDirectory(root.resolve("3"));
        Files.createDirectory(root.resolve("self"));

        assertEquals(List.of(1), proc.processes().stream().map(ProcessInfo::pid).toList());
    }

    @Test
    void the_containers_name_is_in_the_source_of_kubelets_mount() throws IOException {
        write(5, "mountinfo", """
            1 0 8:1 / / rw - overlay overlay rw
            2 1 8:1 /var/lib/kubelet/pods/0-1/containers/not-this/x /dev/other rw - ext4 /dev/sda rw
            3 1 8:1 /var/lib/kubelet/pods/0-1/containers/build-tools/4f2a /dev/termination-log rw - ext4 /dev/sda rw
            """);
        write(6, "mountinfo", "1 0 8:1 / / rw - overlay overlay rw\n");

        assertEquals(Optional.of("build-tools"), proc.containerName(5));
        assertEquals(Optional.empty(), proc.containerName(6));
        assertEquals(Optional.empty(), proc.containerName(7));
    }

    @Test
    void the_user_is_the_effective_one() throws IOException {
        write(5, "status", "Name:\tx\nUid:\t0\t1000\t0\t0\nGid:\t0\t1001\t0\t0\n");

        assertEquals(Optional.of("1000:1001"), proc.user(5));
        assertEquals(Optional.empty(), proc.user(6));
    }

    @Test
    void this_process_is_found_in_the_real_proc() {
        int pid = Math.toIntExact(ProcessHandle.current().pid());
        ProcFs real = new ProcFs(Path.of("/proc"));

        assertTrue(real.processes().stream().anyMatch(process -> process.pid() == pid && process.command().contains("java")));
        assertTrue(real.namespace("self", Namespace.PID).orElse("").startsWith("pid:["));
    }

    private void write(int pid, String file, String content) throws IOException {
        Files.createDirectories(root.resolve(String.valueOf(pid)));
        Files.writeString(root.resolve(pid + "/" + file), content);
    }
}
