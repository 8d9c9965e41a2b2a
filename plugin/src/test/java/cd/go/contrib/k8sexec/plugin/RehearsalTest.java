package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.run.VersionCheck;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the plugin does when GoCD has loaded it, so that an agent's first task is as quick as the others. */
@Timeout(60)
class RehearsalTest {

    @TempDir
    Path folder;

    /** What costs the time is the loading of classes: it was 470 of them. How much that is bench/run measures. */
    @Test
    void leaves_few_classes_for_the_first_task_to_load() throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "echo line\n" + FakeK8sExec.SUCCESS);

        assertTrue(classesOfFirstTask(k8sExec, "loaded") < 100, "many are left");
        assertTrue(classesOfFirstTask(k8sExec) > 300, "the test counts something else");
    }

    @Test
    void runs_nothing_and_leaves_nothing() throws Exception {
        FakeK8sExec k8sExec = FakeK8sExec.withoutReading(folder, "echo 2.0.0");
        Task task = Task.with(folder, k8sExec);

        rehearse(task);

        assertEquals("--version\n", k8sExec.read("arguments"));
        assertFalse(k8sExec.has("gc-ran"));
        assertEquals(List.of(), task.filesLeft());
    }

    @Test
    void does_not_mind_a_server_that_has_no_k8s_exec() {
        rehearse(new Task(folder));
    }

    private static void rehearse(Task task) {
        new Rehearsal(task.agent(), new VersionCheck(task.agent().executableVersions()), new ObjectMapper()).run();
    }

    private int classesOfFirstTask(FakeK8sExec k8sExec, String... loaded) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                FirstTask.class.getName(),
                k8sExec.path().toString(),
                new Task(folder).temporaryFolder.toString()));
        command.addAll(List.of(loaded));
        Process agent = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String count = new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, agent.waitFor());
        return Integer.parseInt(count.strip());
    }
}
