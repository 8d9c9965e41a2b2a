package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the native executable does without nsenter and without the guest's sh, by each way that needs neither. */
class DirectIT {
    private static final Map<String, String> SETNS = Map.of("GO_K8S_ENTER", "setns");
    private static final String WHO =
            Pod.request("sh", "id -u; id -g; id -G; grep ^CapEff /proc/self/status", Map.of());

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian", "AGENT_CAPS=" + Pod.KUBERNETES + ",sys_admin,sys_ptrace");

    @BeforeAll
    static void requireNative() {
        Pod.requireNative();
    }

    @Test
    void the_result_says_which_way_was_taken() {
        for (String way : List.of("setns", "nsenter", "chroot")) {
            String request = Pod.request("sh", "exit 3", Map.of());
            pod.k8sExec(request, "run", "--enter", way, "--result", "/tmp/result")
                    .assertExitCode(3);
            assertEquals(way, result().getString("enter"));
            String plan = pod.k8sExec(request, "run", "--enter", way, "--dry-run")
                    .assertExitCode(0)
                    .text();
            assertTrue(plan.contains("\nenter:             " + way), plan);
        }
        pod.k8sExec("{}", "run", "--result", "/tmp/result").assertExitCode(125);
        assertEquals(null, result().getString("enter"));
    }

    private static JsonPath result() {
        return JsonPath.from(pod.exec("agent", "cat", "/tmp/result").text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"setns", "chroot"})
    void another_user_has_its_groups_and_no_capabilities(String way) {
        Map<String, String> by = by(way);
        String none = "CapEff:\t0000000000000000\n";
        assertEquals(
                "1000\n1001\n1001\n" + none,
                pod.k8sExec(by, WHO, "run", "--user", "1000:1001")
                        .assertExitCode(0)
                        .text());

        String guest = background("setpriv --reuid 1000 --regid 1001 --groups 2000,3000 sleep 1000");
        try {
            assertEquals(
                    "1000\n1001\n1001 2000 3000\n" + none,
                    pod.k8sExec(by, WHO, "run", "--pid", guest, "--user", "target")
                            .assertExitCode(0)
                            .text());
            // root keeps its capabilities, as by nsenter -S 0
            assertEquals(
                    pod.k8sExec(WHO, "run", "--enter", "nsenter", "--user", "0:0")
                            .text(),
                    pod.k8sExec(by, WHO, "run", "--user", "0:0")
                            .assertExitCode(0)
                            .text());
        } finally {
            pod.exec("agent", "kill", "-KILL", guest);
        }
    }

    @ParameterizedTest
    @CsvSource({"--pid --fork --mount-proc,pid", "--time,time", "--user,user"})
    void a_guest_with_such_a_namespace_of_its_own_is_entered(String option, String kind) {
        String guest = background("unshare " + option + " sleep 1000");
        // as a container runtime does: root in there is root out here
        String map = "for ids in uid gid; do echo 0 0 65536 >/proc/" + guest + "/${ids}_map; done";
        pod.exec("agent", "sh", "-c", kind.equals("user") ? map : ":").assertExitCode(0);
        String link = "readlink /proc/self/ns/" + kind;
        try {
            String own = pod.exec("agent", "readlink", "/proc/self/ns/" + kind).text();
            String theirs = pod.exec("agent", "readlink", "/proc/" + guest + "/ns/" + kind)
                    .text();
            assertTrue(!theirs.isEmpty() && !own.equals(theirs), own + theirs);
            Result run = pod.k8sExec(SETNS, Pod.request("sh", link + "; exit 3", Map.of()), "run", "--pid", guest);
            assertEquals(theirs, run.assertExitCode(3).text(), run.toString());
            Result exec = pod.k8sExec(
                    SETNS, "input", "exec", "-i", "--workdir", "/", "--pid", guest, "sh", "-c", link + "; cat; exit 4");
            assertEquals(theirs + "input", exec.assertExitCode(4).text(), exec.toString());
        } finally {
            pod.exec("agent", "kill", "-KILL", guest);
        }
    }

    @Test
    void a_program_in_a_pid_namespace_of_its_own_gets_the_signals_of_k8s_exec() {
        String guest = background("unshare --pid --fork --mount-proc sleep 1000");
        try {
            Result result = pod.exec(
                    "agent",
                    "bash",
                    "-c",
                    "set -m; GO_K8S_ENTER=setns $0 exec --pid " + guest
                            + " sh -c 'trap \"echo told; exit 5\" TERM; touch /go/ready; while :; do sleep 0.05; "
                            + "done' & "
                            + "until [ -e /go/ready ]; do sleep 0.05; done; rm /go/ready; kill -TERM $!; wait $!; "
                            + "echo $?",
                    Pod.K8S_EXEC.toString());
            assertEquals("told\n5\n", result.text(), result.toString());
        } finally {
            pod.exec("agent", "kill", "-KILL", guest);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "chroot"})
    void exec_takes_neither_the_guests_sh_nor_nsenter(String way, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("profile"), "export PATH=/none");
        try (Pod bare = Pod.up("GUEST_PROFILE=" + folder.resolve("profile"))) {
            Map<String, String> environment = Map.of("PATH", "/none", "GO_K8S_ENTER", way);
            assertEquals(
                    "ran\n",
                    bare.k8sExec(environment, "", "exec", "/bin/echo", "ran")
                            .assertExitCode(0)
                            .text());
            bare.k8sExec(environment, "", "exec", "echo")
                    .assertExitCode(127)
                    .assertError("PROGRAM_MISSING", "\"echo\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"setns", "chroot"})
    void a_program_in_the_guest_that_lacks_the_directory_starts_in_the_root_with_a_warning(String way) {
        Map<String, String> environment = Map.of("GO_K8S_CONTAINER_ROOT", "/none", "GO_K8S_ENTER", way);
        Result result = pod.k8sExec(environment, "", "exec", "--user", "1000:1000", "pwd")
                .assertExitCode(0);

        assertEquals("/\n", result.text());
        assertTrue(result.ownLines().matches("k8s-exec: warning: the guest has no \"/none\", .*"), result.toString());
    }

    /** As execvp(3) and every shell. */
    @ParameterizedTest
    @ValueSource(strings = {"setns", "chroot"})
    void a_script_without_a_first_line_that_names_its_shell_is_one_of_sh(String way) {
        pod.exec("guest", "sh", "-c", "echo 'echo \"$0 $1\"' >/tmp/plain; chmod 755 /tmp/plain")
                .assertExitCode(0);

        assertEquals(
                "/tmp/plain x\n",
                pod.k8sExec(by(way), "", "exec", "/tmp/plain", "x")
                        .assertExitCode(0)
                        .text());
    }

    @Test
    void what_the_kernel_refuses_is_told_with_its_reason() {
        try (Pod weak = Pod.up("AGENT_CAPS=" + Pod.KUBERNETES)) {
            weak.k8sExec(SETNS, WHO, "run")
                    .assertExitCode(125)
                    .assertError("ENTER_REFUSED", "Operation not permitted", "SYS_ADMIN");
            weak.k8sExec(SETNS, "", "exec", "id").assertExitCode(125).assertError("ENTER_REFUSED");
            assertEquals(List.of(), weak.sharedFiles());
        }
        try (Pod more = Pod.up("GUEST_CAPS=" + Pod.KUBERNETES + ",net_admin")) {
            more.k8sExec(SETNS, WHO, "run")
                    .assertExitCode(125)
                    .assertError("ENTER_REFUSED", "Permission denied", "SYS_PTRACE");
        }
    }

    /** Another directory at the same path would take the script's work, and nobody would notice. */
    @ParameterizedTest
    @ValueSource(strings = {"setns", "chroot"})
    void a_working_directory_that_is_another_one_in_the_guest_is_refused(String way) {
        pod.exec("agent", "mkdir", "-p", "/go/job").assertExitCode(0);
        try {
            String request = "{\"version\":1,\"script\":\"echo ran\",\"workingDirectory\":\"job\"}";
            assertEquals(
                    "ran\n",
                    pod.k8sExec(by(way), request, "run").assertExitCode(0).text());
            mount("mount", "-t", "tmpfs", "other", "/go/job");
            pod.k8sExec(by(way), request, "run")
                    .assertExitCode(125)
                    .assertError("WORKING_DIRECTORY_MISSING", "/go/job", "the agent has there ", " at /go, ")
                    .assertError("WORKING_DIRECTORY_MISSING", "the guest tmpfs ", " at /go/job");
            mount("umount", "/go/job");
        } finally {
            pod.exec("agent", "rmdir", "/go/job");
        }
    }

    private static void mount(String... command) {
        String words = String.join(" ", command);
        pod.exec("agent", "sh", "-c", "nsenter -t " + pod.pid("guest") + " -m " + words)
                .assertExitCode(0);
    }

    @ParameterizedTest
    @CsvSource({"setns,run", "setns,exec", "chroot,run", "chroot,exec"})
    void a_needed_program_that_is_missing_is_named(String way, String command) {
        Result result = command.equals("run")
                ? pod.k8sExec(by(way), Pod.request("shebang", "#!/usr/bin/env none\n", Map.of()), "run")
                : pod.k8sExec(by(way), "", "exec", "none");
        result.assertExitCode(127).assertError(command.equals("run") ? "SHELL_MISSING" : "PROGRAM_MISSING", "none");
    }

    private static Map<String, String> by(String way) {
        return Map.of("GO_K8S_ENTER", way);
    }

    /**
     * Starts it in the guest, by the agent, which may do more.
     *
     * @return its process id in the Pod, of that which keeps running
     */
    private static String background(String command) {
        return pod.exec(
                        "agent",
                        "bash",
                        "-c",
                        "nsenter -t " + pod.pid("guest") + " -m " + command + " >/dev/null 2>/tmp/errors & "
                                + "until pgrep -fx 'sleep 1000'; do kill -0 $! || exit; sleep 0.02; done")
                .assertExitCode(0)
                .text()
                .strip();
    }
}
