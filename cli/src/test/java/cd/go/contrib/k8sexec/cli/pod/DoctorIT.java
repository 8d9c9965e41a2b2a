package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

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
            "shells",
            "script-user",
            "trial");
    /** What a container gets that asks for nothing. */
    static final String KUBERNETES =
            "chown,dac_override,fsetid,fowner,mknod,net_raw,setgid,setuid,setfcap,setpcap,net_bind_service,"
                    + "sys_chroot,kill,audit_write";

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @TempDir
    Path folder;

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
                .assertCheck(
                        "trial",
                        "ok",
                        "a script ran in the guest, by " + (Pod.isDirect() ? "setns" : "nsenter") + ", in ");
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
        assertTrue(result.text().endsWith("failures: 1; mend the first one first\n"), result.text());
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
    void a_wrong_container_root_gets_the_right_one() {
        String remedy = diagnose(pod, Map.of("GO_K8S_CONTAINER_ROOT", "/usr"))
                .assertFailure("container-root", "does not have the agent's /go at /usr, but at /go");

        diagnose(pod, variable(remedy)).assertNothing("failure", "warning");
    }

    @Test
    void an_unset_shared_root_gets_the_volume_that_both_have() {
        String remedy = diagnose(pod, Map.of("GO_K8S_CONTAINER_SHARED_ROOT", ""))
                .assertFailure("shared-root", "GO_K8S_CONTAINER_SHARED_ROOT is not set");
        diagnose(pod, variable(remedy)).assertNothing("failure", "warning").assertCheck("shared-root", "ok", "/go");

        diagnose(pod, Map.of("GO_K8S_CONTAINER_SHARED_ROOT", "/none"))
                .assertFailure("shared-root", "/none does not exist");
    }

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
    void a_missing_nsenter_can_be_installed() {
        pod.exec(
                        "agent",
                        "sh",
                        "-c",
                        "mkdir -p /tmp/none && for c in java dirname readlink; do ln -sf $(command -v $c) "
                                + "/tmp/none/$c; done")
                .assertExitCode(0);
        Map<String, String> without = Map.of("PATH", "/tmp/none", "GO_K8S_ENTER", "nsenter");
        String remedy =
                diagnose(pod, without).assertFailure("nsenter", "no nsenter along the agent's PATH (/tmp/none)");

        assertTrue(remedy.contains("apt-get install -y util-linux"), remedy);
        // what that package brings
        pod.exec("agent", "ln", "-s", "/usr/bin/nsenter", "/tmp/none/nsenter").assertExitCode(0);
        diagnose(pod, without).assertNothing("failure", "warning").assertCheck("nsenter", "ok", "/tmp/none/nsenter");
        pod.exec("agent", "rm", "/tmp/none/nsenter");
    }

    @Test
    void setns_needs_no_nsenter() {
        Pod.requireDirect();
        diagnose(pod, Map.of("PATH", "/none"))
                .assertNothing("failure", "warning")
                .assertCheck("nsenter", "skipped", "setns, which is tried first, needs none")
                .assertCheck("trial", "ok", "by setns");
        // one that cannot be run is no more than none
        pod.exec(
                        "agent",
                        "sh",
                        "-c",
                        "mkdir -p /tmp/broken && cp /bin/busybox /tmp/broken/nsenter "
                                + "&& printf '#!/none\\n' >/tmp/broken/nsenter")
                .assertExitCode(0);
        Diagnosis broken = diagnose(pod, Map.of("PATH", "/tmp/broken"));
        broken.assertNothing("failure")
                .assertCheck("seccomp", "skipped", "the trial shows")
                .assertCheck("trial", "ok", "by setns");
        broken.assertWarning("nsenter", "/tmp/broken/nsenter cannot be run", "a guest that setns cannot enter");
    }

    @Test
    void busyboxs_nsenter_will_do() {
        pod.exec("agent", "sh", "-c", "mkdir -p /tmp/bb && ln -sf \"$(command -v busybox)\" /tmp/bb/nsenter")
                .assertExitCode(0);

        Diagnosis diagnosis = diagnose(
                        pod, Map.of("PATH", "/tmp/bb:" + System.getenv("PATH"), "GO_K8S_ENTER", "nsenter"))
                .assertNothing("failure")
                .assertCheck("nsenter", "ok", "/tmp/bb/nsenter, BusyBox v1.")
                .assertCheck("seccomp", "ok");
        // Debian's BusyBox runs itself as sh, in whatever file system
        assertTrue(diagnosis
                .assertWarning("shells", "sh, /", "prefers its own")
                .contains("apt-get install -y util-linux"));
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
    void a_guest_with_more_processor_time_than_the_agent_does_not_get_it() {
        Need.require(Need.RUNC);
        String remedy;
        try (Pod slow = Pod.up(
                "AGENT_CPU=500",
                "GUEST_CPU=1500",
                "GUEST_CAPS=" + KUBERNETES,
                "AGENT_CAPS=" + KUBERNETES + ",sys_admin")) {
            remedy = diagnose(slow)
                    .assertNothing("failure")
                    .assertWarning("cpu-limit", "agent: 500m, guest: 1500m", "scripts run under the agent's");
        }
        Matcher limit = Pattern.compile("limits: \\{cpu: (\\d+)m}").matcher(remedy);
        assertTrue(limit.find(), remedy);
        try (Pod mended = Pod.up("AGENT_CPU=" + limit.group(1), "GUEST_CPU=1500")) {
            diagnose(mended)
                    .assertNothing("failure", "warning")
                    .assertCheck("cpu-limit", "ok", "agent: 1500m, guest: 1500m");
        }
    }

    @Needs(Need.SETCAP)
    @Test
    void an_agent_that_is_not_root_may_need_the_volume_of_its_group() throws IOException, InterruptedException {
        try (Pod other = Pod.up(
                "AGENT_UID=1000",
                "AGENT_GID=1000",
                "AGENT_NNP=false",
                "AGENT_CAPS=" + KUBERNETES + ",sys_admin,sys_ptrace")) {
            Map<String, String> environment = nsenterOf(other);
            setcap(other, "setcap cap_sys_admin,cap_sys_chroot,cap_sys_ptrace+ep /tmp/bin/nsenter");
            // as kubelet makes an emptyDir for a Pod with an fsGroup
            onMachine("chmod", "755", other.shared().toString());
            Diagnosis diagnosis = diagnose(other, environment);
            String remedy = diagnosis.assertFailure("writable", "/go/.k8s-exec", "Permission denied");
            diagnosis.assertCheck("trial", "skipped");
            Matcher group = Pattern.compile("in the Pod: securityContext: \\{fsGroup: (\\d+)}")
                    .matcher(remedy);
            assertTrue(group.matches(), remedy);
            // what kubelet does for it
            onMachine("chgrp", group.group(1), other.shared().toString());
            onMachine("chmod", "2775", other.shared().toString());
            diagnose(other, environment).assertNothing("failure", "warning");
        }
    }

    private static void onMachine(String... command) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), String.join(" ", command));
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

    @Test
    void a_script_of_another_user_needs_a_folder_to_write_to() {
        try {
            pod.exec("agent", "chmod", "755", "/go").assertExitCode(0);
            String remedy = diagnose(pod, Map.of("GO_K8S_USER", "1000:1000"))
                    .assertWarning("script-user", "run as 1000:1000", "cannot write");
            assertEquals("chown 1000:1000 \"/go\"", remedy);
            pod.exec("agent", "sh", "-c", remedy).assertExitCode(0);
            diagnose(pod, Map.of("GO_K8S_USER", "1000:1000")).assertNothing("failure", "warning");
        } finally {
            pod.exec("agent", "sh", "-c", "chown 0:0 /go && chmod 777 /go");
        }
    }

    @Test
    void an_agent_without_sys_admin_gets_it() {
        String remedy;
        try (Pod weak = Pod.up("AGENT_CAPS=" + KUBERNETES)) {
            Diagnosis diagnosis = diagnose(weak);
            remedy = diagnosis.assertFailure("capabilities", "lacks SYS_ADMIN, of SYS_CHROOT, SYS_ADMIN are needed");
            diagnosis.assertFailure("trial", "nsenter", "Operation not permitted");
            assertEquals("in the agent container: securityContext: {capabilities: {add: [SYS_ADMIN]}}", remedy);
        }
        // the Pod of this class has just that
        assertEquals("sys_admin", added(remedy));
    }

    @Test
    void a_volume_may_be_mounted_noexec_or_read_only() throws IOException, InterruptedException {
        String remedy =
                remounted("guest", "noexec").assertNothing("failure").assertWarning("mount-options", "mounted noexec");
        assertTrue(remedy.contains("emptyDir: {}}], which is not mounted noexec"), remedy);
        remounted("guest", "exec").assertNothing("failure", "warning");

        for (String container : List.of("agent", "guest")) {
            Diagnosis diagnosis = remounted(container, "ro");
            remedy = diagnosis.assertFailure(
                    "mount-options", "/go is mounted read-only in the " + container + " container");
            assertEquals(
                    "in the " + container
                            + " container: volumeMounts: [{name: VOLUME, mountPath: /go, readOnly: false}]",
                    remedy);
            diagnosis.assertCheck("trial", "skipped");
            remounted(container, "rw").assertNothing("failure", "warning");
        }
    }

    /** After the shared folder was mounted so in that container alone. */
    private static Diagnosis remounted(String container, String option) throws IOException, InterruptedException {
        onMachine("nsenter", "-t", pod.machinePid(container), "-m", "mount", "-o", "remount,bind," + option, "/go");
        return diagnose(pod);
    }

    @Test
    void a_full_volume_is_told_from_one_that_cannot_be_written() {
        try (Pod small = Pod.up("GO_OPTIONS=size=128m")) {
            small.exec("agent", "sh", "-c", "cat /dev/zero >/go/full 2>/dev/null");
            Diagnosis full = diagnose(small);
            String remedy = full.assertFailure("free-space", "no space left: 0B free of 128Mi");
            full.assertCheck("writable", "skipped", "No space left on device").assertCheck("trial", "skipped");
            String look = remedy.replaceFirst(".*(du -ax /go [^;]*);.*", "$1");
            assertTrue(small.exec("agent", "sh", "-c", look).text().contains("/go/full"), remedy);
            small.exec("agent", "truncate", "-s", "100M", "/go/full").assertExitCode(0);
            diagnose(small).assertWarning("free-space", "28Mi free of 128Mi");
            small.exec("agent", "rm", "/go/full").assertExitCode(0);
            diagnose(small).assertNothing("failure", "warning");
        }
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
    void a_guest_of_another_user_with_less_memory_for_the_agent_and_a_registration_to_see() throws IOException {
        Need.require(Need.RUNC);
        Path profile = Files.writeString(
                folder.resolve("profile"), "export GO_EA_AUTO_REGISTER_KEY=hidden-value GO_EA_SERVER_URL=x\n");
        List<String> settings = new ArrayList<>(List.of(
                "GUEST_UID=1000",
                "GUEST_GID=1000",
                "AGENT_MEMORY=384m",
                "GUEST_MEMORY=512m",
                "GUEST_PROFILE=" + profile));
        String capabilities;
        try (Pod foreign = Pod.up(settings.toArray(String[]::new))) {
            Diagnosis diagnosis = diagnose(foreign);
            capabilities = diagnosis.assertFailure(
                    "capabilities",
                    "lacks SYS_PTRACE, of SYS_CHROOT, SYS_PTRACE, SYS_ADMIN",
                    "user 1000:1000, not 0:0");
            diagnosis.assertFailure("trial", "nsenter", "Permission denied");
            diagnosis.assertCheck("memory-limit", "skipped", "agent: 384Mi, guest: unknown");
        }
        settings.add("AGENT_CAPS=" + KUBERNETES + "," + added(capabilities));
        String command;
        String memory;
        try (Pod seen = Pod.up(settings.toArray(String[]::new))) {
            Diagnosis diagnosis = diagnose(seen).assertNothing("failure");
            command = diagnosis.assertWarning("guest-environment", "has GO_EA_AUTO_REGISTER_KEY, GO_EA_SERVER_URL");
            assertTrue(!diagnosis.result().text().contains("hidden-value"), "a value");
            memory = diagnosis.assertWarning("memory-limit", "agent: 384Mi, guest: 512Mi");
        }
        String words = command.replaceFirst(".*command: \\[(env.*), \\.\\.\\.].*", "$1")
                .replace(",", "");
        Files.writeString(profile, "exec " + words + " /bin/sleep infinity\n", StandardOpenOption.APPEND);
        settings.set(2, "AGENT_MEMORY=" + memory.replaceFirst(".*memory: (\\d+)Mi}.*", "$1") + "m");
        try (Pod mended = Pod.up(settings.toArray(String[]::new))) {
            diagnose(mended).assertNothing("failure", "warning", "skipped");

            Result weak = mended.exec(
                    "agent", inAgent("env", "GO_K8S_USER=target", "setpriv", "--bounding-set=-dac_override"));
            assertEquals(
                    "in the agent container: securityContext: {capabilities: {add: [DAC_OVERRIDE]}}",
                    new Diagnosis(weak)
                            .assertWarning("script-user", "run as 1000:1000", "without DAC_OVERRIDE", "cannot delete"));
        }
    }

    @Needs(Need.SETCAP)
    @Test
    void an_agent_that_is_not_root_needs_file_capabilities_and_no_no_new_privs()
            throws IOException, InterruptedException {
        List<String> settings = new ArrayList<>(List.of("AGENT_UID=1000", "AGENT_GID=1000"));
        String capabilities;
        String setcap;
        String escalation;
        try (Pod bare = Pod.up(settings.toArray(String[]::new))) {
            Diagnosis diagnosis = diagnose(bare, nsenterOf(bare));
            capabilities = diagnosis.assertFailure(
                    "capabilities",
                    "lacks SYS_PTRACE, of SYS_CHROOT, SYS_PTRACE, SYS_ADMIN",
                    "user 0:0, not 1000:1000");
            setcap = diagnosis.assertFailure(
                    "file-capabilities", "user 1000, not root", "gives no SYS_CHROOT, SYS_PTRACE, SYS_ADMIN");
            escalation = diagnosis.assertFailure("no-new-privs", "switches file capabilities off");
            diagnosis.assertCheck("seccomp", "skipped");
            assertEquals("in the agent container: securityContext: {allowPrivilegeEscalation: true}", escalation);

            // as in an image whose nsenter asks for more than the Pod grants: it cannot even be started
            setcap(bare, setcap);
            diagnosis = diagnose(bare, nsenterOf(bare));
            diagnosis.assertFailure("capabilities", "lacks SYS_PTRACE");
            diagnosis.assertCheck("file-capabilities", "ok", "/tmp/bin/nsenter has SYS_CHROOT, SYS_PTRACE, SYS_ADMIN");
        }
        settings.add("AGENT_CAPS=" + KUBERNETES + "," + added(capabilities));
        try (Pod strict = Pod.up(settings.toArray(String[]::new))) {
            nsenterOf(strict);
            setcap(strict, setcap);
            diagnose(strict, nsenterOf(strict)).assertFailures("no-new-privs", "trial");
        }
        settings.add("AGENT_NNP=false");
        try (Pod mended = Pod.up(settings.toArray(String[]::new))) {
            diagnose(mended, nsenterOf(mended)).assertFailures("file-capabilities", "trial");
            setcap(mended, setcap);
            diagnose(mended, nsenterOf(mended)).assertNothing("failure", "warning");

            // as on a volume
            String agent = mended.machinePid("agent");
            onMachine("nsenter", "-t", agent, "-m", "mount", "--bind", "/tmp/bin", "/tmp/bin");
            onMachine("nsenter", "-t", agent, "-m", "mount", "-o", "remount,bind,nosuid", "/tmp/bin");
            String remedy = diagnose(mended, nsenterOf(mended))
                    .assertFailure("file-capabilities", "/tmp/bin/nsenter lies", "mounted nosuid");
            assertEquals("put nsenter into the agent's image, not onto a volume", remedy);
            onMachine("nsenter", "-t", agent, "-m", "umount", "/tmp/bin");
            diagnose(mended, nsenterOf(mended)).assertNothing("failure", "warning");
        }
    }

    /** A copy of nsenter in the agent, first on its PATH; the remedy's setcap is done to that one. */
    private static Map<String, String> nsenterOf(Pod of) throws IOException {
        Path bin = of.files("agent").resolve("tmp/bin");
        if (!Files.exists(bin)) {
            Files.createDirectory(bin);
            Files.copy(Path.of("/usr/bin/nsenter"), bin.resolve("nsenter"), StandardCopyOption.COPY_ATTRIBUTES);
        }
        return Map.of("PATH", "/tmp/bin:" + System.getenv("PATH"));
    }

    private static void setcap(Pod of, String remedy) throws IOException, InterruptedException {
        String command = remedy.replaceFirst("in the agent's Dockerfile: RUN ", "")
                .replace(" /tmp/bin", " " + of.files("agent") + "/tmp/bin");
        assertTrue(command.startsWith("setcap cap_"), remedy);
        onMachine("sh", "-c", command);
    }

    @Test
    void a_filter_that_refuses_setns_is_told_from_missing_privileges() {
        Need.require(Need.RUNC);
        try (Pod filtered = Pod.up("AGENT_SECCOMP=setns")) {
            Diagnosis diagnosis = diagnose(filtered);
            String remedy = diagnosis.assertFailure(
                    "seccomp",
                    "setns is refused in spite of the privileges",
                    "a filter is on",
                    "Operation not permitted");
            assertEquals("in the agent container: securityContext: {seccompProfile: {type: RuntimeDefault}}", remedy);
            diagnosis.assertFailures("seccomp", "trial");
        }
        try (Pod filtered = Pod.up("AGENT_SECCOMP=reboot,kexec_load")) {
            diagnose(filtered)
                    .assertNothing("failure", "warning")
                    .assertCheck("seccomp", "ok", "a filter is on, and lets setns through");
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

    private static Diagnosis diagnose(Pod of) {
        return diagnose(of, Map.of());
    }

    private static Diagnosis diagnose(Pod of, Map<String, String> environment) {
        return new Diagnosis(of.k8sExec(environment, "", "doctor", "--json"));
    }

    /** The command line of doctor behind another program's. */
    private static String[] inAgent(String... program) {
        List<String> command = new ArrayList<>(List.of("env", "GO_K8S_CONTAINER_SHARED_ROOT=/go"));
        command.addAll(Arrays.asList(program));
        command.addAll(List.of(Pod.K8S_EXEC.toString(), "doctor", "--json"));
        return command.toArray(String[]::new);
    }

    /** What a remedy's "env: [{name: …, value: …}" sets. */
    private static Map<String, String> variable(String remedy) {
        Matcher variable =
                Pattern.compile("env: \\[\\{name: (\\w+), value: ([^}]+)}").matcher(remedy);
        assertTrue(variable.find(), remedy);
        return Map.of(variable.group(1), variable.group(2));
    }

    /** What a remedy's "add: […]" adds, as the Pod script has it. */
    private static String added(String remedy) {
        Matcher add = Pattern.compile("capabilities: \\{add: \\[([A-Z_, ]+)]}").matcher(remedy);
        assertTrue(add.find(), remedy);
        return add.group(1).toLowerCase(Locale.ROOT).replace(" ", "");
    }

    /** What doctor said, as JSON. */
    private record Diagnosis(Result result, JsonPath json) {
        Diagnosis(Result result) {
            this(result, JsonPath.from(result.text().isEmpty() ? fail("nothing was printed" + result) : result.text()));
            assertEquals("", result.errors());
            result.assertExitCode(json.getString("status").equals("failure") ? 1 : 0);
        }

        Diagnosis assertCheck(String id, String status, String... words) {
            Map<String, String> check = json.getMap("checks.find { it.id == '" + id + "' }");
            assertEquals(status, check.get("status"), result.toString());
            for (String word : words) {
                assertTrue(check.get("finding").contains(word), word + " is not in: " + check + result);
            }
            return this;
        }

        /** @return the remedy */
        String assertFailure(String id, String... words) {
            assertCheck(id, "failure", words);
            return json.getString("checks.find { it.id == '" + id + "' }.remedy");
        }

        String assertWarning(String id, String... words) {
            assertCheck(id, "warning", words);
            return json.getString("checks.find { it.id == '" + id + "' }.remedy");
        }

        void assertFailures(String... ids) {
            assertEquals(List.of(ids), json.getList("checks.findAll { it.status == 'failure' }.id"), result.toString());
        }

        Diagnosis assertNothing(String... statuses) {
            for (String status : statuses) {
                assertEquals(
                        List.of(),
                        json.getList("checks.findAll { it.status == '" + status + "' }.id"),
                        result.toString());
            }
            return this;
        }
    }
}
