package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

    /** @param result what it returned; negative for an error */
    private record Call(int process, String text, long result) {
        private static final Pattern LINE =
                Pattern.compile("(\\d+) +(<\\.\\.\\. \\w+ resumed>)?(.*?)(<unfinished \\.\\.\\.>| += (-?\\d+).*)");

        /** Of calls that another one came between there are two lines. */
        static List<Call> parse(Stream<String> lines) {
            Map<Integer, String> unfinished = new HashMap<>();
            List<Call> calls = new ArrayList<>();
            lines.map(LINE::matcher).filter(Matcher::matches).forEach(line -> {
                int process = Integer.parseInt(line.group(1));
                String text = line.group(2) == null ? line.group(3) : unfinished.remove(process) + line.group(3);
                if (line.group(5) == null) {
                    unfinished.put(process, text);
                } else {
                    calls.add(new Call(process, text, Long.parseLong(line.group(5))));
                }
            });
            return calls;
        }

        boolean is(String... names) {
            return List.of(names).contains(text.substring(0, text.indexOf('(')));
        }
    }

    @BeforeAll
    static void trace() {
        Pod.requireNative();
        Result result = pod.exec(
                "agent",
                Pod.request("sh", SCRIPT, Map.of()).getBytes(StandardCharsets.UTF_8),
                "env",
                "GO_K8S_CONTAINER_SHARED_ROOT=/go",
                "strace",
                "-f",
                "-s",
                "128",
                "-o",
                "/tmp/trace",
                Pod.K8S_EXEC.toString(),
                "run");
        assertEquals(OUTPUT, result.assertExitCode(0).out().length);
        calls = Call.parse(
                pod.exec("agent", "cat", "/tmp/trace").assertExitCode(0).text().lines());
    }

    /** k8s-exec's own, without the child's. */
    private static List<Call> own() {
        Set<Integer> threads = new HashSet<>(Set.of(calls.get(0).process()));
        calls.stream()
                .filter(call -> call.text().contains("CLONE_THREAD"))
                .forEach(call -> threads.add((int) call.result()));
        return calls.stream().filter(call -> threads.contains(call.process())).toList();
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

    @Test
    void of_each_process_few_entries_are_read_in_proc() {
        List<String> entries = own().stream()
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
        // of each its stat and its mount namespace; of the guest and of k8s-exec itself also the other namespaces
        assertTrue(entries.size() <= 2 * PROCESSES + 35, entries.size() + " entries: " + entries);
    }

    @Test
    void no_byte_of_the_output_passes_through_it() {
        long bytes = own().stream()
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
        List<String> made = own().stream()
                .filter(call -> call.result() >= 0)
                .map(Call::text)
                .filter(text -> text.startsWith("mkdir") || text.startsWith("open") && text.contains("O_CREAT"))
                .toList();

        assertEquals(2, made.size(), made.toString());
    }
}
