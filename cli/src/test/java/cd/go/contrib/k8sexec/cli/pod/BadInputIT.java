package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each thing that can be wrong with settings, options and the guest gets an error of its own, which names it. */
@Needs(Need.POD)
class BadInputIT {
    private static final String REQUEST = Pod.request("sh", "echo ran", Map.of());

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=busybox");

    @Tag("smoke")
    @Test
    void a_shell_that_the_guest_lacks_is_127() {
        pod.k8sExec(Pod.request("zsh", "echo ran", Map.of()), "run")
                .assertExitCode(127)
                .assertError("SHELL_MISSING", "no zsh along");
        pod.k8sExec(Pod.request("/opt/my/pwsh", "echo ran", Map.of()), "run")
                .assertExitCode(127)
                .assertError("SHELL_MISSING", "no /opt/my/pwsh");
        pod.k8sExec(Pod.request("shebang", "#!/bin/env python9\n", Map.of()), "run")
                .assertExitCode(127)
                .assertError("SHELL_MISSING", "no /bin/env, or no python9");
    }

    @Test
    void an_interpreter_that_cannot_be_run_is_126() {
        pod.k8sExec(Pod.request("/etc/passwd", "echo ran", Map.of()), "run")
                .assertExitCode(126)
                .assertError("SHELL_FAILED", "/etc/passwd");
    }

    @Test
    void a_guest_without_sh_is_127(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("profile"), "export PATH=/none");
        try (Pod bare = Pod.up("GUEST_PROFILE=" + folder.resolve("profile"))) {
            bare.k8sExec(REQUEST, "run")
                    .assertExitCode(127)
                    .assertError(Pod.isDirect() ? "SHELL_MISSING" : "SH_MISSING");
        }
    }

    @Tag("smoke")
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GO_K8S_CONTAINER_SHARED_ROOT||SHARED_ROOT_UNSET|GO_K8S_CONTAINER_SHARED_ROOT",
                "GO_K8S_CONTAINER_SHARED_ROOT|go|SHARED_ROOT_INVALID|\"go\"",
                "GO_K8S_CONTAINER_SHARED_ROOT|/none|SHARED_ROOT_INVALID|/none does not exist",
                "GO_K8S_CONTAINER_SHARED_ROOT|/etc/passwd|SHARED_ROOT_INVALID|Not a directory",
                "GO_K8S_CONTAINER_SHARED_ROOT|/tmp/link|SHARED_ROOT_INVALID|symbolic link",
                "GO_K8S_CONTAINER_SHARED_ROOT|/usr|STAGING_FAILED|Read-only file system",
                "GO_K8S_CONTAINER_SHARED_ROOT|/tmp|CONTAINER_ROOT_INVALID|does not see",
                "GO_K8S_CONTAINER_ROOT|/tmp|CONTAINER_ROOT_INVALID|/tmp/.k8s-exec/",
                "GO_K8S_CONTAINER_ROOT|go|SETTING_INVALID|\"go\"",
                "GO_K8S_CONTAINER_PID|x|TARGET_PID_INVALID|\"x\"",
                "GO_K8S_CONTAINER_PID|a$$b${sys:user.name}|TARGET_PID_INVALID|\"a$$b${sys:user.name}\"",
                "GO_K8S_CONTAINER_PID|-1|TARGET_PID_INVALID|\"-1\"",
                "GO_K8S_CONTAINER_PID|0|TARGET_PID_INVALID|\"0\"",
                "GO_K8S_CONTAINER_PID|4194304|TARGET_DEAD|4194304",
                "GO_K8S_CONTAINER_PID|1|TARGET_IS_PAUSE|pause",
                "GO_K8S_CONTAINER_PID|agent|TARGET_IS_AGENT|agent's own container",
                "GO_K8S_CONTAINER_NAME|--a|TARGET_UNKNOWN|\"--a\"",
                "GO_K8S_CONTAINER_NAME|my tools|SETTING_INVALID|\"my tools\"",
                "GO_K8S_CONTAINER_NAME|node|TARGET_UNKNOWN|\"node\"",
                "GO_K8S_USER|root|SETTING_INVALID|\"root\"",
                "GO_K8S_ENTER|docker|SETTING_INVALID|\"docker\"",
                "PATH|/none|NSENTER_MISSING|/none",
            })
    void a_wrong_setting_is_refused(String name, String value, String id, String words) {
        pod.exec("agent", "ln", "-sfn", "/go", "/tmp/link");
        String setting = value == null ? "" : value.equals("agent") ? pod.pid("agent") : value;
        // the JVM build's launcher needs a PATH to find java
        Map<String, String> environment =
                name.equals("PATH") && !Pod.isNative() ? Map.of("PATH", javaWithoutNsenter()) : Map.of(name, setting);
        String[] command =
                name.equals("PATH") ? new String[] {"run", "--enter=nsenter"} : new String[] {"run", "--wait=0s"};
        pod.k8sExec(environment, REQUEST, command)
                .assertExitCode(125)
                .assertError(id, environment.size() == 1 && name.equals("PATH") ? "PATH" : words);
    }

    @Test
    void an_agent_without_nsenter_runs_what_needs_none() {
        Pod.requireDirect();
        assertEquals(
                "ran\n",
                pod.k8sExec(Map.of("PATH", "/none"), REQUEST, "run")
                        .assertExitCode(0)
                        .text());
        String dryRun = pod.k8sExec(Map.of("PATH", "/none"), REQUEST, "run", "--dry-run")
                .assertExitCode(0)
                .text();
        assertTrue(dryRun.contains("nsenter: there is no nsenter along the agent's PATH (/none)"), dryRun);
    }

    private static String javaWithoutNsenter() {
        pod.exec(
                        "agent",
                        "sh",
                        "-c",
                        "mkdir -p /tmp/none && for c in java dirname readlink; do ln -sf $(command -v $c) "
                                + "/tmp/none/$c; done")
                .assertExitCode(0);
        return "/tmp/none";
    }

    @ParameterizedTest
    @CsvSource({"--grace,x", "--wait,1y", "--nonsense,x", "--grace,-1s"})
    void wrong_usage_is_2(String option, String value) {
        var result = pod.k8sExec(REQUEST, "run", option, value).assertExitCode(2);

        assertTrue(result.errors().contains("Try 'k8s-exec run --help'"), result.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "run,GO_K8S_GRACE,x",
        "run,GO_K8S_TIMEOUT,1y",
        "wait,GO_K8S_WAIT,soon",
        "run,GO_K8S_END_BACKGROUND,perhaps"
    })
    void a_wrong_value_in_the_environment_is_named_by_its_variable(String command, String variable, String value) {
        String errors = pod.k8sExec(Map.of(variable, value), REQUEST, command)
                .assertExitCode(2)
                .errors();

        assertTrue(
                errors.startsWith("k8s-exec: " + variable + " in the environment: ")
                        && errors.contains("'" + value + "'"),
                errors);
    }

    @Test
    void a_wrong_option_is_not_taken_for_the_variable() {
        String errors = pod.k8sExec(Map.of("GO_K8S_GRACE", "10s"), REQUEST, "run", "--grace=x")
                .assertExitCode(2)
                .errors();

        assertTrue(errors.startsWith("k8s-exec: Invalid value for option '--grace'"), errors);
    }

    @Test
    void a_folder_that_cannot_be_given_to_the_scripts_user_leaves_nothing() {
        try (Pod weak = Pod.up("AGENT_CAPS=dac_override,kill,setuid,setgid,sys_chroot,sys_admin")) {
            weak.k8sExec(Map.of("GO_K8S_USER", "1000:1000"), REQUEST, "run", "--enter=nsenter")
                    .assertExitCode(125)
                    .assertError("STAGING_FAILED", "1000:1000", "CHOWN");
            weak.awaitNoProcesses();
            assertEquals(List.of(), weak.sharedFiles());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void a_value_in_the_environment_that_is_not_ascii_is_what_it_is(String locale) {
        pod.k8sExec(Map.of("LC_ALL", locale, "GO_K8S_CONTAINER_NAME", "é漢"), REQUEST, "run")
                .assertError("SETTING_INVALID", "\"é漢\"");
    }

    @Test
    void a_missing_command_is_wrong_usage() {
        assertTrue(pod.k8sExec("").assertExitCode(2).errors().contains("Try 'k8s-exec --help'"));
    }

    @Test
    void two_other_containers_are_ambiguous_until_one_is_named() {
        try (Pod two = Pod.up("GUESTS=node maven")) {
            two.k8sExec(REQUEST, "run")
                    .assertExitCode(125)
                    .assertError("TARGET_AMBIGUOUS", "node (process", "maven (process");
            assertEquals(
                    "ran\n",
                    two.k8sExec(Map.of("GO_K8S_CONTAINER_NAME", "maven"), REQUEST, "run")
                            .assertExitCode(0)
                            .text());
            String where = Pod.request("sh", "grep -o containers/maven /proc/self/mountinfo", Map.of());
            two.k8sExec(where, "run", "--container", "maven").assertExitCode(0);
            two.k8sExec(where, "run", "--container", "node").assertExitCode(1);
            two.k8sExec(where, "run", "--pid", two.pid("maven")).assertExitCode(0);
            // the task's own container goes before all that the Pod says
            String named = where.replaceFirst("[{]", "{\"container\": \"maven\",");
            Map<String, String> node = Map.of("GO_K8S_CONTAINER_PID", two.pid("node"), "GO_K8S_CONTAINER_NAME", "node");
            two.k8sExec(node, named, "run").assertExitCode(0);
            two.k8sExec(node, named.replace("maven\",", "none\","), "run", "--wait", "0s")
                    .assertExitCode(125)
                    .assertError("TARGET_UNKNOWN", "\"none\"", "the request's container");
            two.k8sExec(node, named.replace("maven\",", "a b\","), "run")
                    .assertExitCode(125)
                    .assertError("REQUEST_FIELD", "container", "\"a b\"");
        }
    }

    @Test
    void a_shared_volume_without_space_is_an_error_that_says_so() {
        try (Pod full = Pod.up("GO_OPTIONS=size=64k")) {
            full.exec("agent", "sh", "-c", "cat /dev/zero >/go/full 2>/dev/null");
            // as the agent's own user, the native executable puts no file there
            full.k8sExec(REQUEST, "run", "--enter=nsenter")
                    .assertExitCode(125)
                    .assertError("STAGING_FAILED", "No space left on device");
            full.awaitNoProcesses();
            assertEquals(List.of("full"), full.sharedFiles());
        }
    }

    @Test
    void blank_settings_count_as_not_set() {
        Map<String, String> blank = Map.of(
                "GO_K8S_WAIT",
                "",
                "GO_K8S_GRACE",
                " ",
                "GO_K8S_USER",
                "",
                "GO_K8S_CONTAINER_NAME",
                "",
                "GO_K8S_CONTAINER_PID",
                "",
                "GO_K8S_CONTAINER_ROOT",
                "",
                "GO_K8S_END_BACKGROUND",
                "");
        assertEquals(
                "ran\n", pod.k8sExec(blank, REQUEST, "run").assertExitCode(0).text());
    }

    @Test
    void what_went_wrong_stands_in_the_result_file() {
        var result = pod.shell(
                "{}", "umask 0; $0 run --result /tmp/result 2>/dev/null; stat -c %a /tmp/result; cat /tmp/result");
        String[] lines = result.text().split("\n");
        JsonPath json = JsonPath.from(lines[1]);

        assertEquals("600", lines[0]);
        assertEquals("error", json.getString("outcome"));
        assertEquals("REQUEST_FIELD", json.getString("error"));
        assertEquals(125, json.getInt("exitCode"));
        assertTrue(json.getString("message").contains("version"), lines[1]);
    }

    @Test
    void a_named_pipe_in_the_place_of_the_result_file_is_an_error_and_not_waited_for() {
        pod.exec("agent", "sh", "-c", "rm -f /tmp/pipe; mkfifo /tmp/pipe").assertExitCode(0);

        pod.k8sExec(REQUEST, "run", "--result", "/tmp/pipe")
                .assertExitCode(125)
                .assertError("RESULT_FILE", "/tmp/pipe");
    }

    @Test
    void a_result_file_that_cannot_be_written_is_an_error() {
        pod.k8sExec(REQUEST, "run", "--result", "/none/result")
                .assertExitCode(125)
                .assertError("RESULT_FILE", "/none/result");
    }
}
