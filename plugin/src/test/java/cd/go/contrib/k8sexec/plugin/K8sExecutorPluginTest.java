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
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class K8sExecutorPluginTest {

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
        assertEquals(GoAgent.parse("{"
                + "\"script\":{\"display-name\":\"Script\",\"display-order\":\"0\",\"required\":true,\"secure\":false},"
                + "\"shtype\":{\"display-name\":\"Shell\",\"default-value\":\"bash\",\"display-order\":\"1\","
                + "\"required\":true,\"secure\":false}}"), answer(request, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"view", "go.plugin-settings.get-view"})
    void has_a_form_for_each_property_with_its_error_beside_it(String request) {
        JsonNode view = answer(request, null);
        String template = view.get("template").textValue();

        assertEquals("k8s Executor", view.get("displayValue").textValue());
        assertAll(List.of("ng-model=\"script\"", "ng-model=\"shtype\"", "ng-init=\"shtype = shtype || 'bash'\"",
                "{{ GOINPUTNAME[script].$error.server }}", "{{ GOINPUTNAME[shtype].$error.server }}", "monospace",
                "<option value=\"bash\">", "<option value=\"zsh\">", "<option value=\"sh\">").stream()
                .map(part -> () -> assertTrue(template.contains(part), part + " is not in " + template)));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "missing", value = {
            "make,bash,", "make,zsh,", "make,sh,", "make,'',", "make,missing,", "make,' bash ',",
            "'',bash,script", "' \t',bash,script", "missing,bash,script",
            "make,fish,shtype", "make,/bin/bash,shtype", "make,BASH,shtype", "make,bash -x,shtype",
            "'',fish,script shtype"})
    void validates_each_property(String script, String shell, String keysWithErrors) {
        Map<String, String> errors = errors(script, shell);

        assertEquals(keysWithErrors == null ? "" : keysWithErrors, String.join(" ", new TreeMap<>(errors).keySet()));
    }

    @Test
    void says_of_each_wrong_property_what_to_do() {
        assertEquals("The script is empty. Enter the commands that the task is to run.", errors("", "sh").get("script"));
        assertEquals("The shell \"fish\" is not supported. Use bash, zsh, sh.", errors("make", "fish").get("shtype"));
    }

    @Test
    void does_not_repeat_a_long_value_or_one_with_control_characters() {
        assertEquals("The shell (a value of 40 characters) is not supported. Use bash, zsh, sh.",
                errors("make", "s3cr3t-t0ken".repeat(4).substring(0, 40)).get("shtype"));
        assertEquals("The shell (a value of 4 characters) is not supported. Use bash, zsh, sh.",
                errors("make", "a\nbc").get("shtype"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"validate", "go.plugin-settings.validate-configuration"})
    void validates_under_both_names(String request) {
        assertTrue(answer(request, GoAgent.propertiesBody("", "sh")).at("/errors/script").isTextual());
        assertEquals(GoAgent.parse("{\"errors\":{}}"), answer(request, GoAgent.propertiesBody("make", "sh")));
    }

    @Test
    void refuses_properties_that_are_not_json() {
        assertEquals(400, gocd.ask("validate", "{").responseCode());
        assertTrue(answer("validate", null).at("/errors/script").isTextual());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "publish-artifact", "go.cd.elastic-agent.ping"})
    void tells_gocd_that_it_does_not_know_other_requests(String request) {
        Throwable error = assertThrows(IllegalArgumentException.class, () -> gocd.ask(request, "{}"));

        assertInstanceOf(UnhandledRequestTypeException.class, error.getCause());
    }

    @ParameterizedTest
    @CsvSource({"'',sh,The script is empty.", "make,fish,The shell \"fish\" is not supported."})
    void validates_again_before_it_runs_anything(String script, String shell, String message) {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);

        GoAgent.Answer answer = Task.with(folder, k8sExec).script(script).shell(shell).run();

        assertFalse(answer.success);
        assertTrue(answer.message.startsWith(message), answer.message);
        assertFalse(k8sExec.has("arguments"), "k8s-exec was started");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "{\"context\":", "s3cr3t"})
    void fails_on_a_request_that_is_not_gocds(String body) {
        GoAgent.Answer answer = Task.with(folder, FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS)).run(body);

        assertEquals("failed: GoCD's request to run the task is not a JSON object, so nothing was run."
                + " Check that this plugin's version fits GoCD's.", answer.toString());
    }

    @Test
    void answers_with_a_message_even_if_gocd_gives_no_console() {
        K8sExecutorPlugin plugin = new K8sExecutorPlugin(
                Task.with(folder, FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS)).agent());
        GoPluginApiResponse response = new GoAgent(plugin)
                .ask("execute", GoAgent.taskBody("make", "sh", "pipelines/web", Map.of()));

        assertEquals(200, response.responseCode());
        JsonNode answer = GoAgent.parse(response.responseBody());
        assertFalse(answer.get("success").booleanValue());
        assertTrue(answer.get("message").textValue().startsWith("The k8s-executor plugin failed: java.lang.RuntimeException at "
                + "com.thoughtworks.go.plugin.api.task.JobConsoleLogger.getConsoleLogger"), answer.toString());
    }

    private Map<String, String> errors(String script, String shell) {
        Map<String, String> errors = new TreeMap<>();
        answer("validate", GoAgent.propertiesBody(script, shell)).get("errors").properties()
                .forEach(error -> errors.put(error.getKey(), error.getValue().textValue()));
        return errors;
    }

    private JsonNode answer(String request, String body) {
        GoPluginApiResponse response = gocd.ask(request, body);
        assertEquals(200, response.responseCode());
        return GoAgent.parse(response.responseBody());
    }
}
