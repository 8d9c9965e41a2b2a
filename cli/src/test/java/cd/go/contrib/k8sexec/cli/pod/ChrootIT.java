package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.junit.jupiter.params.provider.ValueSource;

/** An agent that is root with Kubernetes' default capabilities, and nothing added. */
class ChrootIT {
    private static final String BASELINE = "AGENT_CAPS=" + Pod.KUBERNETES;
    private static final Map<String, String> CHROOT = Map.of("GO_K8S_ENTER", "chroot");
    private static final String WHO = Pod.request("sh", "echo $(id -u):$(id -g) $OWN", Map.of());

    /** With the guest's capabilities. */
    private static final String AS_GUEST = "setpriv --bounding-set=-all,+" + Pod.KUBERNETES.replace(",", ",+") + " -- ";

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian", BASELINE);

    @BeforeAll
    static void requireNative() {
        Pod.requireNative();
    }

    @Test
    void it_is_taken_without_a_word_where_setns_is_refused() {
        Result result = pod.k8sExec(
                Map.of("GO_K8S_ENTER", "auto"),
                Pod.request("sh", "echo ran; exit 3", Map.of()),
                "run",
                "--result",
                "/tmp/result");
        assertEquals("ran\n", result.assertExitCode(3).text());
        assertEquals("", result.ownLines());
        assertEquals(
                "chroot",
                JsonPath.from(pod.exec("agent", "cat", "/tmp/result").text()).getString("enter"));
        Result exec = pod.k8sExec(Map.of("GO_K8S_ENTER", "auto"), "", "exec", "sh", "-c", "echo ran; exit 4");
        assertEquals("ran\n", exec.assertExitCode(4).text());
        assertEquals("", exec.errors());
    }

    /** docs/pods.md, "What is different by chroot". */
    @Test
    void what_reads_the_table_of_mounts_finds_it_empty() {
        String script = """
            wc -c </proc/self/mountinfo
            df >/dev/null 2>&1 || echo no df
            df /go | wc -l
            busybox df /go >/dev/null 2>&1 || echo no df of BusyBox
            findmnt >/dev/null 2>&1 || echo no findmnt
            mount | wc -l
            """;
        assertEquals(
                "0\nno df\n2\nno df of BusyBox\nno findmnt\n0\n",
                pod.k8sExec(CHROOT, Pod.request("sh", script, Map.of()), "run").text());
    }

    @Test
    void a_program_is_told_its_own_paths_as_anywhere() {
        String script =
                "mkdir -p /tmp/own && cd /tmp/own; readlink /proc/self/exe /proc/self/cwd /proc/self/root; pwd -P";
        assertEquals(
                "/usr/bin/readlink\n/tmp/own\n/\n/tmp/own\n",
                pod.k8sExec(CHROOT, Pod.request("sh", script, Map.of()), "run").text());
    }

    /**
     * Its mounts go with the last who holds its mount namespace: plain chroot(1) then writes to a folder that nobody
     * else sees.
     */
    @ParameterizedTest
    @ValueSource(strings = {"run", "exec", "chroot"})
    void what_is_written_after_the_guests_end_is_lost_only_if_nobody_holds_its_mounts(String how) {
        try (Pod ending = Pod.up("GUEST_IMAGE=debian", BASELINE)) {
            String guest = ending.pid("guest");
            String script = "echo >/go/ready; while kill -0 " + guest + " 2>/dev/null; do :; done; "
                    + "echo kept >/go/work && echo written";
            String command = switch (how) {
                case "run" -> "echo '" + Pod.request("bash", script, Map.of()) + "' | $0 run";
                case "exec" -> "$0 exec bash -c '" + script + "'";
                default -> "chroot /proc/" + guest + "/root bash -c '" + script + "'";
            };
            Process run = ending.start(
                    "agent",
                    "bash",
                    "-c",
                    "export GO_K8S_CONTAINER_SHARED_ROOT=/go GO_K8S_ENTER=chroot; " + command
                            + " >/tmp/said 2>/tmp/errors; touch /tmp/over",
                    "/opt/extra/k8s-exec");
            ending.exec("agent", "sh", "-c", "until [ -e /go/ready ]; do sleep 0.05; done; kill -9 " + guest)
                    .assertExitCode(0);
            String said = ending.exec("agent", "sh", "-c", "until [ -e /tmp/over ]; do sleep 0.05; done; cat /tmp/said")
                    .text();
            run.destroy();

            assertEquals("written\n", said);
            assertEquals(
                    how.equals("chroot") ? List.of("ready") : List.of("ready", "work"),
                    ending.sharedFiles().stream()
                            .filter(file -> !file.startsWith(".k8s-exec"))
                            .toList());
        }
    }

    /** Who is the guest's user may look at it: that takes no SYS_PTRACE. */
    @ParameterizedTest
    @ValueSource(strings = {"chroot", "setns"})
    void a_guest_of_another_user_is_entered_and_its_environment_read_without_sys_ptrace(
            String way, @TempDir Path folder) throws IOException {
        Path profile = Files.writeString(folder.resolve("profile"), "export OWN=environment\n");
        String capabilities = Pod.KUBERNETES + (way.equals("setns") ? ",sys_admin" : "");
        try (Pod other =
                Pod.up("GUEST_UID=1000", "GUEST_GID=1001", "GUEST_PROFILE=" + profile, "AGENT_CAPS=" + capabilities)) {
            Map<String, String> by = Map.of("GO_K8S_ENTER", way);
            Result run = other.k8sExec(by, WHO, "run").assertExitCode(0);
            assertEquals("0:0 environment\n", run.text());
            assertEquals("", run.errors());
            assertEquals(
                    "1000:1001 environment\n",
                    other.k8sExec(by, WHO, "run", "--user", "target").text());
            assertEquals(
                    "environment\n",
                    other.k8sExec(by, "", "exec", "sh", "-c", "echo $OWN").text());
            assertEquals(
                    "OWN=environment\n",
                    other.k8sExec(by, "", "env", "--values")
                            .text()
                            .lines()
                            .filter(line -> line.startsWith("OWN="))
                            .map(line -> line + "\n")
                            .findFirst()
                            .orElse(""));
            assertEquals(List.of(), other.sharedFiles());
        }
    }

    @Test
    void what_the_kernel_refuses_is_told_with_its_reason() {
        try (Pod more = Pod.up(BASELINE, "GUEST_CAPS=" + Pod.KUBERNETES + ",net_admin")) {
            for (String command : List.of("run", "exec")) {
                more.k8sExec(CHROOT, WHO, command.equals("run") ? new String[] {"run"} : new String[] {"exec", "id"})
                        .assertExitCode(125)
                        .assertError("ENTER_REFUSED", "Permission denied", "no capability that the agent lacks");
            }
            assertEquals(List.of(), more.sharedFiles());
        }
        try (Pod weak = Pod.up("AGENT_CAPS=chown,dac_override,kill,setuid,setgid", "GUEST_CAPS=kill")) {
            weak.k8sExec(CHROOT, WHO, "run")
                    .assertExitCode(125)
                    .assertError("ENTER_REFUSED", "chroot(2)", "Operation not permitted", "SYS_CHROOT");
            // where nothing leads there, it is told as by nsenter, which is the last that is tried
            weak.k8sExec(Map.of("GO_K8S_ENTER", "auto"), WHO, "run")
                    .assertExitCode(125)
                    .assertError("NSENTER_FAILED", "SYS_ADMIN");
        }
        try (Pod same = Pod.up(BASELINE.replace("setuid,", ""), "GUEST_UID=1000", "GUEST_GID=1000")) {
            same.k8sExec(CHROOT, WHO, "run")
                    .assertExitCode(125)
                    .assertError("ENTER_REFUSED", "Permission denied", "SETUID");
        }
    }

    /** The root of a process is whatever that has made it: the agent's own, for one. */
    @ParameterizedTest
    @ValueSource(strings = {"/proc/AGENT/root", "/tmp/jail"})
    void a_process_that_has_its_root_elsewhere_is_not_followed(String root) {
        pod.exec("guest", "sh", "-c", "mkdir -p /tmp/jail/bin && cp /bin/busybox /tmp/jail/bin/sleep")
                .assertExitCode(0);
        String guest =
                background(pod, AS_GUEST + "chroot " + root.replace("AGENT", pod.pid("agent")) + " /bin/sleep 1001");
        try {
            pod.k8sExec(CHROOT, WHO, "run", "--pid", guest)
                    .assertExitCode(125)
                    .assertError("ENTER_REFUSED", "another directory its root");
        } finally {
            pod.exec("agent", "kill", "-KILL", guest);
        }
    }

    @Test
    void a_process_that_has_moved_to_another_root_of_mounts_is_entered_there() {
        String move = """
            mkdir -p /tmp/new/bin /tmp/new/old /tmp/new/go /tmp/new/proc; mount --bind /tmp/new /tmp/new
            for p in sh sleep; do cp /bin/busybox /tmp/new/bin/$p; done
            mount --bind /go /tmp/new/go; mount --bind /proc /tmp/new/proc; echo moved >/tmp/new/where
            cd /tmp/new; pivot_root . old; exec /bin/sleep 1001
            """;
        // that process has all capabilities
        try (Pod mighty = Pod.up("GUEST_IMAGE=debian", BASELINE + ",sys_ptrace")) {
            String guest = background(mighty, "unshare --mount sh -c '" + move + "'");
            assertEquals(
                    "moved\n",
                    mighty.k8sExec(
                                    CHROOT,
                                    Pod.request("sh", "read where </where; echo $where", Map.of()),
                                    "run",
                                    "--pid",
                                    guest)
                            .assertExitCode(0)
                            .text());
        }
    }

    @Test
    void a_namespace_into_which_it_does_not_lead_is_told() {
        String guest = background(pod, "unshare --uts --net " + AS_GUEST + "sleep 1001");
        try {
            pod.k8sExec(CHROOT, WHO, "run", "--pid", guest)
                    .assertExitCode(125)
                    .assertError("ENTER_REFUSED", "net", "uts", "the way is setns");
        } finally {
            pod.exec("agent", "kill", "-KILL", guest);
        }
    }

    @Test
    void a_link_on_the_way_to_the_directory_leads_within_the_guest() {
        pod.exec(
                        "agent",
                        "sh",
                        "-c",
                        "mkdir -p /go/real /tmp/where && echo agent >/tmp/where/is && cd /go && "
                                + "ln -s /go/real inside && ln -s /tmp/where elsewhere && ln -s ../../../tmp/where up")
                .assertExitCode(0);
        pod.exec("guest", "sh", "-c", "mkdir -p /tmp/where && echo guest >/tmp/where/is")
                .assertExitCode(0);
        String request = "{\"version\":1,\"script\":\"pwd -P\",\"workingDirectory\":\"%s\"}";
        try {
            assertEquals(
                    "/go/real\n",
                    pod.k8sExec(CHROOT, request.formatted("inside"), "run").text());
            for (String link : List.of("elsewhere", "up")) {
                // another directory than the agent has there
                pod.k8sExec(CHROOT, request.formatted(link), "run")
                        .assertExitCode(125)
                        .assertError("WORKING_DIRECTORY_MISSING", "/go/" + link);
                assertEquals(
                        "guest\n",
                        pod.k8sExec(CHROOT, "", "exec", "--workdir", "/go/" + link, "cat", "is")
                                .text());
            }
        } finally {
            pod.exec("agent", "sh", "-c", "cd /go; rm -r real inside elsewhere up");
        }
    }

    /**
     * Starts it in the guest's mounts, with all privileges of this machine.
     *
     * @return its process id in the Pod, of that which keeps running
     */
    private static String background(Pod of, String command) {
        return of.asRoot("nsenter -t " + of.pid("guest") + " -m -- " + command + " >/dev/null 2>/tmp/errors & "
                        + "until pgrep -fx '(/bin/)?sleep 1001'; do kill -0 $! || exit; sleep 0.02; done")
                .assertExitCode(0)
                .text()
                .strip();
    }
}
