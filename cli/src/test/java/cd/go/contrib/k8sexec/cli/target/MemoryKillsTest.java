package cd.go.contrib.k8sexec.cli.target;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel counts, as both versions of control groups show it in a container. MemoryIT has the machine's own version. */
class MemoryKillsTest {
    @TempDir
    Path folder;

    @Test
    void version_2() throws IOException {
        write("memory.current", "4096");
        write("memory.max", "67108864");
        write("memory.events", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 3\noom_group_kill 1");

        assertEquals(new Limits(4096, 67_108_864, 3, Limits.NONE), Limits.read(folder).orElseThrow());
    }

    @Test
    void version_1() throws IOException {
        write("memory/memory.usage_in_bytes", "4096");
        write("memory/memory.limit_in_bytes", "9223372036854771712");
        write("memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5");

        assertEquals(new Limits(4096, Limits.NONE, 5, Limits.NONE), Limits.read(folder).orElseThrow());
    }

    @Test
    void a_kernel_that_does_not_count() throws IOException {
        write("memory.current", "4096");

        assertEquals(0, Limits.read(folder).orElseThrow().memoryKills());
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text + "\n");
    }
}
