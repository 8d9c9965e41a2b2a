package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import com.fasterxml.jackson.databind.JsonNode;
import com.thoughtworks.go.plugin.api.exceptions.UnhandledRequestTypeException;
import com.thoughtworks.go.plugin.api.response.GoPluginApiResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class K8sExecutorPluginTest {
    private static final List<String> OPTIONAL =
            List.of("failFast", "trace", "workingDirectory", "container", "user", "enter", "grace", "timeout", "hold");

    @TempDir
    Path folder;

    private final GoAgent gocd = new GoAgent(new K8sExecutorPlugin());

    @Test
    void is_a_task_plugin_of_version_1() {
        assertEquals("task", new K8sExecutorPlugin().pluginIdentifier().getExtension());
        assertEquals(List.of("1.0"), new K8sExecutorPlugin().pluginIdentifier().getSupportedExtensionVersions());
    }

    @ParameterizedTest
    @ValueSource(strings = {"configuration", "go.plugin-settings.get-configuration"})
    void has_the_properties_of_the_plugin_that_it_replaces(String request) {
        JsonNode properties = gocd.answer(request, null);

        assertEquals(
                GoAgent.parse(
                        "{\"display-name\":\"Script\",\"display-order\":\"0\",\"required\":true,\"secure\":false}"),
                properties.get("script"));
        assertEquals(
                GoAgent.parse("{\"display-name\":\"Shell\",\"default-value\":\"bash\",\"display-order\":\"1\","
                        + "\"required\":true,\"secure\":false}"),
                properties.get("shtype"));
    }

    @Test
    void has_optional_properties_without_a_default_that_the_replaced_plugin_had_not() {
        JsonNode properties = gocd.answer("configuration", null);

        assertAll(OPTIONAL.stream().map(key -> () -> {
            assertFalse(properties.get(key).get("required").booleanValue(), key);
            assertFalse(properties.get(key).has("default-value"), key);
            assertEquals(
                    OPTIONAL.indexOf(key) + 2,
                    Integer.parseInt(properties.get(key).get("display-order").textValue()),
                    key);
        }));
        assertEquals(2 + OPTIONAL.size(), properties.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"view", "go.plugin-settings.get-view"})
    void has_a_form_for_each_property_with_its_error_beside_it(String request) {
        JsonNode view = gocd.answer(request, null);
        String template = view.get("template").textValue();

        assertEquals("k8s Executor", view.get("displayValue").textValue());
        assertAll(gocd.answer("configuration", null).properties().stream()
                .map(Map.Entry::getKey)
                .flatMap(key -> Stream.of("ng-model=\"" + key + "\"", "{{ GOINPUTNAME[" + key + "].$error.server }}"))
                .map(part -> () -> assertTrue(template.contains(part), part + " is not in " + template)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "publish-artifact", "go.cd.elastic-agent.ping"})
    void tells_gocd_that_it_does_not_know_other_requests(String request) {
        Throwable error = assertThrows(IllegalArgumentException.class, () -> gocd.ask(request, "{}"));

        assertInstanceOf(UnhandledRequestTypeException.class, error.getCause());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "{\"context\":", "s3cr3t"})
    void fails_on_a_request_that_is_not_gocds(String body) {
        GoAgent.Answer answer = Task.with(folder, FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS))
                .run(body);

        assertEquals(
                "failed: GoCD's request to run the task is not a JSON object, so nothing was run."
                        + " Check that this plugin's version fits GoCD's.",
                answer.toString());
    }

    @Test
    void answers_with_a_message_even_if_gocd_gives_no_console() {
        K8sExecutorPlugin plugin =
                new K8sExecutorPlugin(Task.with(folder, FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS))
                        .agent());
        GoPluginApiResponse response =
                new GoAgent(plugin).ask("execute", GoAgent.taskBody("make", "sh", "pipelines/web", Map.of()));

        assertEquals(200, response.responseCode());
        JsonNode answer = GoAgent.parse(response.responseBody());
        assertFalse(answer.get("success").booleanValue());
        assertTrue(
                answer.get("message")
                        .textValue()
                        .startsWith("The k8s-executor plugin failed: java.lang.RuntimeException at "
                                + "com.thoughtworks.go.plugin.api.task.JobConsoleLogger.getConsoleLogger"),
                answer.toString());
    }
}
