package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Makes each failure of the table in docs/task.md happen, and looks for the table's message in the console. */
@Needs(Need.POD)
class TroubleshootingIT {

    private static final Path DOCUMENT = Path.of("../docs/task.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\| (.+) \\|$", Pattern.MULTILINE);

    /** What makes it happen, by the row's message; added in the table's order. */
    private static final Map<String, Failure> FAILURES = new LinkedHashMap<>();

    @AutoClose
    private static TaskPod pod;

    static {
        FAILURES.put("The script is empty. …", () -> pod.task("' '"));
        FAILURES.put("The shell … cannot be one. …", () -> pod.task("--shell 'bash -x' 'true'"));
        FAILURES.put(
                "Fail fast works with a shell only, …",
                () -> pod.task("--shell python3 --property failFast=true 'true'"));
        FAILURES.put(
                "k8s-exec was not found on this agent, …",
                () -> pod.task(Map.of("K8S_EXEC", "", "PATH", "/none"), "'true'"));
        FAILURES.put(
                "The agent's environment variable K8S_EXEC is …, which is not an executable file. …",
                () -> pod.task(Map.of("K8S_EXEC", "/etc/passwd"), "'true'"));
        FAILURES.put("k8s-exec could not be started: …", () -> withExecutable("#!/none"));
        FAILURES.put(
                "No file could be created in the agent's temporary folder …",
                () -> pod.task(Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=/none"), "'true'"));
        FAILURES.put(
                "k8s-exec ended with exit code 2 without saying how the script ended: …",
                () -> withExecutable("#!/bin/sh\necho \"Unknown option: --timeout\" >&2; exit 2"));
        FAILURES.put(
                "The task sets \"…\", which needs k8s-exec … or newer. …",
                () -> withExecutable("#!/bin/sh\necho k8s-exec 2.0.0", "--property enter=setns"));
        FAILURES.put(
                "k8s-exec ended with exit code 137 (killed by SIGKILL) without saying how the script ended: …",
                () -> withExecutable("#!/bin/sh\n[ \"$1\" = gc ] || kill -KILL $$"));
        FAILURES.put("Script completed with exit code: ….", () -> pod.task("--shell sh 'exit 3'"));
        FAILURES.put("Script was killed by …, exit code: ….", () -> pod.task("--shell sh 'kill -SEGV $$'"));
        FAILURES.put(
                "Script was killed by SIGKILL, exit code: 137. The agent container's memory limit of … was reached, …",
                () -> {
                    Need.require(Need.RUNC, Need.MEMORY_CONTROLLER);
                    try (TaskPod small = TaskPod.up("AGENT_MEMORY=512m", "GUEST_IMAGE=debian")) {
                        return small.task("--shell sh 'exec tail </dev/zero >/dev/null'");
                    }
                });
        FAILURES.put(
                "Script was ended because it ran longer than its timeout of …, exit code: 124.",
                () -> pod.task("--shell sh --property timeout=500ms 'sleep 100'"));
        // the script tells k8s-exec to end, as GoCD would
        FAILURES.put(
                "Script was canceled by …, exit code: ….",
                () -> pod.task("--shell sh 'for process in /proc/[0-9]*; do "
                        + "tr \"\\0\" \" \" <$process/cmdline | grep -q \" run --resul[t] \" && "
                        + "kill -TERM ${process#/proc/}; done; sleep 100'"));
        FAILURES.put("[SHELL_MISSING] …", () -> pod.task("--shell zsh 'true'"));
        FAILURES.put("[SHELL_FAILED] …", () -> pod.task("--shell /etc/passwd 'true'"));
        FAILURES.put(
                "[WORKING_DIRECTORY_MISSING] …", () -> pod.task("--shell sh --property workingDirectory=none 'true'"));
        FAILURES.put("[REQUEST_FIELD] …", () -> pod.task("--shell sh --env K8S_EXEC_CONTAINER=tools 'true'"));
        // longer than one argument can be: of each byte that is no UTF-8 Java makes a character of three
        FAILURES.put(
                "[VARIABLE_TOO_LARGE] …",
                () -> pod.task("--shell sh --env LONG=$(printf %60000s | tr ' ' '\\377') 'true'"));
        FAILURES.put(
                "[SHARED_ROOT_UNSET] …",
                () -> pod.task(Map.of("GO_K8S_CONTAINER_SHARED_ROOT", ""), "--shell sh 'true'"));
        FAILURES.put(
                "[CONTAINER_ROOT_INVALID] …",
                () -> pod.task(Map.of("GO_K8S_CONTAINER_ROOT", "/none"), "--shell sh 'true'"));
        FAILURES.put(
                "[STAGING_FAILED] …",
                () -> pod.task(Map.of("GO_K8S_CONTAINER_SHARED_ROOT", "/usr"), "--shell sh 'true'"));
        FAILURES.put("[TARGET_NONE] …", () -> {
            try (TaskPod alone = TaskPod.up()) {
                alone.exec("agent", "sh", "-c", "kill -KILL " + alone.pid("guest") + "; sleep 0.5");
                return alone.task(Map.of("GO_K8S_WAIT", "0s"), "--shell sh 'true'");
            }
        });
        FAILURES.put("[TARGET_AMBIGUOUS] …", () -> {
            try (TaskPod two = TaskPod.up("GUESTS=node maven")) {
                return two.task("--shell sh 'true'");
            }
        });
        FAILURES.put(
                "[TARGET_UNKNOWN] …",
                () -> pod.task(Map.of("GO_K8S_WAIT", "0s"), "--shell sh --property container=node 'true'"));
        FAILURES.put("[NSENTER_FAILED] …", () -> {
            try (TaskPod weak = TaskPod.up("AGENT_CAPS=chown,dac_override,kill,setuid,setgid")) {
                return weak.task("--shell sh 'true'");
            }
        });
        FAILURES.put(
                "k8s-exec: the script took …", () -> pod.task(Map.of("GO_K8S_COST", "always"), "--shell sh 'true'"));
        FAILURES.put(
                "k8s-exec: the script left running in the background: …",
                () -> pod.task("--shell sh 'exec >/dev/null 2>&1; sleep 9 &'"));
        FAILURES.put(
                "k8s-exec: a process that the script left running still holds its output open; …",
                () -> pod.task("--shell sh 'sleep 9 &'"));
        FAILURES.put(
                "k8s-exec: warning: not passed on, because no shell can export such a name …",
                () -> pod.task(Map.of("GO_K8S_ENTER", "nsenter"), "--shell sh --env a.b=c 'true'"));
    }

    @BeforeAll
    static void up() throws Exception {
        pod = TaskPod.up();
    }

    @Test
    void every_message_of_the_table_has_a_failure_that_makes_it() throws IOException {
        assertEquals(FAILURES.keySet(), rows().keySet());
        assertTrue(rows().values().stream().allMatch(remedy -> remedy.length() > 20), "a message without a remedy");
    }

    @TestFactory
    List<DynamicTest> each_failure_shows_its_message() {
        return FAILURES.entrySet().stream()
                .map(failure -> DynamicTest.dynamicTest(failure.getKey(), () -> {
                    String console = failure.getValue().happen().text;

                    Matcher message = pattern(failure.getKey()).matcher(console);
                    assertTrue(message.find(), console);
                    // once, and in the words of a task and a Pod
                    assertFalse(message.find(), console);
                    assertFalse(console.contains("k8s-exec: error ["), console);
                    if (!failure.getKey().contains("exit code 2 ")) {
                        for (Setting setting : Setting.values()) {
                            assertFalse(console.contains(setting.option()), console);
                        }
                    }
                }))
                .collect(Collectors.toList());
    }

    private static Map<String, String> rows() throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        String text = Files.readString(DOCUMENT);
        ROW.matcher(text.substring(text.indexOf("## Troubleshooting")))
                .results()
                .forEach(row -> rows.put(row.group(1), row.group(2)));
        return rows;
    }

    /** A whole line of the console, where "…" stands for anything, or its beginning. */
    private static Pattern pattern(String message) {
        String regex = Arrays.stream(message.split("…", -1)).map(Pattern::quote).collect(Collectors.joining("[^\\n]+"));
        return Pattern.compile("^(|\\w+: |      \\| |stderr\\| )" + regex, Pattern.MULTILINE);
    }

    private static TaskPod.Output withExecutable(String text) throws Exception {
        return withExecutable(text, "");
    }

    private static TaskPod.Output withExecutable(String text, String properties) throws Exception {
        pod.exec("agent", "sh", "-c", "printf '%s\\n' \"$1\" >/tmp/k8s-exec; chmod +x /tmp/k8s-exec", "sh", text);
        return pod.task(Map.of("K8S_EXEC", "/tmp/k8s-exec"), "--shell sh " + properties + " 'true'");
    }

    private interface Failure {

        TaskPod.Output happen() throws Exception;
    }
}
