package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A task is cancelled while it prints more than the console takes: its server does not answer before the task has, so
 * who waits for it waits for ever.
 */
@Timeout(60)
class FloodCancelTest {

    /** The script's own clean-up prints, too, and has to get through. */
    private static final String FLOOD = "clean_up() { kill $!; echo cleaned up; echo done >&2\n"
            + "result '{\"outcome\":\"canceled\",\"exitCode\":143,\"signal\":\"TERM\"}'; exit 143; }\n"
            + "trap clean_up TERM\nyes 'some line' &\nwait\n";

    @TempDir
    Path folder;

    private final CountDownLatch answered = new CountDownLatch(1);

    @Test
    void gocd_cancels_the_job() {
        assertEndsWithCleanUp(() -> {
            while (ProcessHandle.current().children().noneMatch(FloodCancelTest::isWatch)) {
                Thread.onSpinWait();
            }
            GoAgent.cancel();
        });
    }

    @Test
    void the_agent_interrupts_the_task() {
        assertEndsWithCleanUp(Thread.currentThread()::interrupt);
    }

    private void assertEndsWithCleanUp(Runnable cancel) {
        Task task = Task.with(folder, FakeK8sExec.thatDoes(folder, FLOOD))
                .console(Duration.ofMillis(50), 2_000_000, 4_000)
                .beforeTask(console -> console.onUpload(this::awaitAnswer))
                .toRing((tag, line) -> {
                    if (line.startsWith("k8s-exec: the output comes faster")) {
                        new Thread(cancel).start();
                    }
                })
                .afterAnswer(() -> {
                    Thread.interrupted();
                    answered.countDown();
                });

        assertEquals(
                "failed: Script was canceled by SIGTERM, exit code: 143.",
                task.run().toString());

        List<String> lines = task.lines();
        int leftOut = IntStream.range(0, lines.size())
                .filter(i -> lines.get(i).matches("&1 k8s-exec: [0-9]+ lines [(][0-9]+ kB[)] are left out here: .*"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing says what was left out"));
        assertTrue(
                lines.subList(leftOut, lines.size()).containsAll(List.of("&1 cleaned up", "&1 done")),
                "the last lines are gone");
        assertTrue(lines.size() - leftOut < 30_000, "too much is kept");
        assertEquals(0, task.console.dropped());
    }

    private static boolean isWatch(ProcessHandle process) {
        return process.info().arguments().map(List::of).orElse(List.of()).contains("read -r nothing");
    }

    private void awaitAnswer() {
        try {
            answered.await();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts the console", e);
        }
    }
}
