package cd.go.contrib.k8sexec.cli.pod;

import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.diagnose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Each thing that can be wrong with a Pod is named by the check of that id, and whoever does what its remedy says has a
 * Pod that works.
 */
@Needs(Need.POD)
class DoctorIT {
    private static final List<String> IDS = List.of(
            "settings",
            "shared-process-namespace",
            "target",
            "nsenter",
            "capabilities",
            "file-capabilities",
            "no-new-privs",
            "seccomp",
            "shared-root",
            "container-root",
            "mount-options",
            "free-space",
            "writable",
            "guest-environment",
            "memory-limit",
            "cpu-limit",
            "agent-identity",
            "shells",
            "script-user",
            "script-home",
            "java-limits",
            "trial",
            "way-setns",
            "way-nsenter",
            "way-chroot",
            "way-relay",
            "spare");

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @Needs(Need.ZSH)
    @Tag("smoke")
    @Test
    void a_healthy_pod_passes_every_check() {
        Diagnosis diagnosis = diagnose(pod).assertNothing("failure", "warning");

        assertEquals(IDS, diagnosis.json().getList("checks.id"));
        diagnosis
                .assertCheck(
                        "target",
                        "ok",
                        "process " + pod.pid("guest") + " (sleep), container guest, the only other container")
                .assertCheck("nsenter", "ok", "/nsenter, util-linux 2.")
                .assertCheck(
                        "capabilities",
                        "ok",
                        "SYS_CHROOT, SYS_ADMIN are needed for this guest (user 0:0)",
                        "bounding: Kubernetes' default with SYS_ADMIN")
                .assertCheck("no-new-privs", "ok", "on, which does no harm")
                .assertCheck("shells", "ok", "/sh, ", "/bash, ", "/zsh")
                .assertCheck("script-user", "ok", "0:0 with umask 0022", "can delete")
                .assertCheck("trial", "ok", "a script ran in the guest, by " + Pod.way() + ", in ")
                .assertCheck("way-nsenter", "ok", "works here", "SYS_CHROOT, SYS_ADMIN");
        if (Pod.isNative()) {
            diagnosis
                    .assertCheck("way-setns", "ok", "works here", "SYS_CHROOT, SYS_ADMIN")
                    .assertCheck("way-chroot", "ok", "works here; it takes SYS_CHROOT");
        } else {
            diagnosis.assertCheck("way-chroot", "skipped", "this is the JVM build");
        }
    }

    @Test
    void people_get_a_line_for_each_check_and_one_for_each_remedy() {
        Result result = pod.k8sExec(Map.of("GO_K8S_CONTAINER_ROOT", "/tmp"), "", "doctor")
                .assertExitCode(1);

        assertEquals("", result.errors());
        List<String> lines = result.text().lines().toList();
        assertEquals(
                IDS,
                lines.stream()
                        .filter(line -> line.matches("(ok|warning|failure|skipped) +[a-z-]+: .*"))
                        .map(line -> line.replaceAll("^\\w+ +([a-z-]+): .*", "$1"))
                        .toList(),
                result.text());
        assertTrue(
                lines.contains("        -> in the agent container: env: [{name: GO_K8S_CONTAINER_ROOT, value: /go}]"),
                result.text());
        assertTrue(result.text().endsWith("failures: 1; fix the first one first\n"), result.text());
        assertTrue(!result.text().contains("\033"), "colours without a terminal");
    }

    @Test
    void a_terminal_gets_colours_unless_it_wants_none() {
        String command = "exec " + Pod.K8S_EXEC + " doctor --shared-root /go";

        assertTrue(pod.exec("agent", "env", "TERM=xterm", "script", "-qec", command, "/dev/null")
                .text()
                .contains("\033[32mok"));
        assertTrue(!pod.exec("agent", "env", "TERM=xterm", "NO_COLOR=1", "script", "-qec", command, "/dev/null")
                .text()
                .contains("\033"));
    }

    @Test
    void a_setting_is_checked_by_its_name_and_its_value() {
        String remedy = diagnose(pod, Map.of("GO_K8S_WIAT", "30s"))
                .assertNothing("failure")
                .assertWarning("settings", "GO_K8S_WIAT is not known to this k8s-exec");
        assertEquals("in the agent container: rename GO_K8S_WIAT to GO_K8S_WAIT", remedy);

        // one that doctor has an option for, and one that only run has
        Diagnosis diagnosis = diagnose(pod, Map.of("GO_K8S_WAIT", "soon", "GO_K8S_GRACE", "abc"));
        diagnosis.assertFailures("settings");
        diagnosis.assertCheck("settings", "failure", "GO_K8S_WAIT is \"soon\"", "GO_K8S_GRACE is \"abc\"");
    }

    @Test
    void a_user_that_is_none_stops_the_trial() {
        Diagnosis diagnosis = diagnose(pod, Map.of("GO_K8S_USER", "root"));
        String remedy = diagnosis.assertFailure("script-user", "\"root\"");

        assertTrue(remedy.contains("UID:GID"), remedy);
        assertEquals(IDS, diagnosis.json().getList("checks.id"));
        diagnosis.assertCheck("trial", "skipped", "for the reasons above");
        diagnose(pod, Map.of("GO_K8S_USER", "0:0")).assertNothing("failure", "warning");
    }

    @Test
    void a_signal_ends_it_with_the_script_that_it_tries() throws IOException, InterruptedException {
        try (Pod bare = Pod.up()) {
            Path shell = bare.files("guest").resolve("bin/sh");
            Files.delete(shell);
            Files.writeString(shell, "#!/bin/busybox sh\nexec /bin/busybox sleep 300\n");
            assertTrue(shell.toFile().setExecutable(true));

            // job control, because what a shell starts in the background ignores SIGINT otherwise
            Result result = bare.exec(
                    "agent", "env", "GO_K8S_CONTAINER_SHARED_ROOT=/go", "bash", "-c", """
                set -m
                "$0" doctor --json >/tmp/out & doctor=$!
                until cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -q 'sleep[ ]300'; do sleep 0.1; done
                kill -INT $doctor
                wait $doctor
                echo $?; cat /tmp/out
                """, Pod.K8S_EXEC.toString());

            assertEquals("130\n", result.text(), result.toString());
            bare.awaitNoProcesses();
            assertEquals(List.of(), bare.sharedFiles());
        }
    }
}
