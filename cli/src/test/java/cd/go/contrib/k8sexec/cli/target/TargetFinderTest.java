package cd.go.contrib.k8sexec.cli.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

        TargetFinder finder = new TargetFinder(new ProcFs(root), Optional.empty());
        assertEquals(
                List.of("PAUSE 1 [1]", "AGENT 7 [7, 30]", "GUEST 12 [12, 13]"),
                new Containers(new ProcFs(root))
                        .all().stream()
                                .map(container -> container.role() + " "
                                        + container.main().pid() + " "
                                        + container.processes().stream()
                                                .map(ProcessInfo::pid)
                                                .toList())
                                .toList());
        assertEquals(
                ErrorId.TARGET_IS_AGENT,
                assertThrows(K8sExecException.class, () -> finder.byPid("7")).id());
        assertEquals(12, finder.byPid("12").pid());
    }

    /** By chroot(2): it has no mounts to see, and started by kubectl exec it has no parent either. */
    @Test
    void a_program_that_k8s_exec_brought_into_the_guest_is_no_guest() throws IOException {
        process("1", 0, 5, "10", null);
        process("7", 0, 10, "20", "mnt:[1]");
        process("30", 7, 50, "20", "mnt:[1]");
        process("self", 7, 50, "20", "mnt:[1]");
        process("12", 0, 11, "40", null);
        process("40", 0, 70, null, "mnt:[1]");
        process("41", 0, 71, null, null);

        assertEquals(
                List.of(12),
                new Containers(new ProcFs(root))
                        .guests().stream().map(ProcessInfo::pid).toList());
    }

    /** Without a shared process namespace there is nothing but the agent's own container. */
    @Test
    void process_1_may_be_the_agents_own() throws IOException {
        process("1", 0, 5, "20", "mnt:[1]");
        process("9", 1, 50, "20", "mnt:[1]");
        process("self", 1, 50, "20", "mnt:[1]");

        List<Container> containers = new Containers(new ProcFs(root)).all();
        assertEquals(1, containers.size());
        assertEquals(Container.Role.AGENT, containers.get(0).role());
    }

    /** A mesh's sidecar, or what kubectl debug adds. */
    @Test
    void of_several_the_one_with_the_shared_volume_is_the_guest() throws Exception {
        process("1", 0, 5, "10", "mnt:[1]");
        process("7", 0, 10, "20", "mnt:[2]");
        process("self", 7, 50, "20", "mnt:[2]");
        process("12", 0, 11, "40", "mnt:[3]");
        process("15", 0, 9, "50", "mnt:[4]");
        mount("self", "8:1 /pods/1-2/volumes/kubernetes.io~empty-dir/work /go");
        mount("12", "8:1 /pods/1-2/volumes/kubernetes.io~empty-dir/work /volume");
        mount("15", "8:1 /pods/1-2/volumes/kubernetes.io~empty-dir/workers /go");

        TargetFinder finder = new TargetFinder(new ProcFs(root), Optional.of(Path.of("/go")));
        assertEquals(12, finder.only().pid());
        assertEquals(
                "of 2 other containers the only one with the shared volume",
                finder.only().reason());
        assertEquals(
                ErrorId.TARGET_AMBIGUOUS,
                assertThrows(K8sExecException.class, () -> new TargetFinder(new ProcFs(root), Optional.empty()).only())
                        .id());
        mount("15", "8:1 /pods/1-2/volumes/kubernetes.io~empty-dir/work/m2 /root/.m2");
        assertEquals(
                ErrorId.TARGET_AMBIGUOUS,
                assertThrows(K8sExecException.class, finder::only).id());
    }

    @Test
    void a_pod_that_has_had_two_guests_has_two() throws Exception {
        process("1", 0, 5, "10", "mnt:[1]");
        process("self", 7, 50, "20", "mnt:[2]");
        mount("self", "8:1 /pods/1-2/volumes/kubernetes.io~empty-dir/work /go");
        guest("12", "40", "mnt:[3]", "tools");
        SeenGuests seen = new SeenGuests(Optional.of(root.resolve("seen")));
        TargetFinder finder = new TargetFinder(new ProcFs(root), Optional.of(Path.of("/go")), seen);
        seen.add(List.of("tools"));
        assertEquals(12, finder.only().pid());

        guest("15", "50", "mnt:[4]", "other");
        assertEquals(
                ErrorId.TARGET_AMBIGUOUS,
                assertThrows(K8sExecException.class, finder::only).id());
        Files.delete(root.resolve("12/stat"));
        K8sExecException down = assertThrows(K8sExecException.class, finder::only);
        assertEquals(ErrorId.TARGET_AMBIGUOUS, down.id());
        assertTrue(
                down.getMessage().contains("which are down now (tools), beside other (process 15"), down.getMessage());
        assertFalse(finder.mayComeYet(down), "waits for what would be ambiguous too");
        assertEquals(15, finder.byName("other").pid());
    }

    /** A script can put anything there, and nobody may wait for it. */
    @Test
    void what_is_no_list_of_names_says_nothing_of_guests() throws Exception {
        Path file = root.resolve("seen");
        SeenGuests seen = new SeenGuests(Optional.of(file));
        assertEquals(Set.of(), seen.names());
        new ProcessBuilder("mkfifo", file.toString()).start().waitFor();
        seen.add(List.of("tools"));
        assertEquals(Set.of(), seen.names());
        Files.delete(file);
        Files.createSymbolicLink(file, root.resolve("elsewhere"));
        seen.add(List.of("tools"));
        assertFalse(Files.exists(root.resolve("elsewhere")));
        Files.delete(file);
        Files.writeString(file, "../..\nTools\n\033[2J\nother");
        assertEquals(Set.of("other"), seen.names());
    }

    private void guest(String pid, String rootMount, String namespace, String name) throws IOException {
        process(pid, 0, 11, rootMount, namespace);
        mount(pid, "8:1 /pods/1-2/volumes/kubernetes.io~empty-dir/work /go");
        mount(pid, "8:1 /kubelet/pods/1-2/containers/" + name + "/0a1b /dev/termination-log");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8:1 /var/lib/kubelet/pods/1-2/containers/tools/0a1b /dev/termination-log",
                "8:1 /kubelet/pods/1-2/containers/tools/0a1b /tmp/last-words",
                "8:1 /var/lib/kubelet/pods/1-2/volume-subpaths/work/tools/0 /go"
            })
    void a_container_has_the_name_that_kubelet_mounts_files_for(String mount) throws Exception {
        process("1", 0, 5, "10", "mnt:[1]");
        process("self", 7, 50, "20", "mnt:[2]");
        process("12", 0, 11, "40", "mnt:[3]");
        process("15", 0, 9, "50", "mnt:[4]");
        mount("12", mount);

        assertEquals(
                12,
                new TargetFinder(new ProcFs(root), Optional.empty())
                        .byName("tools")
                        .pid());
    }

    /** The Pod has hostPID: process 2 is the kernel's, and containers' main processes have a parent. */
    @Test
    void a_process_of_the_node_or_of_another_pod_is_never_the_guest() throws Exception {
        process("1", 0, 1, "1", "mnt:[1]");
        process("2", 0, 1, "1", "mnt:[1]", "2129984");
        process("self", 60, 50, "20", "mnt:[2]");
        process("70", 60, 50, "30", "mnt:[3]");
        process("80", 60, 50, "40", "mnt:[4]");
        mount(
                "self",
                "8:1 /var/lib/kubelet/pods/11111111111111111111111111111111/containers/agent/0a /dev/termination-log");
        mount(
                "70",
                "8:1 /var/lib/kubelet/pods/11111111111111111111111111111111/containers/tools/0a /dev/termination-log");
        mount(
                "80",
                "8:1 /var/lib/kubelet/pods/99999999999999999999999999999999/containers/tools/0a /dev/termination-log");

        TargetFinder finder = new TargetFinder(new ProcFs(root), Optional.empty());
        assertEquals(70, finder.only().pid());
        assertEquals(70, finder.byName("tools").pid());
        for (String pid : List.of("1", "2", "80")) {
            assertEquals(
                    ErrorId.TARGET_FOREIGN,
                    assertThrows(K8sExecException.class, () -> finder.byPid(pid))
                            .id(),
                    pid);
        }
        assertEquals(70, finder.byPid("70").pid());
    }

    @Test
    void what_is_not_there_is_told_apart() throws Exception {
        process("1", 0, 5, "10", "mnt:[1]");
        process("7", 0, 10, "20", "mnt:[2]");
        process("self", 7, 50, "20", "mnt:[2]");
        TargetFinder finder = new TargetFinder(new ProcFs(root), Optional.empty());
        K8sExecException late = assertThrows(K8sExecException.class, finder::only);
        assertFalse(late.getMessage().contains("shareProcessNamespace"), late.getMessage());
        assertTrue(finder.mayComeYet(late), "does not wait");

        process("1", 0, 5, "20", "mnt:[2]");
        K8sExecException alone = assertThrows(K8sExecException.class, () -> finder.byName("tools"));
        assertEquals(ErrorId.TARGET_NONE, alone.id());
        assertTrue(alone.getMessage().contains("shareProcessNamespace: true"), alone.getMessage());
        assertFalse(finder.mayComeYet(alone), "waits for what cannot come");
    }

    private void mount(String pid, String mount) throws IOException {
        String[] words = mount.split(" ");
        Files.writeString(
                root.resolve(pid + "/mountinfo"),
                "99 20 " + words[0] + " " + words[1] + " " + words[2] + " rw - ext4 /dev/sda rw\n",
                StandardOpenOption.APPEND);
    }

    private void process(String pid, int parent, long start, String rootMount, String namespace) throws IOException {
        process(pid, parent, start, rootMount, namespace, "4194560");
    }

    /**
     * @param rootMount null if it sees no mounts
     * @param namespace null if it may not be looked at
     */
    private void process(String pid, int parent, long start, String rootMount, String namespace, String flags)
            throws IOException {
        Path process = Files.createDirectories(root.resolve(pid));
        String number = pid.equals("self") ? "30" : pid;
        Files.writeString(
                process.resolve("stat"),
                number + " (x) S " + parent + " 0 0 0 -1 " + flags + " 0 0 0 0 0 0 0 0 20 0 1 0 " + start + " 0 0 0 0");
        Files.writeString(
                process.resolve("mountinfo"),
                rootMount == null ? "" : rootMount + " 1 0:5" + rootMount + " / / rw - overlay overlay rw\n");
        if (namespace != null) {
            Files.createDirectories(process.resolve("ns"));
            Files.deleteIfExists(process.resolve("ns/mnt"));
            Files.createSymbolicLink(process.resolve("ns/mnt"), Path.of(namespace));
        }
    }
}
