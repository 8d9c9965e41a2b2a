package cd.go.contrib.k8sexec.cli.pod;

import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.diagnose;
import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.variable;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What doctor finds out about the shared volume, and how its remedies fix the Pod. */
@Needs(Need.POD)
class DoctorVolumeIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

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
    void a_script_of_another_user_needs_a_folder_to_write_to() {
        try {
            pod.exec("agent", "chmod", "755", "/go").assertExitCode(0);
            String remedy = diagnose(pod, Map.of("GO_K8S_USER", "1000:1000"))
                    .assertWarning("script-user", "run as 1000:1000", "cannot write");
            assertEquals("chown 1000:1000 \"/go\"", remedy);
            pod.exec("agent", "sh", "-c", remedy).assertExitCode(0);
            Diagnosis fixed = diagnose(pod, Map.of("GO_K8S_USER", "1000:1000"))
                    .assertNothing("failure")
                    .assertCheck("script-user", "ok", "run as 1000:1000");
            // this machine's passwd is the guest's, and has no home for that user that it could write to
            fixed.assertWarning("script-home", "user 1000 is ");
        } finally {
            pod.exec("agent", "sh", "-c", "chown 0:0 /go && chmod 777 /go");
        }
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

    /** GoCD's images have both in VOLUME_DIR. */
    @Test
    void the_agents_token_and_guid_belong_on_a_volume_of_its_own() throws IOException, InterruptedException {
        String write = "mkdir -p /go/agent/config && cd /go/agent/config && echo x >token && echo x >guid.txt";
        Map<String, String> environment = Map.of("VOLUME_DIR", "/go/agent");
        try {
            diagnose(pod, environment).assertCheck("agent-identity", "ok");
            pod.exec("agent", "sh", "-c", write).assertExitCode(0);
            String remedy = diagnose(pod, environment)
                    .assertNothing("failure")
                    .assertWarning("agent-identity", "/go/agent/config/token, /go/agent/config/guid.txt");
            assertTrue(remedy.endsWith("volumeMounts: [{name: config, mountPath: /go/agent/config}]"), remedy);

            pod.exec("agent", "sh", "-c", "rm /go/agent/config/*").assertExitCode(0);
            Machine.run(
                    "nsenter", "-t", pod.machinePid("agent"), "-m", "mount", "-t", "tmpfs", "none", "/go/agent/config");
            pod.exec("agent", "sh", "-c", write).assertExitCode(0);
            diagnose(pod, environment).assertNothing("failure", "warning").assertCheck("agent-identity", "ok");
            assertEquals("", pod.exec("guest", "ls", "/go/agent/config").text());
        } finally {
            pod.exec("agent", "sh", "-c", "umount /go/agent/config; rm -rf /go/agent");
        }
    }

    /** What a job leaves there would be lost. A cache of the guest's elsewhere on the volume does no harm. */
    @ParameterizedTest
    @ValueSource(strings = {"agent", "guest"})
    void another_volume_at_the_jobs_folder_fails_and_both_are_named(String container) throws Exception {
        pod.exec("agent", "mkdir", "-p", "/go/pipelines/web", "/go/cache").assertExitCode(0);
        try {
            in(container, "mount", "-t", "tmpfs", "other", "/go/cache");
            diagnose(pod)
                    .assertNothing("failure", "warning")
                    .assertCheck("container-root", "ok", "the same volume at /go, but for", ": /go/cache");
            for (String folder : List.of("/go/pipelines", "/go/pipelines/web")) {
                in(container, "mount", "-t", "tmpfs", "other", folder);
                Diagnosis diagnosis = diagnose(pod);
                in(container, "umount", folder);
                String remedy = diagnosis.assertFailure(
                        "container-root",
                        "but not its folder " + folder + ", where jobs work: the agent has there ",
                        ", the guest ",
                        " at /go",
                        "tmpfs ",
                        " at " + folder);
                assertTrue(remedy.contains("volumeMounts: [{name: VOLUME, mountPath: " + folder + "}]"), remedy);
            }
            in(container, "umount", "/go/cache");
            diagnose(pod).assertNothing("failure", "warning");
        } finally {
            pod.exec("agent", "rm", "-r", "/go/pipelines", "/go/cache");
        }
    }

    private static void in(String container, String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("nsenter", "-t", pod.machinePid(container), "-m"));
        words.addAll(List.of(command));
        Machine.run(words.toArray(String[]::new));
    }

    /** After the shared folder was mounted so in that container alone. */
    private static Diagnosis remounted(String container, String option) throws IOException, InterruptedException {
        Machine.run("nsenter", "-t", pod.machinePid(container), "-m", "mount", "-o", "remount,bind," + option, "/go");
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
}
