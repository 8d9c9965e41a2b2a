package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a task's properties, said when it is saved and before it runs. */
class ValidationTest {
    @TempDir
    Path folder;

    private final GoAgent gocd = new GoAgent(new K8sExecutorPlugin());

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
        assertTrue(gocd.answer(request, GoAgent.propertiesBody("", "sh"))
                .at("/errors/script")
                .isTextual());
        assertEquals(GoAgent.parse("{\"errors\":{}}"), gocd.answer(request, GoAgent.propertiesBody("make", "sh")));
    }

    @Test
    void refuses_properties_that_are_not_json() {
        assertEquals(400, gocd.ask("validate", "{").responseCode());
        assertTrue(gocd.answer("validate", null).at("/errors/script").isTextual());
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

    private Map<String, String> errors(String script, String shell) {
        return errors(GoAgent.propertiesBody(script, shell));
    }

    private Map<String, String> errors(Map<String, String> properties) {
        return errors(GoAgent.propertiesBody(properties));
    }

    private Map<String, String> errors(String body) {
        Map<String, String> errors = new TreeMap<>();
        gocd.answer("validate", body)
                .get("errors")
                .properties()
                .forEach(error -> errors.put(error.getKey(), error.getValue().textValue()));
        return errors;
    }
}
