package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.cli.pod.Strace.Call;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a run costs, in counts that are the same on every machine: bench/run measures the time. Of the native
 * executable, as strace(1) sees it.
 */
@Needs({Need.POD, Need.STRACE})
class CostIT {
    /** The agent's main process, the guest's, pause, strace and k8s-exec. */
    private static final int PROCESSES = 5;

    private static final int OUTPUT = 10_000_000;
    private static final String SCRIPT = "head -c " + OUTPUT + " /dev/zero";

    @RegisterExtension
    static final Pod pod = Pod.forClass();

    private static List<Call> calls;
    private static List<Call> own;

    @BeforeAll
    static void trace() {
        Pod.requireNative();
        Strace trace = Strace.of(pod, Pod.request("sh", SCRIPT, Map.of()), "run");
        Result result = trace.result();
        assertEquals(OUTPUT, result.assertExitCode(0).out().length);
        calls = trace.calls();
        own = trace.own();
    }

    @Test
    void one_program_is_started_and_no_process_that_is_not_needed() {
        List<Call> programs = calls.stream()
                .filter(call -> call.is("execve") && call.result() == 0)
                .skip(1)
                .toList();
        List<String> before = calls.stream()
                .takeWhile(call -> call != programs.get(0))
                .map(Call::text)
                .filter(text -> text.matches("(clone|clone3|fork|vfork)\\(.*"))
                .filter(text -> !text.contains("CLONE_THREAD"))
                .toList();

        assertTrue(
                programs.get(0).text().contains("/sh\"")
                        && programs.get(0).text().contains("/proc/self/fd/9"),
                programs.toString());
        // the script's shell and its keeper, and who makes that and ends
        assertTrue(before.size() <= 3, before.toString());
    }

    /** Java's main thread, which is not the process's first, and the helper that starts the script. */
    @Test
    void two_threads_are_made() {
        List<String> threads = calls.stream()
                .map(Call::text)
                .filter(text -> text.contains("CLONE_THREAD"))
                .toList();

        assertEquals(2, threads.size(), threads.toString());
    }

    @Test
    void of_each_process_few_entries_are_read_in_proc() {
        List<String> entries = own.stream()
                .filter(call -> call.is("open", "openat", "readlink"))
                .map(Call::text)
                .filter(text -> text.contains("\"/proc/") && !text.contains("/proc/self/fd/"))
                .toList();

        // each process is looked at, and the guest's namespace is opened
        assertTrue(entries.size() >= 2 * PROCESSES, entries.toString());
        String guest = "\"/proc/" + pod.pid("guest");
        for (String file : List.of("/stat\"", "/ns/mnt\"")) {
            assertTrue(entries.stream().anyMatch(text -> text.contains(guest + file)), guest + file + ": " + entries);
        }
        // of each its stat at most; of the containers their mount namespace, of the guest and of k8s-exec itself also
        // the other namespaces, and of k8s-exec what its limits have done
        assertTrue(entries.size() <= 2 * PROCESSES + 38, entries.size() + " entries: " + entries);
    }

    /** By the JDK that takes an exception: these are looked for by the C library. */
    @Test
    void little_is_opened_that_is_not_there() {
        Set<String> known = Set.of(
                "/proc/2/stat",
                "/proc/self/root/sys/fs/cgroup/memory.events",
                "/proc/self/root/sys/fs/cgroup/memory/memory.oom_control",
                "/proc/self/root/sys/fs/cgroup/pids.events",
                "/proc/self/root/sys/fs/cgroup/pids/pids.events");
        List<String> missing = own.stream()
                .filter(call -> call.is("open", "openat") && call.result() < 0)
                .map(call -> call.text().replaceAll(".*\"(.*)\".*", "$1"))
                // once in the life of a Pod
                .filter(path -> !path.startsWith("/dev/shm/k8s-exec-guests-") && !known.contains(path))
                .toList();

        assertEquals(List.of(), missing);
    }

    @Test
    void of_the_agent_and_the_only_guest_the_mounts_are_read_once() {
        List<String> files = own.stream()
                .map(Call::text)
                .filter(text -> text.startsWith("open") && text.contains("/mountinfo\""))
                .map(text -> text.replaceAll(".*\"(.*)\".*", "$1"))
                .toList();

        assertEquals(List.of("/proc/" + pod.pid("guest") + "/mountinfo", "/proc/self/mountinfo"), files);
    }

    /** Of the memory that Java's objects are in, which the kernel gives page by page when they are made. */
    @Test
    void one_chunk_of_the_heap_is_enough() {
        List<String> chunks = own.stream()
                .map(Call::text)
                .filter(text -> text.matches("mmap\\(0x[0-9a-f]+, 524288, PROT_READ\\|PROT_WRITE, .*MAP_ANONYMOUS.*"))
                .toList();

        assertEquals(1, chunks.size(), chunks.toString());
    }

    @Test
    void no_socket_is_made() {
        List<String> sockets =
                own.stream().filter(call -> call.is("socket")).map(Call::text).toList();

        assertEquals(List.of(), sockets);
    }

    /** Else the thread that makes the keeper may have its stack there. */
    @Test
    void what_the_keeper_does_not_get_is_all_that_was_reserved_for_the_heap_and_no_more() {
        int reserve = IntStream.range(0, own.size())
                .filter(i -> own.get(i).text().matches("mmap\\(NULL, \\d+, PROT_NONE, .*MAP_NORESERVE.*"))
                .findFirst()
                .orElseThrow();
        String keepBack = own.stream()
                .map(Call::text)
                .filter(text -> text.contains("MADV_DONTFORK"))
                .findFirst()
                .orElseThrow();
        long start = number(keepBack, 0);
        long size = number(keepBack, 1);

        // what is too much at both ends, because the heap's address is a multiple of something, is given back
        long left = number(own.get(reserve).text(), 1);
        for (Call call : own.subList(reserve + 1, reserve + 3)) {
            if (call.is("munmap")) {
                long end = number(call.text(), 0) + number(call.text(), 1);
                assertTrue(end == start || number(call.text(), 0) == start + size, call + " " + keepBack);
                left -= number(call.text(), 1);
            }
        }
        assertEquals(left, size);
    }

    private static long number(String call, int argument) {
        return Long.decode(
                call.substring(call.indexOf('(') + 1, call.indexOf(')')).split(", ")[argument]);
    }

    /** The kernel would copy the tables of it, and each page to which k8s-exec writes then. */
    @Test
    void the_keeper_does_not_get_the_heap() {
        String status = pod.exec(
                        "agent",
                        Pod.request("sh", "cat /proc/$PPID/status", Map.of()).getBytes(StandardCharsets.UTF_8),
                        "env",
                        "GO_K8S_CONTAINER_SHARED_ROOT=/go",
                        Pod.K8S_EXEC.toString(),
                        "run")
                .assertExitCode(0)
                .text();

        Map<String, String> fields = status.lines()
                .map(line -> line.split(":\\s+", 2))
                .collect(Collectors.toMap(field -> field[0], field -> field[1]));
        assertEquals("k8s-exec-keeper", fields.get("Name"));
        int kibibytes = Integer.parseInt(fields.get("VmSize").split(" ")[0]);
        assertTrue(kibibytes < 100_000, "its address space has " + kibibytes + " kB, and the heap alone 1.5 GB");
    }

    @Test
    void no_byte_of_the_output_passes_through_it() {
        long bytes = own.stream()
                .filter(call ->
                        call.is("read", "readv", "pread64", "write", "writev", "pwrite64", "splice", "sendfile"))
                .mapToLong(Call::result)
                .filter(count -> count > 0)
                .sum();

        // the request is read, of which the script is a part
        assertTrue(bytes > SCRIPT.length() && bytes < 100_000, bytes + " bytes");
    }

    @Test
    void two_folders_and_no_file_are_made_in_the_shared_volume() {
        List<String> made = own.stream()
                .filter(call -> call.result() >= 0)
                .map(Call::text)
                .filter(text -> text.startsWith("mkdir") || text.startsWith("open") && text.contains("O_CREAT"))
                // the guest's name, once in the life of a Pod
                .filter(text -> !text.contains("\"/dev/shm/k8s-exec-guests-"))
                .toList();

        assertEquals(2, made.size(), made.toString());
    }
}
