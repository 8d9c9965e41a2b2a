package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Variables whose names no shell can export, or are longer than any sensible one. */
@Needs(Need.POD)
class EnvironmentNamesIT {
    @RegisterExtension
    static final Pods PODS = new Pods("");

    /** Where the guest's sh sets the environment. */
    private static final String BY_NSENTER = "--enter=nsenter";

    @Test
    void names_that_no_shell_can_export_travel_through_env_and_in_no_argument_list() {
        var environment = Map.of(
                "a.b",
                "1'\n$x \"${y}\" \\",
                "é",
                "ü",
                "wi th",
                "spaces",
                "q'u\\o\"te",
                "3",
                "--split-string",
                "true",
                "-i",
                "x",
                "UID",
                "77",
                "PPID",
                "x",
                "plain",
                "4");
        String script = "tr '\\0' '\\1' </proc/$$/environ; tr '\\0' ' ' </proc/$$/cmdline";
        String seen = PODS.get("debian")
                .k8sExec(Pod.request("bash", script, environment), "run")
                .assertExitCode(0)
                .text();

        environment.forEach((name, value) ->
                assertTrue(("\1" + seen).contains("\1" + name + "=" + value + "\1"), name + " in " + seen));
        assertFalse(seen.contains("K8S_EXEC_V") || seen.contains("K8S_EXEC_ENV"), seen);
    }

    @Test
    void thousands_of_names_that_no_shell_can_export_arrive() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (int i = 0; i < 5000; i++) {
            environment.put("name.of.a.variable." + i, "value '" + i);
        }
        environment.put("x".repeat(118_000) + ".y", "short");
        environment.put(".".repeat(125_000), "not passed on");
        var result = PODS.get("debian")
                .k8sExec(
                        Pod.request(
                                "bash",
                                "tr '\\0' '\\n' </proc/$$/environ | grep -c \"^name.of.a.variable.*=value '\"; "
                                        + "grep -zc 'y=short$' /proc/$$/environ; ! grep -z K8S_EXEC_V /proc/$$/environ",
                                environment),
                        "run",
                        BY_NSENTER)
                .assertExitCode(0);

        assertEquals("5000\n1\n", result.text(), result.toString());
        assertEquals(1, result.errors().lines().count(), result.toString());
        assertTrue(
                result.errors().contains("the name is too long: ....")
                        && result.errors().length() < 400,
                result.toString());

        var busybox = PODS.get("busybox")
                .k8sExec(Pod.request("sh", "echo ran", environment), "run", BY_NSENTER)
                .assertExitCode(0);
        assertTrue(
                busybox.errors().contains("name.of.a.variable.0 ")
                        && busybox.errors().contains(" and 4982 more"),
                busybox.toString());
    }

    @Test
    void where_no_launching_shell_is_needed_every_name_arrives() {
        Pod.requireDirect();
        Map<String, String> environment =
                Map.of("a.b", "1'\n$x", "3", "", "-i", "x", ".".repeat(125_000), "long", "UID", "77");
        String seen = PODS.get("busybox")
                .k8sExec(Pod.request("sh", "tr '\\0' '\\1' </proc/$$/environ", environment), "run")
                .assertExitCode(0)
                .text();

        environment.forEach(
                (name, value) -> assertTrue(("\1" + seen).contains("\1" + name + "=" + value + "\1"), name));
    }

    @Test
    void names_that_cannot_be_passed_on_are_reported_once() {
        var result = PODS.get("busybox")
                .k8sExec(
                        Pod.request(
                                "sh",
                                "echo \"$UID $plain\"",
                                Map.of("a.b", "secret", "c-d", "secret", "UID", "77", "plain", "4")),
                        "run",
                        BY_NSENTER)
                .assertExitCode(0);

        assertEquals("77 4\n", result.text());
        assertEquals(1, result.errors().lines().count(), result.toString());
        assertTrue(
                result.errors().contains("a.b")
                        && result.errors().contains("c-d")
                        && !result.errors().contains("secret"),
                result.toString());
    }
}
