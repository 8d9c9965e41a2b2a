package cd.go.contrib.k8sexec.cli.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetFinderTest {
    @TempDir
    Path root;

    /**
     * An agent of user 1000 below a main process of root's, and a guest of root's with a process of user 1000: only its
     * own may be inspected.
     */
    @Test
    void an_agent_that_may_not_inspect_its_main_process_does_not_take_that_for_a_guest() throws IOException {
        process("1", 0, 5, "10", null);
        process("7", 0, 10, "20", null);
        process("30", 7, 50, "20", "mnt:[1]");
        process("self", 7, 50, "20", "mnt:[1]");
        process("12", 0, 11, "40", null);
        process("13", 0, 60, "40", "mnt:[2]");

        TargetFinder finder = new TargetFinder(new ProcFs(root));
        assertEquals(
                List.of("PAUSE 1 [1]", "AGENT 7 [7, 30]", "GUEST 12 [12, 13]"),
                finder.containers().stream()
                        .map(container ->
                                container.role() + " " + container.main().pid() + " "
                                        + container.processes().stream()
                                                .map(ProcessInfo::pid)
                                                .toList())
                        .toList());
        assertEquals(
                ErrorId.TARGET_IS_AGENT,
                assertThrows(K8sExecException.class, () -> finder.byPid("7")).id());
        assertEquals(12, finder.byPid("12").pid());
    }

    /** Without a shared process namespace there is nothing but the agent's own container. */
    @Test
    void process_1_may_be_the_agents_own() throws IOException {
        process("1", 0, 5, "20", "mnt:[1]");
        process("9", 1, 50, "20", "mnt:[1]");
        process("self", 1, 50, "20", "mnt:[1]");

        List<Container> containers = new TargetFinder(new ProcFs(root)).containers();
        assertEquals(1, containers.size());
        assertEquals(Container.Role.AGENT, containers.get(0).role());
    }

    /** @param namespace null where it may not be looked at */
    private void process(String pid, int parent, long start, String rootMount, String namespace) throws IOException {
        Path process = Files.createDirectories(root.resolve(pid));
        String number = pid.equals("self") ? "30" : pid;
        Files.writeString(
                process.resolve("stat"),
                number + " (x) S " + parent + " 0 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 " + start + " 0 0 0 0");
        Files.writeString(
                process.resolve("mountinfo"),
                rootMount + " 1 0:50 / / rw - overlay overlay rw\n" + rootMount
                        + "1 20 8:1 / /go rw - ext4 /dev/sda rw\n");
        if (namespace != null) {
            Files.createDirectories(process.resolve("ns"));
            Files.createSymbolicLink(process.resolve("ns/mnt"), Path.of(namespace));
        }
    }
}
