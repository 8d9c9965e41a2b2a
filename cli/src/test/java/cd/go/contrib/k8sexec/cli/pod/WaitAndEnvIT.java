package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looking at the guest without running anything in it: wait and env; and colours. */
@Needs(Need.POD)
class WaitAndEnvIT {
    private static Pod pod;

    @BeforeAll
    static void up(@TempDir Path folder) throws IOException {
        Path profile = folder.resolve("profile");
        Files.write(
                profile,
                ("export GO_EA_AUTO_REGISTER_KEY=register-key GO_K8S_USER=x OWN='two\nlines' BYTES='\u00ff\u00fe' "
                                + "TOKEN=hidden-value\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        pod = Pod.up("GUEST_PROFILE=" + profile);
    }

    @AfterAll
    static void down() {
        pod.close();
    }

    @Test
    void wait_says_at_once_what_is_there() {
        Pod.requireNot("relay", "RelayedIT.targets_and_wait_know_the_guest_by_its_name has its text");
        assertEquals(
                "process " + pod.pid("guest") + " (sleep): the only other container of the Pod\n",
                pod.k8sExec("", "wait").assertExitCode(0).text());

        JsonPath json = JsonPath.from(
                pod.k8sExec("", "wait", "--json").assertExitCode(0).text());
        assertEquals(pod.pid("guest"), json.getString("pid"));
        assertEquals("guest", json.getString("name"));
        assertEquals("0:0", json.getString("user"));
        assertEquals("/bin/sleep infinity", json.getString("command"));
    }

    @Needs(Need.PROCPS)
    @Test
    void wait_waits_for_a_guest_that_comes_later() {
        Pod.requireNot("chroot", "it takes SYS_ADMIN to make what is waited for");
        Pod.requireNot("relay", "RelayGuestIT.a_relay_that_comes_later_is_waited_for");
        // as in a container that has just been started: a process without a parent in the Pod, in a mount namespace of
        // its own
        Process later = null;
        Process waiting = pod.start(
                "agent", "sh", "-c", Pod.K8S_EXEC + " wait --container later >/tmp/found; echo $? >>/tmp/found");
        try {
            pod.exec("agent", "sh", "-c", "until ps -eo args= | grep -q '[w]ait --container later'; do sleep 0.1; done")
                    .assertExitCode(0);
            assertEquals("", pod.exec("agent", "cat", "/tmp/found").text());
            later = pod.start("agent", "env", "K8S_EXEC_CONTAINER=later", "unshare", "--mount", "sleep", "1000");
            String found = pod.exec(
                            "agent",
                            "sh",
                            "-c",
                            "until grep -q '^[0-9]' /tmp/found; do sleep 0.1; done; cat /tmp/found")
                    .text();

            assertTrue(
                    found.matches("process \\d+ \\(\\w+\\): the container with K8S_EXEC_CONTAINER=later\n0\n"), found);
        } finally {
            waiting.destroy();
            pod.exec(
                    "agent",
                    "sh",
                    "-c",
                    "for p in $(ps -eo pid=,args= | grep '[s]leep 1000' | awk '{print $1}'); do kill -9 $p; done");
            if (later != null) {
                later.destroy();
            }
        }
    }

    @Test
    void wait_ends_with_the_reason_where_nothing_comes() {
        pod.k8sExec("", "wait", "--container", "none", "--for", "200ms")
                .assertExitCode(125)
                .assertError("TARGET_UNKNOWN", "\"none\"");
        if (Pod.isRelayed()) {
            pod.k8sExec("", "wait", "--pid", "1").assertExitCode(125).assertError("SETTING_INVALID", "--pid");
            return;
        }
        pod.k8sExec(Map.of("GO_K8S_WAIT", "100ms"), "", "wait", "--pid", "4194304")
                .assertExitCode(125)
                .assertError("TARGET_DEAD");
        pod.k8sExec("", "wait", "--pid", "1").assertExitCode(125).assertError("TARGET_IS_PAUSE");
    }

    @Tag("smoke")
    @Test
    void wait_ends_on_a_signal() {
        for (String signal : List.of("TERM 143", "INT 130")) {
            String[] words = signal.split(" ");
            Result result = pod.exec(
                    "agent",
                    "bash",
                    "-c",
                    "set -m; $0 wait --container none --for 1h & pid=$!; "
                            + "until [ $(cat /proc/$pid/comm) != bash ]; do sleep 0.02; done; kill -" + words[0]
                            + " $pid; wait $pid; echo $?",
                    Pod.K8S_EXEC.toString());
            assertEquals(words[1] + "\n", result.text(), result.toString());
        }
    }

    @Test
    void env_shows_names_alone() {
        Result result = pod.k8sExec("", "env").assertExitCode(0);

        assertEquals(
                List.of("BYTES", "HOME", "HOSTNAME", "OWN", "PATH", "TOKEN"),
                result.text().lines().toList());
        assertEquals(
                result.text().lines().toList(),
                JsonPath.from(pod.k8sExec("", "env", "--json").assertExitCode(0).text())
                        .getList("$"));
    }

    @Test
    void env_shows_values_byte_for_byte_where_asked_to() {
        byte[] lines = pod.k8sExec(Map.of("LC_ALL", "C"), "", "env", "--values")
                .assertExitCode(0)
                .out();
        byte[] entries = pod.k8sExec(Map.of("LC_ALL", "C"), "", "env", "--values", "-0")
                .assertExitCode(0)
                .out();

        assertTrue(
                new String(lines, StandardCharsets.ISO_8859_1).startsWith("BYTES=\u00ff\u00fe\nHOME="),
                new String(lines));
        assertTrue(
                List.of(new String(entries, StandardCharsets.ISO_8859_1).split("\0"))
                        .containsAll(List.of("BYTES=\u00ff\u00fe", "OWN=two\nlines")),
                new String(entries));
        JsonPath json = JsonPath.from(
                pod.k8sExec("", "env", "--values", "--json").assertExitCode(0).text());
        assertEquals("two\nlines", json.getString("OWN"));
        assertEquals("\ufffd\ufffd", json.getString("BYTES"));
    }

    @Tag("smoke")
    @Test
    void env_is_what_a_script_gets() {
        String request = Pod.request("sh", "env", Map.of("OWN", "the job's", "é", "ü", "plain", "1"));
        List<String> shown = pod.k8sExec(request, "env", "--values", "--request", "-")
                .assertExitCode(0)
                .text()
                .lines()
                .toList();
        List<String> seen = pod.k8sExec(Pod.request("sh", "env", Map.of("OWN", "the job's", "plain", "1")), "run")
                .assertExitCode(0)
                .text()
                .lines()
                .toList();

        assertTrue(shown.containsAll(List.of("OWN=the job's", "é=ü", "plain=1")), shown.toString());
        assertEquals(
                shown.stream()
                        .filter(line -> !line.startsWith("é=") && !line.startsWith("BYTES="))
                        .sorted()
                        .toList(),
                seen.stream()
                        .filter(line -> !line.matches("(PWD|SHLVL|_|K8S_EXEC_RUN_ID|BYTES)=.*"))
                        .sorted()
                        .toList());
    }

    @Test
    void env_refuses_a_request_that_it_cannot_read() {
        pod.k8sExec("", "env", "--request", "/none").assertExitCode(125).assertError("SETTING_INVALID", "\"/none\"");
        pod.k8sExec("{}", "env", "--request", "-").assertExitCode(125).assertError("REQUEST_FIELD", "version");
    }

    @Test
    void an_environment_that_may_not_be_read_is_an_error() {
        Pod.requireNot("relay", "a relay hands its own over");
        try (Pod stranger = Pod.up("AGENT_UID=1000", "AGENT_GID=1000")) {
            stranger.k8sExec("", "env").assertExitCode(125).assertError("ENVIRONMENT_UNREADABLE", "runAsUser: 1000");
        }
    }

    @Test
    void colours_are_for_terminals_and_for_those_who_want_them() {
        assertTrue(onTerminal("TERM=xterm").contains("\033["), "no colours on a terminal");
        assertFalse(onTerminal("NO_COLOR=1").contains("\033["), "colours in spite of NO_COLOR");
        assertFalse(onTerminal("CLICOLOR=0").contains("\033["), "colours in spite of CLICOLOR=0");
        assertFalse(pod.k8sExec("", "run", "--help").text().contains("\033["), "colours in a pipe");
        assertTrue(
                pod.k8sExec(Map.of("CLICOLOR_FORCE", "1"), "", "run", "--help")
                        .text()
                        .contains("\033["),
                "no colours in spite of CLICOLOR_FORCE");
    }

    private static String onTerminal(String variable) {
        return pod.exec("agent", "env", variable, "script", "-qec", Pod.K8S_EXEC + " run --help", "/dev/null")
                .assertExitCode(0)
                .text();
    }
}
