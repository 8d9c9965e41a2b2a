package cd.go.contrib.k8sexec.cli.pod;

import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.added;
import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.diagnose;
import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.inAgent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What doctor finds out about nsenter, capabilities, filters and the users of agent and guest. */
@Needs(Need.POD)
class DoctorPrivilegesIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @TempDir
    Path folder;

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

    @Needs(Need.SETCAP)
    @Test
    void an_agent_that_is_not_root_may_need_the_volume_of_its_group() throws IOException, InterruptedException {
        try (Pod other = Pod.up(
                "AGENT_UID=1000",
                "AGENT_GID=1000",
                "AGENT_NNP=false",
                "AGENT_CAPS=" + Pod.KUBERNETES + ",sys_admin,sys_ptrace")) {
            Map<String, String> environment = nsenterOf(other);
            setcap(other, "setcap cap_sys_admin,cap_sys_chroot,cap_sys_ptrace+ep /tmp/bin/nsenter");
            // as kubelet makes an emptyDir for a Pod with an fsGroup
            Machine.run("chmod", "755", other.shared().toString());
            Diagnosis diagnosis = diagnose(other, environment);
            String remedy = diagnosis.assertFailure("writable", "/go/.k8s-exec", "Permission denied");
            diagnosis.assertCheck("trial", "skipped");
            Matcher group = Pattern.compile("in the Pod: securityContext: \\{fsGroup: (\\d+)}")
                    .matcher(remedy);
            assertTrue(group.matches(), remedy);
            // what kubelet does for it
            Machine.run("chgrp", group.group(1), other.shared().toString());
            Machine.run("chmod", "2775", other.shared().toString());
            diagnose(other, environment).assertNothing("failure", "warning");
        }
    }

    @Test
    void an_agent_without_sys_admin_gets_it_if_that_is_what_its_way_takes() {
        String remedy;
        try (Pod weak = Pod.up("AGENT_CAPS=" + Pod.KUBERNETES)) {
            String way = Pod.isNative() ? "setns" : "nsenter";
            Diagnosis diagnosis = diagnose(weak, Map.of("GO_K8S_ENTER", way));
            remedy = diagnosis.assertFailure("capabilities", "lacks SYS_ADMIN: SYS_CHROOT, SYS_ADMIN are needed");
            diagnosis.assertFailure("trial", way, "Operation not permitted");
            diagnosis.assertCheck("way-nsenter", "skipped", "lacks SYS_ADMIN");
            assertEquals("in the agent container: securityContext: {capabilities: {add: [SYS_ADMIN]}}", remedy);
            if (Pod.isNative()) {
                diagnose(weak)
                        .assertNothing("failure", "warning")
                        .assertCheck(
                                "capabilities", "ok", "SYS_CHROOT are needed for chroot into this guest (user 0:0)")
                        .assertCheck("trial", "ok", "by chroot, in ")
                        .assertCheck("way-setns", "skipped", "it lacks SYS_ADMIN")
                        .assertCheck("way-chroot", "ok", "works here, and is taken");
            }
        }
        // the Pod of this class has just that
        assertEquals("sys_admin", added(remedy));
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
        String capabilities = "sys_admin,sys_ptrace";
        try (Pod foreign = Pod.up(settings.toArray(String[]::new))) {
            Diagnosis diagnosis = diagnose(foreign);
            if (Pod.isNative()) {
                // which looks at the guest as the guest's user
                diagnosis
                        .assertNothing("failure")
                        .assertCheck("capabilities", "ok", "SETGID, SETUID, SYS_CHROOT, SYS_ADMIN are needed")
                        .assertCheck("guest-environment", "warning", "has GO_EA_AUTO_REGISTER_KEY, by");
            } else {
                capabilities = added(diagnosis.assertFailure(
                        "capabilities",
                        "lacks SYS_PTRACE: SYS_CHROOT, SYS_PTRACE, SYS_ADMIN",
                        "user 1000:1000, not 0:0"));
                diagnosis.assertFailure("trial", "nsenter", "Permission denied");
            }
            diagnosis.assertCheck("memory-limit", "skipped", "agent: 384Mi, guest: unknown");
        }
        settings.add("AGENT_CAPS=" + Pod.KUBERNETES + "," + capabilities);
        String command;
        String memory;
        try (Pod seen = Pod.up(settings.toArray(String[]::new))) {
            Diagnosis diagnosis = diagnose(seen).assertNothing("failure");
            command = diagnosis.assertWarning("guest-environment", "has GO_EA_AUTO_REGISTER_KEY, by");
            assertTrue(!diagnosis.result().text().contains("hidden-value"), "a value");
            memory = diagnosis.assertWarning("memory-limit", "agent: 384Mi, guest: 512Mi");
        }
        String words =
                command.replaceFirst(".*command: \\[(env.*), COMMAND].*", "$1").replace(",", "");
        Files.writeString(profile, "exec " + words + " /bin/sleep infinity\n", StandardOpenOption.APPEND);
        settings.set(2, "AGENT_MEMORY=" + memory.replaceFirst(".*memory: (\\d+)Mi}.*", "$1") + "m");
        try (Pod fixed = Pod.up(settings.toArray(String[]::new))) {
            diagnose(fixed).assertNothing("failure", "warning");

            Result weak = fixed.exec(
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
                    "capabilities", "lacks SYS_PTRACE: SYS_CHROOT, SYS_PTRACE, SYS_ADMIN", "user 0:0, not 1000:1000");
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
        settings.add("AGENT_CAPS=" + Pod.KUBERNETES + "," + added(capabilities));
        try (Pod strict = Pod.up(settings.toArray(String[]::new))) {
            nsenterOf(strict);
            setcap(strict, setcap);
            diagnose(strict, nsenterOf(strict)).assertFailures("no-new-privs", "trial");
        }
        settings.add("AGENT_NNP=false");
        try (Pod fixed = Pod.up(settings.toArray(String[]::new))) {
            diagnose(fixed, nsenterOf(fixed)).assertFailures("file-capabilities", "trial");
            setcap(fixed, setcap);
            diagnose(fixed, nsenterOf(fixed)).assertNothing("failure", "warning");

            // as on a volume
            String agent = fixed.machinePid("agent");
            Machine.run("nsenter", "-t", agent, "-m", "mount", "--bind", "/tmp/bin", "/tmp/bin");
            Machine.run("nsenter", "-t", agent, "-m", "mount", "-o", "remount,bind,nosuid", "/tmp/bin");
            String remedy = diagnose(fixed, nsenterOf(fixed))
                    .assertFailure("file-capabilities", "/tmp/bin/nsenter lies", "mounted nosuid");
            assertEquals("put nsenter into the agent's image, not onto a volume", remedy);
            Machine.run("nsenter", "-t", agent, "-m", "umount", "/tmp/bin");
            diagnose(fixed, nsenterOf(fixed)).assertNothing("failure", "warning");
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
        Machine.run("sh", "-c", command);
    }

    @Test
    void a_filter_that_refuses_setns_is_told_from_missing_privileges() {
        Need.require(Need.RUNC);
        try (Pod filtered = Pod.up("AGENT_SECCOMP=setns")) {
            if (Pod.isNative()) {
                diagnose(filtered)
                        .assertNothing("failure")
                        .assertCheck("seccomp", "warning", "setns is refused in spite of the privileges")
                        .assertCheck("trial", "ok", "by chroot, in ")
                        .assertCheck("way-setns", "skipped", "Operation not permitted")
                        .assertCheck("way-nsenter", "skipped", "Operation not permitted");
            }
            Diagnosis diagnosis = diagnose(filtered, Map.of("GO_K8S_ENTER", Pod.isNative() ? "setns" : "nsenter"));
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
}
