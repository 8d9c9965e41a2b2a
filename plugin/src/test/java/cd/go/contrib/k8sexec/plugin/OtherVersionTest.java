package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a task needs is sent to a k8s-exec that knows it, in words that this one knows, or it is refused. */
class OtherVersionTest {

    @TempDir
    Path folder;

    private FakeK8sExec k8sExec;

    @BeforeEach
    void make() {
        k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);
    }

    @Test
    void a_tasks_container_is_a_field_of_the_request() {
        Task.with(folder, k8sExec.of("2.1.0"))
                .property("container", "tools")
                .property("grace", "5s")
                .run();

        assertEquals("tools", request().path("container").textValue());
        assertEquals(List.of("--grace=5s"), options());
    }

    @Test
    void standard_input_stays_open_for_a_k8s_exec_that_takes_its_end_as_a_cancel() {
        FakeK8sExec open = FakeK8sExec.thatDoes(
                folder, "read -t 1 -r more || [ $? -gt 128 ] && touch \"$here/open\"\n" + FakeK8sExec.SUCCESS);
        Task.with(folder, open.of("2.1.0")).run();

        assertTrue(request().path("lifeline").booleanValue());
        assertTrue(open.has("open"), "it has ended");
    }

    @Test
    void an_older_k8s_exec_reads_its_request_to_the_end_of_the_stream() {
        Task.with(folder, k8sExec.of("2.0.0")).run();

        assertTrue(request().path("lifeline").isMissingNode());
        assertEquals("{", k8sExec.read("request.json").substring(0, 1));
    }

    @Test
    void an_older_k8s_exec_gets_the_container_by_options() {
        Task.with(folder, k8sExec.of("2.0.0")).property("container", "tools").run();

        assertTrue(request().path("container").isMissingNode());
        assertEquals(List.of("--container=tools", "--pid="), options());
    }

    @Test
    void a_k8s_exec_that_tells_no_version_counts_as_the_oldest() {
        Task.with(folder, k8sExec).property("container", "tools").run();

        assertEquals(List.of("--container=tools", "--pid="), options());
    }

    @Test
    void a_newer_k8s_exec_gets_the_way_in() {
        Task.with(folder, k8sExec.of("2.2.0")).property("enter", "setns").run();

        assertEquals(List.of("--enter=setns"), options());
    }

    @Test
    void a_newer_k8s_exec_is_told_to_hold() {
        Task.with(folder, k8sExec.of("2.1.0")).property("hold", " 15m ").run();

        assertEquals(List.of("--hold-on-failure=15m"), options());
    }

    @Test
    void an_older_k8s_exec_that_is_to_hold_is_refused_with_both_versions() {
        String message =
                Task.with(folder, k8sExec.of("2.0.0")).property("hold", "15m").run().message;

        assertTrue(message.startsWith("The task sets \"hold\", which needs k8s-exec 2.1.0 or newer. "), message);
        assertTrue(message.contains(" is 2.0.0, the plugin is 2.1.0. Nothing was run. "), message);
        assertFalse(k8sExec.has("result"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.0.0", ""})
    void a_way_in_with_an_older_k8s_exec_is_refused_with_both_versions(String version) {
        if (!version.isEmpty()) {
            k8sExec.of(version);
        }
        String message = Task.with(folder, k8sExec).property("enter", "setns").run().message;

        assertTrue(
                message.startsWith(
                        "The task sets \"enter\", which needs k8s-exec 2.1.0 or newer. This agent's k8s-exec ("
                                + k8sExec.path() + ") "
                                + (version.isEmpty() ? "does not tell its version" : "is " + version)),
                message);
        assertTrue(message.contains("the plugin is 2.1.0"), message);
        assertTrue(
                message.endsWith(
                        "Put k8s-exec 2.1.0 or newer into the agent's image, or take \"enter\" out of the task."),
                message);
        assertFalse(k8sExec.has("result")
                || k8sExec.has("arguments") && k8sExec.read("arguments").startsWith("run"));
    }

    private JsonNode request() {
        return GoAgent.parse(k8sExec.read("request.json"));
    }

    private List<String> options() {
        return k8sExec.read("arguments").lines().skip(3).toList();
    }
}
