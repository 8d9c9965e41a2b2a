package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end from outside: GoCD interrupts the task's thread or ends the agent. */
@Timeout(60)
class CancelTest {

    private static final String CANCELED = "result '{\"outcome\":\"canceled\",\"exitCode\":143,\"signal\":\"TERM\"}'";

    @TempDir
    Path folder;

    private final AtomicBoolean interruptedAfterwards = new AtomicBoolean();

    @Test
    void an_interrupt_ends_k8s_exec_and_waits_for_its_clean_up() throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(
                folder, onTerm("sleep 0.5; echo cleaned up; touch \"$here/cleaned\"; " + CANCELED));
        Task task = Task.with(folder, k8sExec);

        GoAgent.Answer answer = interruptAfterFirstLine(task);

        assertEquals("failed: Script was canceled by SIGTERM, exit code: 143.", answer.toString());
        assertTrue(k8sExec.has("cleaned"));
        assertTrue(interruptedAfterwards.get(), "the interrupt was swallowed");
        assertEquals(List.of("&1 ready", "&1 cleaned up"), task.lines());
        assertEquals(List.of(), task.filesLeft());
    }

    @Test
    void an_interrupt_ends_a_k8s_exec_that_has_not_read_its_request() throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.withoutReading(folder, onTerm(CANCELED));
        Task task = Task.with(folder, k8sExec).variable("LARGE", "x".repeat(2_000_000));

        assertEquals(
                "failed: Script was canceled by SIGTERM, exit code: 143.",
                interruptAfterFirstLine(task).toString());
    }

    @Test
    void an_interrupted_task_is_canceled_even_if_the_script_succeeds() throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, onTerm(FakeK8sExec.SUCCESS));

        assertEquals(
                "failed: Script was canceled: the agent ended the task.",
                interruptAfterFirstLine(Task.with(folder, k8sExec)).toString());
    }

    @Test
    void a_k8s_exec_that_does_not_end_is_killed_and_swept_after() throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "trap '' TERM\necho ready\nwhile :; do sleep 0.1; done\n");
        Task task = Task.with(folder, k8sExec).patience(Duration.ofSeconds(1), Duration.ofSeconds(1));

        GoAgent.Answer answer = interruptAfterFirstLine(task);

        assertEquals("failed: Script was canceled: the agent ended the task.", answer.toString());
        assertTrue(k8sExec.has("gc-ran"));
        assertTrue(interruptedAfterwards.get(), "the interrupt was swallowed");
        assertEquals(List.of(), task.filesLeft());
    }

    @ParameterizedTest
    @CsvSource({"grace,30s,", ",,30", "grace,30s,10"})
    void a_longer_grace_period_is_not_cut_short(String property, String value, String ofAgent) throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, onTerm("sleep 2; touch \"$here/cleaned\"; " + CANCELED));
        Task task = Task.with(folder, k8sExec).patience(Duration.ofSeconds(1), Duration.ofSeconds(1));
        if (property != null) {
            task.property(property, value);
        }
        if (ofAgent != null) {
            task.agentVariable("GO_K8S_GRACE", ofAgent);
        }

        interruptAfterFirstLine(task);

        assertTrue(k8sExec.has("cleaned"), "k8s-exec was killed");
        assertFalse(k8sExec.has("gc-ran"));
    }

    @Test
    void a_thread_that_is_interrupted_already_runs_nothing() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);
        GoAgent.Answer answer = runInterrupted(Task.with(folder, k8sExec));

        assertEquals("failed: Script was canceled: the agent ended the task.", answer.toString());
        assertFalse(k8sExec.has("arguments"));
    }

    @Test
    void the_end_of_the_agent_ends_k8s_exec_and_waits_for_its_clean_up() throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, onTerm("sleep 1; touch \"$here/cleaned\"; " + CANCELED));
        Task task = new Task(folder);
        Process agent = AgentProcess.start(k8sExec.path(), task.temporaryFolder);
        assertEquals("ready", new String(agent.getInputStream().readNBytes(5), StandardCharsets.UTF_8));

        agent.destroy();

        assertTrue(agent.waitFor(20, TimeUnit.SECONDS), "the agent hangs");
        assertTrue(k8sExec.has("cleaned"), "the agent did not wait");
        assertEquals(List.of(), task.filesLeft());
    }

    @Test
    void leaves_no_shutdown_hook_behind() throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);
        Process agent = AgentProcess.start(k8sExec.path(), new Task(folder).temporaryFolder);

        assertEquals(
                "passed: Script completed successfully.\n0 hooks\n",
                new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    /** A script that runs on until SIGTERM comes, then does what is given and ends. */
    private static String onTerm(String commands) {
        return "clean_up() {\nkill $!\n" + commands + "\nexit 143\n}\ntrap clean_up TERM\n"
                + "sleep 30 >/dev/null 2>&1 &\necho ready\nwait\n";
    }

    private GoAgent.Answer interruptAfterFirstLine(Task task) {
        Thread taskThread = Thread.currentThread();
        task.toRing((tag, line) -> {
            if (line.equals("ready")) {
                taskThread.interrupt();
            }
        });
        return runAndClearInterrupt(task);
    }

    private GoAgent.Answer runInterrupted(Task task) {
        Thread.currentThread().interrupt();
        return runAndClearInterrupt(task);
    }

    /** The test's own end of the console needs a thread that is not interrupted. */
    private GoAgent.Answer runAndClearInterrupt(Task task) {
        task.afterAnswer(() -> interruptedAfterwards.set(Thread.interrupted()));
        return task.run();
    }
}
