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
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class K8sExecutorPluginTest {

    private static final List<String> OPTIONAL =
            List.of("failFast", "trace", "workingDirectory", "container", "user", "enter", "grace", "timeout");

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
        JsonNode properties = answer(request, null);

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
        JsonNode properties = answer("configuration", null);

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
        JsonNode view = answer(request, null);
        String template = view.get("template").textValue();

        assertEquals("k8s Executor", view.get("displayValue").textValue());
        assertAll(answer("configuration", null).properties().stream()
                .map(Map.Entry::getKey)
                .flatMap(key -> Stream.of("ng-model=\"" + key + "\"", "{{ GOINPUTNAME[" + key + "].$error.server }}"))
                .map(part -> () -> assertTrue(template.contains(part), part + " is not in " + template)));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "missing",
            value = {
                "make,bash,",
                "make,zsh,",
                "make,sh,",
                "make,'',",
                "make,missing,",
                "make,' bash ',",
                "'',bash,script",
                "' \t',bash,script",
                "missing,bash,script",
                "make,python3,",
                "make,/usr/bin/pwsh,",
                "make,/opt/my tools/sh,",
                "'#!/usr/bin/env node',shebang,",
                "make,bash -x,shtype",
                "make,bin/sh,shtype",
                "make,-x,shtype",
                "make,/,shtype",
                "make,/bin/,shtype",
                "make,shebang,shtype",
                "'#!bash',shebang,shtype",
                "'a\0b',sh,script",
                "'',bash -x,script shtype",
                // GoCD puts in the values of parameters only after that
                "make,#{SHELL},",
                "#{SCRIPT},shebang,",
                "#{SCRIPT},bash -x,shtype",
                "'',#{SHELL},script"
            })
    void validates_each_property(String script, String shell, String keysWithErrors) {
        Map<String, String> errors = errors(script, shell);

        assertEquals(keysWithErrors == null ? "" : keysWithErrors, String.join(" ", new TreeMap<>(errors).keySet()));
    }

    @Test
    void says_of_each_wrong_property_what_to_do() {
        assertEquals(
                "The script is empty. Enter the commands that it is to run.",
                errors("", "sh").get("script"));
        assertEquals(
                "The shell \"bash -x\" cannot be one. Use bash, zsh, sh, the name or absolute path of another "
                        + "interpreter, or shebang.",
                errors("make", "bash -x").get("shtype"));
        assertEquals(
                "The shell \"shebang\" needs a script whose first line is #! and an absolute path. Begin it with a "
                        + "line like #!/usr/bin/env python3, or choose a shell.",
                errors("make", "shebang").get("shtype"));
    }

    @ParameterizedTest
    @CsvSource({
        "failFast,true",
        "failFast,FALSE",
        "failFast,' '",
        "trace,true",
        "workingDirectory,web",
        "workingDirectory,./a/../b c/é",
        "timeout,90s",
        "timeout,500ms",
        "timeout,30",
        "timeout,2h",
        "user,agent",
        "user,target",
        "user,1000:0",
        "grace,1m",
        "container,tools",
        "container,sha256:0a",
        "container,''"
    })
    void takes_each_optional_property(String key, String value) {
        assertEquals(Map.of(), errors(Map.of("script", "make", "shtype", "bash", key, value)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "failFast|yes|Fail fast \"yes\" is neither true nor false. Use true or false.",
                "trace|1|Trace \"1\" is neither true nor false. Use true or false.",
                "workingDirectory|/etc|The working directory \"/etc\" is not below the job's. Enter a path "
                        + "relative to the job's directory, without leaving it by \"..\".",
                "workingDirectory|a/../../b|The working directory \"a/../../b\" is not below the job's. Enter a "
                        + "path relative to the job's directory, without leaving it by \"..\".",
                "timeout|1 day|The timeout \"1 day\" is no duration. Use a number of at most 6 digits with ms, s, "
                        + "m or h, like 10s or 30m.",
                "user|root|The user \"root\" names no user. Use agent, target or UID:GID in numbers of at most "
                        + "4294967294, like 1000:1000.",
                "user|9999999999:0|The user \"9999999999:0\" names no user. Use agent, target or UID:GID in "
                        + "numbers of at most 4294967294, like 1000:1000.",
                "grace|-1|The grace period \"-1\" is no duration. Use a number of at most 6 digits with ms, s, m "
                        + "or h, like 10s or 30m.",
                "container|my tools|The container \"my tools\" cannot be one. Enter its name as the Pod has it, "
                        + "without blanks."
            })
    void says_of_each_wrong_optional_property_what_to_do(String key, String value, String message) {
        assertEquals(Map.of(key, message), errors(Map.of("script", "make", "shtype", "bash", key, value)));

        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);
        assertEquals(
                "failed: " + message,
                Task.with(folder, k8sExec).property(key, value).run().toString());
        assertFalse(k8sExec.has("arguments"), "k8s-exec was started");
    }

    @ParameterizedTest
    @CsvSource({"failFast,python3", "trace,/usr/bin/pwsh"})
    void refuses_a_shells_options_with_another_interpreter(String key, String shell) {
        assertTrue(errors(Map.of("script", "make", "shtype", shell, key, "true"))
                .get(key)
                .contains("works with a shell only"));
        assertEquals(Map.of(), errors(Map.of("script", "make", "shtype", shell, key, "false")));
        assertEquals(Map.of(), errors(Map.of("script", "make", "shtype", "/opt/bin/ksh93", key, "true")));
        assertEquals(Map.of(), errors(Map.of("script", "#!/bin/bash", "shtype", "shebang", key, "true")));
        assertEquals(
                Set.of(key),
                errors(Map.of("script", "#!/usr/bin/env perl", "shtype", "shebang", key, "true"))
                        .keySet());
        assertEquals(Map.of(), errors(Map.of("script", "#!/usr/bin/env #{PERL}", "shtype", "shebang", key, "true")));
    }

    @Test
    void does_not_repeat_a_long_value_or_one_with_control_characters() {
        assertTrue(errors("make", "s3cr3t t0ken".repeat(4).substring(0, 40))
                .get("shtype")
                .startsWith("The shell (a value of 40 characters) "));
        assertTrue(errors("make", "a\nbc").get("shtype").startsWith("The shell (a value of 4 characters) "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"validate", "go.plugin-settings.validate-configuration"})
    void validates_under_both_names(String request) {
        assertTrue(answer(request, GoAgent.propertiesBody("", "sh"))
                .at("/errors/script")
                .isTextual());
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
    @CsvSource({"'',sh,The script is empty.", "make,bash -x,The shell \"bash -x\" cannot be one."})
    void validates_again_before_it_runs_anything(String script, String shell, String message) {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);

        GoAgent.Answer answer =
                Task.with(folder, k8sExec).script(script).shell(shell).run();

        assertFalse(answer.success);
        assertTrue(answer.message.startsWith(message), answer.message);
        assertFalse(k8sExec.has("arguments"), "k8s-exec was started");
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

    private Map<String, String> errors(String script, String shell) {
        return errors(GoAgent.propertiesBody(script, shell));
    }

    private Map<String, String> errors(Map<String, String> properties) {
        return errors(GoAgent.propertiesBody(properties));
    }

    private Map<String, String> errors(String body) {
        Map<String, String> errors = new TreeMap<>();
        answer("validate", body)
                .get("errors")
                .properties()
                .forEach(error -> errors.put(error.getKey(), error.getValue().textValue()));
        return errors;
    }

    private JsonNode answer(String request, String body) {
        GoPluginApiResponse response = gocd.ask(request, body);
        assertEquals(200, response.responseCode());
        return GoAgent.parse(response.responseBody());
    }
}
