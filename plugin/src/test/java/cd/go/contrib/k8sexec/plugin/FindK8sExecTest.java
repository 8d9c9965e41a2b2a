package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the plugin looks for k8s-exec, and what it says if there is none that it can start. */
@Timeout(60)
class FindK8sExecTest {
    @TempDir
    Path folder;

    @Test
    void finds_k8s_exec_in_the_path_then_in_its_usual_place() {
        FakeK8sExec usual = FakeK8sExec.thatDoes(folder.resolve("usual"), FakeK8sExec.SUCCESS);
        FakeK8sExec inPath = FakeK8sExec.thatDoes(folder.resolve("in path"), FakeK8sExec.SUCCESS);
        Task task = new Task(folder).usualExecutable(usual.path());

        assertTrue(task.agentVariable("PATH", "").run().success);
        assertTrue(usual.has("arguments"));
        assertTrue(task.agentVariable("PATH", ":/nowhere:" + inPath.path().getParent())
                .run()
                .success);
        assertTrue(inPath.has("arguments"));
    }

    @Test
    void says_where_it_looked_for_k8s_exec() {
        Task task = new Task(folder).agentVariable("PATH", "/nowhere:" + folder);

        assertEquals(
                "failed: k8s-exec was not found on this agent, so nothing was run. Looked in the agent's PATH "
                        + "(/nowhere:"
                        + folder + ") and for /nowhere/k8s-exec. Use an agent image with k8s-exec in it,"
                        + " or set K8S_EXEC in the agent's container to the path of k8s-exec.",
                task.run().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", ".", "not-executable", "\0"})
    void does_not_look_elsewhere_if_the_agent_says_where_k8s_exec_is(String name) throws IOException {
        FakeK8sExec usual = FakeK8sExec.thatDoes(folder.resolve("usual"), FakeK8sExec.SUCCESS);
        Files.writeString(folder.resolve("not-executable"), "");
        String wrong = folder + "/" + name;

        GoAgent.Answer answer = new Task(folder)
                .usualExecutable(usual.path())
                .agentVariable("K8S_EXEC", wrong)
                .run();

        assertEquals(
                "failed: The agent's environment variable K8S_EXEC is " + wrong + ", which is not an executable file."
                        + " Nothing was run. Set it to the path of k8s-exec in the agent's container, or unset it "
                        + "to have k8s-exec looked for.",
                answer.toString());
    }

    @Test
    void says_why_k8s_exec_could_not_be_started() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "");
        k8sExec.write("k8s-exec", "#!/nowhere/bash\n");
        Task task = Task.with(folder, k8sExec);

        String message = task.run().message;

        assertTrue(
                message.startsWith("k8s-exec could not be started: " + k8sExec.path() + ". The system's reason: "),
                message);
        assertTrue(message.contains("No such file or directory"), message);
        assertEquals(List.of(), task.filesLeft());
    }
}
