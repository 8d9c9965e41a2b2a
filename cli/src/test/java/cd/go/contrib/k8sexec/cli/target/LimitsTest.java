package cd.go.contrib.k8sexec.cli.target;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.cli.outcome.Cost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsTest {
    @TempDir
    Path folder;

    @Test
    void version_2_has_one_folder() throws IOException {
        write("memory.current", "1048576");
        write("memory.max", "67108864");
        write("cpu.max", "150000 100000");
        write("memory.events", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 3\noom_group_kill 1");
        assertEquals(Optional.of(new Limits(1 << 20, 64 << 20, 3, 1500)), Limits.read(folder));

        write("memory.max", "max");
        write("cpu.max", "max 100000");
        assertEquals(Optional.of(new Limits(1 << 20, Limits.NONE, 3, Limits.NONE)), Limits.read(folder));
    }

    @Test
    void version_1_has_one_for_each_resource() throws IOException {
        write("memory/memory.usage_in_bytes", "1048576");
        write("memory/memory.limit_in_bytes", "67108864");
        write("cpu/cpu.cfs_quota_us", "50000");
        write("cpu/cpu.cfs_period_us", "100000");
        write("memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5");
        assertEquals(Optional.of(new Limits(1 << 20, 64 << 20, 5, 500)), Limits.read(folder));

        write("memory/memory.limit_in_bytes", "9223372036854771712");
        write("cpu/cpu.cfs_quota_us", "-1");
        assertEquals(Optional.of(new Limits(1 << 20, Limits.NONE, 5, Limits.NONE)), Limits.read(folder));
    }

    @Test
    void what_a_limit_has_done_is_counted() throws IOException {
        ProcFs proc = new ProcFs(folder);
        assertEquals(new Limits.Hits(0, -1, 0), Limits.Hits.own(proc));
        write("self/root/sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5");
        write("self/root/sys/fs/cgroup/pids/pids.events", "max 7");
        assertEquals(new Limits.Hits(5, -1, 7), Limits.Hits.own(proc));
        write("self/root/sys/fs/cgroup/memory.events", "max 9\noom 2\noom_kill 3\noom_group_kill 1");
        write("self/root/sys/fs/cgroup/pids.events", "max 1");
        assertEquals(new Limits.Hits(3, 2, 1), Limits.Hits.own(proc));
    }

    @Test
    void the_own_peak_is_beside_the_limit() throws IOException {
        ProcFs proc = new ProcFs(folder);
        assertEquals(memory(OptionalLong.empty(), OptionalLong.empty()), Limits.ownMemory(proc));
        // of the whole machine
        write("self/root/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
        write("self/root/sys/fs/cgroup/memory/memory.max_usage_in_bytes", "5000");
        assertEquals(memory(OptionalLong.empty(), OptionalLong.empty()), Limits.ownMemory(proc));
        write("self/root/sys/fs/cgroup/memory/memory.limit_in_bytes", "67108864");
        assertEquals(memory(OptionalLong.of(64 << 20), OptionalLong.of(5000)), Limits.ownMemory(proc));
        write("self/root/sys/fs/cgroup/memory.max", "max");
        write("self/root/sys/fs/cgroup/memory.peak", "6000");
        assertEquals(memory(OptionalLong.empty(), OptionalLong.of(6000)), Limits.ownMemory(proc));
    }

    private static Cost.Memory memory(OptionalLong limit, OptionalLong peak) {
        return new Cost.Memory("the agent container", limit, peak);
    }

    @Test
    void what_is_no_control_group_has_none() throws IOException {
        assertEquals(Optional.empty(), Limits.read(folder));
        write("memory.current", "x");
        write("memory.max", "");
        assertEquals(Optional.of(new Limits(Limits.NONE, Limits.NONE, 0, Limits.NONE)), Limits.read(folder));
    }

    @Test
    void a_mount_that_the_kernel_does_not_call_control_groups_is_not_read() throws IOException {
        write("5/root/sys/fs/cgroup/memory.current", "1");
        write("5/mountinfo", "7 6 0:5 / /sys/fs/cgroup rw - tmpfs tmpfs rw");
        assertEquals(Optional.empty(), Limits.of(new ProcFs(folder), 5));

        write("5/mountinfo", "7 6 0:5 / /sys/fs/cgroup ro - cgroup2 cgroup rw");
        assertEquals(Optional.of(new Limits(1, Limits.NONE, 0, Limits.NONE)), Limits.of(new ProcFs(folder), 5));
    }

    @Test
    void sizes_are_written_as_kubernetes_writes_them() {
        assertEquals("0B", Sizes.bytes(0));
        assertEquals("1023B", Sizes.bytes(1023));
        assertEquals("1.5Ki", Sizes.bytes(1536));
        assertEquals("512Mi", Sizes.bytes(512 << 20));
        assertEquals("10Gi", Sizes.bytes(10L << 30));
    }

    private void write(String file, String content) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), content + "\n");
    }
}
