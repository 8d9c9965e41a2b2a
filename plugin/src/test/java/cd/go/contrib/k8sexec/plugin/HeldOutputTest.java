package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Output that a process which the script left running still holds open when the task ends. */
@Timeout(60)
class HeldOutputTest {

    private static final String CUT_OFF =
            "k8s-exec: a process that the script left running still holds its output open;"
                    + " what it prints from now on is not shown here.";

    @TempDir
    Path folder;

    private FakeK8sExec k8sExec;

    @Test
    void a_task_does_not_wait_for_a_background_process_and_prints_nothing_after_its_answer() {
        Task task = taskThatLeaves(
                "while [ ! -e \"$here/answered\" ]; do sleep 0.02; done; echo late; touch \"$here/printed\"",
                "echo before; printf 'unfinished'\n(while kill -0 $$ 2>/dev/null; do :; done; echo ' soon') &\n");
        task.patience(Duration.ofSeconds(5), Duration.ofSeconds(2));
        List<String> late = Collections.synchronizedList(new ArrayList<>());
        task.toRing((tag, line) -> late.add(line)).afterAnswer(() -> {
            late.clear();
            k8sExec.write("answered", "");
            awaitEnd();
        });

        assertTrue(task.run().success);

        assertEquals(List.of("&1 before", "&1 unfinished soon", "&1 " + CUT_OFF), task.lines());
        assertEquals(List.of(), late);
        assertFalse(k8sExec.has("printed"), "what it printed was still taken");
    }

    @Test
    void a_task_does_not_read_on_for_ever_what_a_background_process_prints_without_end() {
        AtomicLong lines = new AtomicLong();
        List<String> others = Collections.synchronizedList(new ArrayList<>());
        Task task = taskThatLeaves("yes background", "echo before\n").toServer((tag, line) -> {
            if (line.equals("background")) {
                lines.incrementAndGet();
            } else {
                others.add(line);
            }
        });

        assertTrue(task.run().success);

        awaitEnd();
        assertTrue(lines.get() > 0);
        assertEquals("before", others.get(0));
        assertEquals(CUT_OFF, others.get(others.size() - 1));
    }

    @Test
    void nothing_of_a_task_is_left_in_the_agent() throws Exception {
        assertTrue(taskThatLeaves("true", "echo out; echo err >&2\n").run().success);
        List<String> before = descriptors();

        for (int i = 0; i < 5; i++) {
            assertTrue(taskThatLeaves("true", "echo out; echo err >&2\n").run().success);
        }
        assertTrue(taskThatLeaves("sleep 30", "").run().success);
        kill();
        k8sExec.write("k8s-exec", "#!/no/such/interpreter\n");
        assertFalse(Task.with(folder, k8sExec).run().success);

        while (!descriptors().equals(before) || !threads().isEmpty()) {
            Thread.sleep(20); // their threads end a moment after the answer
        }
    }

    /** A task that leaves one process running, with stdout and stderr, and ends. */
    private Task taskThatLeaves(String background, String commands) {
        k8sExec = FakeK8sExec.thatDoes(
                folder, commands + "{ " + background + "; } &\necho $! > \"$here/pid\"\n" + FakeK8sExec.SUCCESS);
        return Task.with(folder, k8sExec);
    }

    private Optional<ProcessHandle> background() {
        return ProcessHandle.of(Long.parseLong(k8sExec.read("pid").strip()));
    }

    private void awaitEnd() {
        while (background().isPresent()) {
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void kill() {
        background().ifPresent(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("k8s-exec"))
                .toList();
    }

    /** What of pipes and of their watching is open. */
    private static List<String> descriptors() throws IOException {
        List<String> kinds = new ArrayList<>();
        for (String number : new File("/proc/self/fd").list()) {
            Path link = Path.of("/proc/self/fd", number);
            String target = Files.exists(link, LinkOption.NOFOLLOW_LINKS)
                    ? Files.readSymbolicLink(link).toString()
                    : "";
            if (target.startsWith("pipe:") || target.startsWith("anon_inode:")) {
                kinds.add(target.replaceAll("[0-9]", ""));
            }
        }
        Collections.sort(kinds);
        return kinds;
    }
}
