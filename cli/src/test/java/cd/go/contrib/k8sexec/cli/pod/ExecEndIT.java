package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a program in the guest ends, or does not even start. */
@Needs(Need.POD)
class ExecEndIT {
    @RegisterExtension
    static final Pods PODS = new Pods(ExecIT.PROFILE);

    @AfterEach
    void nothing_is_left() {
        PODS.all().forEach(Pod::awaitNoProcesses);
    }

    @ParameterizedTest
    @CsvSource({"debian,/bin/dash", "debian,/bin/bash", "busybox,/bin/busybox"})
    void what_cannot_be_run_is_127_or_126_whatever_the_guests_sh(String image, String shell) {
        Pod pod = PODS.get(image);
        pod.exec(
                        "guest",
                        "sh",
                        "-c",
                        "mkdir -p /tmp/first; ln -s " + shell + " /tmp/first/sh; echo x >/tmp/not-executable")
                .assertExitCode(0);
        try {
            pod.k8sExec("", "exec", "no-such", "x").assertExitCode(127).assertError("PROGRAM_MISSING", "\"no-such\"");
            pod.k8sExec("", "exec", "/no/such").assertExitCode(127).assertError("PROGRAM_MISSING", "\"/no/such\"");
            pod.k8sExec("", "exec", "/tmp/not-executable")
                    .assertExitCode(126)
                    .assertError("PROGRAM_FAILED", "\"/tmp/not-executable\"");
            assertEquals(
                    "",
                    pod.k8sExec("", "exec", "sh", "-c", "exit 127")
                            .assertExitCode(127)
                            .ownLines());
            assertEquals(
                    "<a>\n<>\n<b\n>\n",
                    pod.k8sExec("", "exec", "printf", "<%s>\\n", "a", "", "b\n")
                            .assertExitCode(0)
                            .text());
        } finally {
            pod.exec("guest", "rm", "-r", "/tmp/first");
        }
    }

    @Test
    void exit_codes_and_signals_are_the_programs_own() {
        Pod pod = PODS.get("debian");
        for (int code : new int[] {0, 1, 2, 42, 125, 126, 127, 128, 255}) {
            assertEquals(
                    "",
                    pod.k8sExec("", "exec", "sh", "-c", "exit " + code)
                            .assertExitCode(code)
                            .ownLines());
        }
        Result result = pod.exec(
                "agent", "bash", "-c", "$0 exec -- sh -c 'kill -TERM $$; sleep 5'; echo $?", Pod.K8S_EXEC.toString());
        assertEquals("143\n", result.text());
    }

    @Needs(Need.PROCPS)
    @Tag("smoke")
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "HUP"})
    void a_signal_to_k8s_exec_ends_the_program(String signal) {
        Result result = PODS.get("busybox")
                .exec(
                        "agent",
                        "bash",
                        "-c",
                        "set -m; $0 exec -- sleep 1000 & pid=$!; "
                                + "until ps -eo args= | grep -qx 'sleep 1000'; do sleep 0.1; done; kill -" + signal
                                + " $pid; wait $pid; echo $?",
                        Pod.K8S_EXEC.toString());

        // the JVM build ends its child by SIGTERM
        assertEquals(signal.equals("HUP") && Pod.isNative() ? "129\n" : "143\n", result.text(), result.toString());
    }

    @Test
    void the_program_is_the_process_that_was_started() {
        if (Pod.isNative()) {
            Result result = PODS.get("debian")
                    .exec("agent", "bash", "-c", "$0 exec -- sh -c 'echo $$' & echo $!", Pod.K8S_EXEC.toString());
            String[] pids = result.text().split("\n");
            assertEquals(pids[0], pids[1], result.toString());
        }
    }

    @Test
    void signals_are_as_the_caller_had_them() {
        String[] status = new String[2];
        String[] commands = {"", Pod.K8S_EXEC + " exec -- "};
        for (int i = 0; i < 2; i++) {
            status[i] = PODS.get("debian")
                    .exec(
                            "agent",
                            "bash",
                            "-c",
                            "trap '' HUP USR1; " + commands[i] + "grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status")
                    .text();
        }
        // the JDK ignores SIGPIPE in what it starts, too
        assertTrue(!Pod.isNative() || status[0].equals(status[1]), status[0] + status[1]);
    }

    @Test
    void a_terminal_that_is_not_there_is_an_error() {
        PODS.get("busybox")
                .k8sExec("x", "exec", "-it", "cat")
                .assertExitCode(125)
                .assertError("TERMINAL_MISSING");
    }

    @Test
    void a_guest_that_cannot_be_entered_is_told_from_a_program_that_fails(@TempDir Path folder) throws IOException {
        try (Pod weak = Pod.up("AGENT_CAPS=chown,dac_override,kill,setuid,setgid,sys_chroot")) {
            weak.k8sExec(Map.of("GO_K8S_ENTER", "auto"), "", "exec", "id")
                    .assertExitCode(125)
                    .assertError("NSENTER_FAILED", "SYS_ADMIN");
        }
        Files.writeString(folder.resolve("profile"), "export PATH=/none");
        try (Pod bare =
                Pod.up("GUEST_PROFILE=" + folder.resolve("profile"), "AGENT_CAPS=" + Pod.KUBERNETES + ",sys_admin")) {
            bare.k8sExec("", "exec", "--enter=nsenter", "/bin/true")
                    .assertExitCode(127)
                    .assertError("SH_MISSING");
        }
        PODS.get("debian")
                .k8sExec("", "exec", "--container", "none", "id")
                .assertExitCode(125)
                .assertError("TARGET_UNKNOWN");
    }
}
