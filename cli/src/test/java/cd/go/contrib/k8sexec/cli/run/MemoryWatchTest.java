package cd.go.contrib.k8sexec.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryWatchTest {
    @TempDir
    Path folder;

    private MemoryWatch watch;

    @BeforeEach
    void begin() throws IOException {
        events(0, 0, 0);
        write("memory.current", "1");
        write("memory.max", "536870912");
        Files.writeString(folder.resolve("self/mountinfo"), "7 6 0:5 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
        watch = MemoryWatch.begin(new ProcFs(folder));
        assertEquals(Optional.empty(), watch.reason());
    }

    @Test
    void the_containers_own_limit_is_told_from_the_pods() throws IOException {
        events(1, 1, 0);
        String own = watch.reason().orElseThrow();
        assertTrue(own.startsWith("the agent container's memory limit of 512Mi was reached"), own);

        // spec.resources of the Pod: the kernel kills in the container, whose own limit was not reached
        events(0, 1, 0);
        String pods = watch.reason().orElseThrow();
        assertTrue(pods.startsWith("the memory of the Pod or of its node ran out"), pods);
        assertTrue(pods.contains("spec.resources.limits.memory") && !pods.contains("512Mi"), pods);

        write("memory.max", "max");
        assertEquals(pods, watch.reason().orElseThrow());
    }

    @Test
    void a_limit_of_the_number_of_processes_is_told() throws IOException {
        events(0, 0, 3);
        String reason = watch.reason().orElseThrow();
        assertTrue(reason.contains("limit of the number of processes") && reason.contains("podPidsLimit"), reason);
    }

    private void events(int oom, int kills, int processes) throws IOException {
        write("memory.events", "max 9\noom " + oom + "\noom_kill " + kills);
        write("pids.events", "max " + processes);
    }

    private void write(String file, String content) throws IOException {
        Path path = folder.resolve("self/root/sys/fs/cgroup").resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content + "\n");
    }
}
