package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where the kernel refuses the agent what it asks for. */
@Needs(Need.POD)
class RefusedIT {
    private static final String REQUEST = Pod.request("sh", "echo ran", Map.of());
    private static final String WITHOUT_SYS_ADMIN = "AGENT_CAPS=chown,dac_override,kill,setuid,setgid,sys_chroot";

    @Test
    void an_agent_without_sys_admin_is_told_what_it_needs() {
        try (Pod weak = Pod.up(WITHOUT_SYS_ADMIN)) {
            weak.k8sExec(REQUEST, "run").assertExitCode(125).assertError("NSENTER_FAILED", "SYS_ADMIN");
        }
    }

    /** As Dockerfile.agent makes it: with file capabilities, for the group of the agent's user alone. */
    @Test
    void an_agent_outside_of_the_group_of_the_nsenter_with_the_privilege_is_told_that_group() throws Exception {
        try (Pod other = Pod.up("AGENT_UID=1234", "AGENT_GID=1234")) {
            String image = "mount -t tmpfs -o mode=755 image /usr/local && mkdir -p /usr/local/libexec/k8s-exec && cp "
                    + "/usr/bin/nsenter /usr/local/libexec/k8s-exec && chmod 750 /usr/local/libexec/k8s-exec/nsenter";
            Machine.run("nsenter", "-t", other.machinePid("agent"), "-m", "sh", "-c", image);

            other.run("sh", "echo ran")
                    .assertExitCode(125)
                    .assertError("NSENTER_FAILED", "(container guest, process ", "securityContext: {runAsGroup: 0}");
            assertEquals(
                    "in the agent container: securityContext: {runAsGroup: 0}",
                    Diagnosis.diagnose(other)
                            .assertFailure("file-capabilities", "user 1234:1234, and only group 0 may run"));
        }
    }

    /** More than a pipe holds: nsenter ends before it has been read. */
    @Test
    void an_environment_that_nobody_reads_is_no_end_of_k8s_exec() {
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            variables.put("VARIABLE_" + i, "v".repeat(1000));
        }
        try (Pod weak = Pod.up(WITHOUT_SYS_ADMIN)) {
            for (String way : List.of("auto", "nsenter")) {
                Result result = weak.k8sExec(
                        Pod.request("sh", "echo ran", variables), "run", "--enter", way, "--result", "/tmp/r");
                assertEquals("", result.assertExitCode(125).ownLines());
                String written = weak.exec("agent", "cat", "/tmp/r").text();
                assertTrue(written.contains("\"error\":\"NSENTER_FAILED\""), written);
                assertTrue(written.contains("SYS_ADMIN]}}"), written);
                assertEquals(List.of(), weak.sharedFiles());
            }
        }
    }

    /** Whether it reads its input is no matter of luck here: it never does. */
    @Test
    void an_nsenter_that_ends_at_once_is_an_error_and_no_end_of_k8s_exec() {
        String loop = """
            mkdir /tmp/refuse; printf '#!/bin/sh\\nexit 1\\n' >/tmp/refuse/nsenter; chmod +x /tmp/refuse/nsenter
            cat >/tmp/request
            export GO_K8S_CONTAINER_SHARED_ROOT=/go GO_K8S_ENTER=nsenter "PATH=/tmp/refuse:$PATH"
            for i in $(seq 20); do
                "$0" run --user 0:0 </tmp/request 2>/tmp/errors; echo "run $? $(grep -o 'error .[A-Z_]*' /tmp/errors)"
                "$0" doctor >/tmp/report; echo "doctor $? $(grep -o 'failure trial' /tmp/report)"
            done
            """;
        byte[] request = Pod.request(
                        "sh", "echo ran", Map.of("LARGE", "v".repeat(100_000), "MORE", "v".repeat(100_000)))
                .getBytes();
        try (Pod pod = Pod.up()) {
            Result result = pod.exec("agent", request, "sh", "-c", loop, Pod.K8S_EXEC.toString());

            assertEquals(
                    "run 125 error [NSENTER_FAILED\ndoctor 1 failure trial\n".repeat(20),
                    result.assertExitCode(0).text(),
                    result.toString());
        }
    }

    /** As an older kernel or a strict seccomp filter does. */
    @Needs(Need.RUNC)
    @Test
    void scripts_run_without_the_newer_system_calls() {
        // glibc, which the JVM is linked with, makes no thread if clone3 is forbidden
        String refused = (Pod.isNative() ? "clone3," : "") + "pidfd_open,pidfd_send_signal,close_range,memfd_create";
        try (Pod strict = Pod.up("POD_RUNTIME=runc", "AGENT_SECCOMP=" + refused)) {
            for (String user : List.of("agent", "1000:1000")) {
                String opened = "for d in 3 4 5 6 7 8; do [ ! -e /proc/self/fd/$d ] || echo $d is open; done; id -u";
                assertEquals(
                        user.equals("agent") ? "0\n" : "1000\n",
                        strict.k8sExec(Pod.request("sh", opened, Map.of()), "run", "--user", user)
                                .assertExitCode(0)
                                .text());
            }
            assertEquals(
                    "ran\n",
                    strict.k8sExec("", "exec", "--", "echo", "ran")
                            .assertExitCode(0)
                            .text());
        }
    }
}
