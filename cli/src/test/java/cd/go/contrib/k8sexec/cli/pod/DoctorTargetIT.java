package cd.go.contrib.k8sexec.cli.pod;

import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.diagnose;
import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.inAgent;
import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.variable;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What doctor finds out about the guest: which it is, its shell, its limits. */
@Needs(Need.POD)
class DoctorTargetIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @Test
    void a_dead_process_id_is_the_targets_failure() {
        String remedy = diagnose(pod, Map.of("GO_K8S_CONTAINER_PID", "4194304")).assertFailure("target", "4194304");

        assertTrue(remedy.startsWith("leave it unset"), remedy);
        diagnose(pod).assertNothing("failure", "warning");
    }

    @Test
    void a_process_cannot_command_the_terminal_by_its_name() {
        Process named = pod.start(
                "guest",
                "bash",
                "-c",
                "printf 'e\\033[2J' >/proc/self/comm; echo $$ >/go/pid; while :; do read -t 1 <><(:); done");
        try {
            String pid = pod.exec("agent", "sh", "-c", "until [ -s /go/pid ]; do sleep 0.05; done; cat /go/pid")
                    .text()
                    .strip();
            diagnose(pod, Map.of("GO_K8S_CONTAINER_PID", pid))
                    .assertCheck("target", "ok", "process " + pid + " (e?[2J)");
        } finally {
            pod.exec("agent", "rm", "-f", "/go/pid");
            named.descendants().forEach(ProcessHandle::destroy);
            named.destroy();
        }
    }

    @Test
    void without_a_shared_process_namespace_there_is_no_target() {
        Diagnosis diagnosis = new Diagnosis(pod.exec("agent", inAgent("unshare", "--pid", "--fork", "--mount-proc")));

        assertEquals(
                "in the Pod: shareProcessNamespace: true",
                diagnosis.assertFailure("shared-process-namespace", "process 1 is the agent container's own"));
        diagnosis.assertFailure("target", "no other container can be seen");
        diagnosis.assertCheck("trial", "skipped", "cannot be run");
        // the Pod as it is shares it
        diagnose(pod)
                .assertNothing("failure", "warning")
                .assertCheck("shared-process-namespace", "ok", "process 1 is the Pod's");
    }

    @Test
    void a_guest_that_is_not_there_is_waited_for_once() {
        Pod.Result result = pod.k8sExec(Map.of("GO_K8S_CONTAINER_NAME", "nobody"), "", "doctor", "--wait", "4s");

        result.assertExitCode(1);
        // a line after 3 s; also its picture looks for the guest
        List<String> lines = result.errors()
                .lines()
                .filter(line -> line.contains("waiting for the guest"))
                .toList();
        assertEquals(1, lines.size(), result.toString());
    }

    @Test
    void one_of_two_guests_has_to_be_named() {
        try (Pod two = Pod.up("GUESTS=node maven")) {
            String remedy = diagnose(two)
                    .assertFailure("target", "the Pod has 2 other containers: node (process", "maven (process");
            assertTrue(remedy.contains("value: maven"), remedy);

            diagnose(two, variable(remedy))
                    .assertNothing("failure", "warning")
                    .assertCheck("target", "ok", "container node, the container named node");
        }
    }

    @Test
    void a_guest_with_more_processor_time_than_the_agent_does_not_get_it() {
        Need.require(Need.RUNC);
        String remedy;
        try (Pod slow = Pod.up(
                "AGENT_CPU=500",
                "GUEST_CPU=1500",
                "GUEST_CAPS=" + Pod.KUBERNETES,
                "AGENT_CAPS=" + Pod.KUBERNETES + ",sys_admin")) {
            remedy = diagnose(slow)
                    .assertNothing("failure")
                    .assertWarning("cpu-limit", "agent: 500m, guest: 1500m", "scripts run under the agent's");
        }
        Matcher limit = Pattern.compile("limits: \\{cpu: (\\d+)m}").matcher(remedy);
        assertTrue(limit.find(), remedy);
        try (Pod fixed = Pod.up("AGENT_CPU=" + limit.group(1), "GUEST_CPU=1500")) {
            diagnose(fixed)
                    .assertNothing("failure", "warning")
                    .assertCheck("cpu-limit", "ok", "agent: 1500m, guest: 1500m");
        }
    }

    @Test
    void a_guest_without_a_shell_or_with_one_that_hangs_does_not_hold_doctor() throws IOException {
        try (Pod bare = Pod.up()) {
            Path shell = bare.files("guest").resolve("bin/sh");
            Files.delete(shell);
            String remedy = diagnose(bare).assertFailure("shells", "the guest has no sh along");
            assertEquals("use a guest image with a shell", remedy);

            Files.writeString(shell, "#!/bin/busybox sh\nexec /bin/sleep 1000\n");
            shell.toFile().setExecutable(true, false);
            diagnose(bare).assertFailure("trial", "did not end in 20 s");
            bare.assertNoProcesses();

            Files.copy(
                    shell.resolveSibling("busybox"),
                    shell,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
            diagnose(bare).assertNothing("failure", "warning").assertCheck("shells", "ok", "sh, no bash, no zsh");
        }
    }
}
