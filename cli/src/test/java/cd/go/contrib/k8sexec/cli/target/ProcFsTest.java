package cd.go.contrib.k8sexec.cli.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    @Test
    void of_its_fields_the_first_twenty_are_enough() throws IOException {
        write(42, "stat", "42 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");

        assertEquals(
                new ProcessInfo(42, "x", 'S', 1, 6, 17, 19), proc.process(42).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "42",
                "42 (",
                "42 (x",
                "42 (x)",
                "42 (x) S 1 2",
                "42 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
                "x (y) S 1 " + AFTER_PARENT,
                "43 (other) S 1 " + AFTER_PARENT
            })
    void what_is_not_a_process_is_none(String stat) throws IOException {
        write(42, "stat", stat);

        assertEquals(Optional.empty(), proc.process(42));
    }

    @ParameterizedTest
    @CsvSource({
        "/var/lib/kubelet/pods/0b7d3c0e-9f6c-4d2e-8a39-1c8f5d3e2b10/etc-hosts, /etc/hosts, 0::/, 0b7d3c0e",
        "/pods/0b7d3c0e-9f6c-4d2e-8a39-1c8f5d3e2b10/containers/agent/1, /dev/termination-log, 0::/, 0b7d3c0e",
        // of a Pod that a file of the node describes
        "/pods/f6e5d4c3b2a1908f7e6d5c4b3a291807/etc-hosts, /etc/hosts, 0::/, f6e5d4c3",
        // a volume may be another Pod's folder
        "/pods/0b7d3c0e-9f6c-4d2e-8a39-1c8f5d3e2b10/etc-hosts, /mnt, 0::/, ''",
        "/a, /etc/hosts, 4:memory:/kubepods/burstable/pod0b7d3c0e-9f6c-4d2e-8a39-1c8f5d3e2b10/c, 0b7d3c0e",
        "/a, /b, 0::/kubepods.slice/kubepods-pod0b7d3c0e_9f6c_4d2e_8a39_1c8f5d3e2b10.slice/x.scope, 0b7d3c0e",
        "/a, /b, 0::/, ''"
    })
    void the_pod_has_a_uid(String source, String point, String group, String uid) throws IOException {
        Files.createDirectories(root.resolve("self"));
        Files.writeString(
                root.resolve("self/mountinfo"), "1 2 8:1 " + source + " " + point + " rw - ext4 /dev/sda rw\n");
        Files.writeString(root.resolve("self/cgroup"), group + "\n");

        assertEquals(
                uid, proc.podUid("self").map(found -> found.substring(0, 8)).orElse(""));
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
            2 1 8:1 /data/containers/not-this/x /dev/other rw - ext4 /dev/sda rw
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
    void what_a_process_may_do_is_in_its_status() throws IOException {
        write(
                5,
                "status",
                "Name:\tCapEff:\\nCapEff:\nUmask:\t0027\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nVmRSS:\t   1404 kB\n"
                        + "CapInh:\t0000000000000000\nCapPrm:\t0000000000200001\nCapEff:\t0000000000040000\nCapBnd:\t000001ffffffffff\n"
                        + "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n");

        ProcessStatus status = proc.status(5).orElseThrow();
        assertEquals(List.of(1L, 2L, 3L, 4L), status.uids());
        assertEquals("0027", status.umask());
        assertEquals(1404 * 1024, status.residentBytes());
        assertEquals(Set.of(Capability.CHOWN, Capability.SYS_ADMIN), status.permitted());
        assertEquals(Set.of(Capability.SYS_CHROOT), status.effective());
        assertEquals(Set.of(Capability.values()), status.bounding());
        assertTrue(status.noNewPrivs());
        assertEquals(2, status.seccomp());
        write(6, "status", "Name:\tx\n");
        assertEquals(Optional.empty(), proc.status(6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "11:memory:/kubepods/pod1/ID\n",
                "0::/../ID\n",
                "0::/../cri-containerd-ID.scope\n",
                "0::/kubepods.slice/crio-ID.scope/init\n"
            })
    void the_containers_id_is_in_the_path_of_its_control_group(String groups) throws IOException {
        String id = "0123456789abcdef".repeat(4);
        write(5, "cgroup", groups.replace("ID", id));
        write(6, "cgroup", "0::/\n");

        assertEquals(Optional.of(id), proc.containerId(5));
        assertEquals(Optional.empty(), proc.containerId(6));
    }

    @Test
    void a_processs_age_is_in_seconds_of_the_machine() throws IOException {
        write(5, "stat", "5 (x) S 1 " + AFTER_PARENT);
        Files.writeString(root.resolve("uptime"), "100.11 50.00\n");

        assertEquals(Duration.ofMillis(53_000), proc.age(proc.process(5).orElseThrow()));
    }

    @Test
    void this_process_is_found_in_the_real_proc() {
        int pid = Math.toIntExact(ProcessHandle.current().pid());
        ProcFs real = new ProcFs(Path.of("/proc"));

        assertTrue(real.processes().stream()
                .anyMatch(process -> process.pid() == pid && process.command().contains("java")));
        assertTrue(real.namespace("self", Namespace.PID).orElse("").startsWith("pid:["));
    }

    private void write(int pid, String file, String content) throws IOException {
        Files.createDirectories(root.resolve(String.valueOf(pid)));
        Files.writeString(root.resolve(pid + "/" + file), content);
    }
}
