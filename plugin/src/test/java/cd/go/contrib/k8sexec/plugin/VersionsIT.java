package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * This plugin with the released k8s-exec, and the released plugin with this k8s-exec: servers and images are upgraded
 * apart.
 */
@Needs({Need.POD, Need.RELEASED})
class VersionsIT {

    private static final String RELEASED = "released";

    @AutoClose
    private static TaskPod pod;

    /** The agent sees the project only. */
    @BeforeAll
    static void up() throws Exception {
        Process copy = new ProcessBuilder(
                        "sh", "-c", "rm -rf \"$0\" && cp -a \"$(../.ci/released)\" \"$0\"", "target/" + RELEASED)
                .inheritIO()
                .start();
        assertEquals(0, copy.waitFor());
        pod = TaskPod.up();
    }

    @BeforeEach
    void clean() throws Exception {
        pod.exec("agent", "sh", "-c", "rm -rf /go/*; mkdir -p /go/pipelines/web/sub")
                .assertExitCode(0);
    }

    /** What each mixture has to do. */
    abstract static class Mixture {

        abstract TaskPod.Output task(String arguments) throws IOException, InterruptedException;

        @Test
        void a_task_with_all_that_both_know_runs() throws Exception {
            String console =
                    task("--shell sh --property failFast=true --property trace=true --property workingDirectory=sub"
                                    + " --property timeout=60s --property user=0:0 --property grace=5s --property "
                                    + "container=guest --directory pipelines/web --env 'A=it is' --secret B=hidden"
                                    + " 'pwd; echo \"$A $B\"; echo err >&2'")
                            .assertExitCode(0)
                            .text;

            for (String line :
                    List.of("      | /go/pipelines/web/sub", "      | it is ******", "stderr| err", "stderr| + pwd")) {
                assertTrue(console.contains("\n" + line + "\n"), console);
            }
        }

        @Test
        void a_failing_script_and_a_failing_k8s_exec_are_told_apart() throws Exception {
            assertFails("--shell sh 'exit 3'", "Script completed with exit code: 3.");
            assertFails("--shell sh 'kill -9 $$'", "Script was killed by SIGKILL, exit code: 137.");
            assertFails("--shell zsh 'true'", "[SHELL_MISSING] the guest has no zsh");
            assertFails(
                    "--property timeout=100ms --shell sh 'sleep 60'",
                    "Script was ended because it ran longer than its timeout");
        }

        @Test
        void a_cancel_ends_the_script_and_is_reported() throws Exception {
            assertFails(
                    "--cancel-file /go/started --shell sh"
                            + " 'trap \"echo told >/go/told; trap - TERM; kill -TERM \\$\\$\" TERM; sleep 60 & "
                            + "touch /go/started; wait'",
                    "Script was canceled by SIGTERM, exit code: 143.");
            assertEquals("told\n", pod.exec("agent", "cat", "/go/told").text);
        }

        final void assertFails(String arguments, String message) throws Exception {
            String console = task(arguments).assertExitCode(1).text;
            assertTrue(console.contains(message), console);
        }
    }

    @Tag("without-k8s-exec")
    @Nested
    class ThisPluginWithTheReleasedK8sExec extends Mixture {

        @Test
        void a_way_in_that_it_does_not_know_is_refused_by_both_versions() throws Exception {
            assertFails(
                    "--property enter=chroot --shell sh 'echo ran'",
                    "The task sets \"enter\", which needs k8s-exec 2.1.0 or newer.");
            assertFails("--property enter=chroot --shell sh 'echo ran'", " is 2.0.0, the plugin is ");
        }

        @Override
        TaskPod.Output task(String arguments) throws IOException, InterruptedException {
            String executable = TaskPod.inAgent("plugin/target/" + RELEASED + "/cli/target/k8s-exec");
            return pod.task(Map.of("K8S_EXEC", executable, "JAVA_HOME", System.getProperty("java.home")), arguments);
        }
    }

    @Tag("smoke")
    @Nested
    class TheReleasedPluginWithThisK8sExec extends Mixture {

        @Override
        TaskPod.Output task(String arguments) throws IOException, InterruptedException {
            return pod.task(RELEASED + "/plugin/target/classes", Map.of(), arguments);
        }
    }
}
