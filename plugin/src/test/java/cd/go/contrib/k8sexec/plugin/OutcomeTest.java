package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the task says of the end of k8s-exec, which a shell script stands for. */
@Timeout(60)
class OutcomeTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'outcome':'exited','exitCode':0}|passed: Script completed successfully.",
                "{'outcome':'exited','exitCode':3,'signal':null,'error':null}|failed: Script completed with exit "
                        + "code: 3.",
                "{'outcome':'exited','exitCode':125}|failed: Script completed with exit code: 125.",
                "{'outcome':'signaled','exitCode':137,'signal':'KILL'}"
                        + "|failed: Script was killed by SIGKILL, exit code: 137.",
                "{'outcome':'signaled','exitCode':137,'signal':'KILL','reason':'the limit was reached'}"
                        + "|failed: Script was killed by SIGKILL, exit code: 137. The limit was reached.",
                "{'outcome':'exited','exitCode':2,'signal':null,'reason':'the limit was reached'}"
                        + "|failed: Script completed with exit code: 2. The limit was reached.",
                "{'outcome':'timedOut','exitCode':124,'signal':null,'reason':null}"
                        + "|failed: Script was ended because it ran longer than its timeout, exit code: 124.",
                "{'outcome':'timedOut','exitCode':124,'reason':'it ran longer than its timeout of 30s'}"
                        + "|failed: Script was ended because it ran longer than its timeout of 30s, exit code: 124.",
                "{'outcome':'signaled','exitCode':139,'signal':null}"
                        + "|failed: Script was killed by SIGSEGV, exit code: 139.",
                "{'outcome':'signaled','exitCode':162,'signal':null}|failed: Script was killed by signal 34, exit "
                        + "code: 162.",
                "{'outcome':'canceled','exitCode':143,'signal':'TERM'}|failed: Script was canceled by SIGTERM, "
                        + "exit code: 143.",
                "{'outcome':'error','exitCode':125,'error':'PID_DEAD','message':'No process 7. Set it.'}"
                        + "|failed: [PID_DEAD] No process 7. Set it.",
                "{'outcome':'error','exitCode':125,'error':'PID_DEAD','message':null}"
                        + "|failed: [PID_DEAD] k8s-exec gave no reason.",
                "{'outcome':'exited','exitCode':0,'newer':{'field':[1]}}|passed: Script completed successfully."
            })
    void says_how_the_script_ended(String result, String answer) {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "result '" + result.replace('\'', '"') + "'\nexit 42\n");

        assertEquals(answer, Task.with(folder, k8sExec).run().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "exit 0|0|its result file is empty",
                "exit 5|5|its result file is empty",
                "rm \"$result_file\"|0|its result file is gone",
                "rm \"$result_file\"; mkdir \"$result_file\"|0|its result file is gone",
                "result 'exited 0'|0|its result file is not JSON",
                "result '{\"outcome\":\"exited\",'; exit 7|7|its result file is not JSON",
                "result '[]'|0|its result file has no outcome that this plugin knows",
                "result '{\"outcome\":\"EXITED\",\"exitCode\":0}'|0|its result file has no outcome that this "
                        + "plugin knows",
                "result '{\"exitCode\":0}'|0|its result file has no outcome that this plugin knows",
                "result '{\"outcome\":\"exited\"}'|0|its result file has no exit code",
                "result '{\"outcome\":\"exited\",\"exitCode\":\"0\"}'|0|its result file has no exit code"
            })
    void never_takes_the_exit_code_for_the_outcome(String commands, int exitCode, String reason) {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "echo printed\n" + commands + "\n");
        Task task = Task.with(folder, k8sExec);

        assertEquals(
                "failed: k8s-exec ended with exit code " + exitCode + " without saying how the script ended: " + reason
                        + ". What it printed is above.",
                task.run().toString());
        assertEquals(List.of("&1 printed"), task.lines());
        assertFalse(k8sExec.has("gc-ran"));
    }

    @Test
    void says_that_k8s_exec_was_killed_and_sweeps_what_it_left() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "kill -KILL $$\n");
        Task task = Task.with(folder, k8sExec);

        assertEquals(
                "failed: k8s-exec ended with exit code 137 (killed by SIGKILL) without saying how the script "
                        + "ended: its result file is empty. What it printed is above.",
                task.run().toString());
        assertTrue(k8sExec.has("gc-ran"));
        assertEquals(List.of(), task.filesLeft());
    }

    @Test
    void says_what_to_do_if_the_sweep_fails() {
        FakeK8sExec k8sExec =
                FakeK8sExec.thatDoes(folder, "sed -i 's/exit 0/exit 1/' \"$here/k8s-exec\"\nkill -KILL $$\n");

        String message = Task.with(folder, k8sExec).run().message;

        assertTrue(
                message.contains("Its processes and files may be left: run k8s-exec gc in the agent's container."),
                message);
    }

    @Test
    void does_not_wait_for_a_sweep_that_hangs() {
        FakeK8sExec k8sExec =
                FakeK8sExec.thatDoes(folder, "sed -i 's/exit 0/exec sleep 1000/' \"$here/k8s-exec\"\nkill -KILL $$\n");
        Task task = Task.with(folder, k8sExec).patience(Duration.ofSeconds(1), Duration.ofSeconds(1));

        assertFalse(task.run().success);
    }
}
