package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who is the guest, if nobody says it or there is none yet. */
@Needs(Need.POD)
class GuestIT {
    private static final String REQUEST = Pod.request("sh", "echo ran", Map.of());

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUESTS=mesh tools", "GUESTS_WITHOUT_GO=mesh");

    @Tag("smoke")
    @Test
    void a_container_without_the_shared_volume_is_no_guest() {
        pod.k8sExec(REQUEST, "run").assertExitCode(0);

        String plan = pod.k8sExec(REQUEST, "run", "--dry-run").assertExitCode(0).text();
        assertTrue(plan.contains("process " + pod.pid("tools") + " "), plan);
        assertTrue(plan.contains("of 2 other containers the only one with the shared volume"), plan);
        assertTrue(pod.k8sExec("", "wait").assertExitCode(0).text().startsWith("process " + pod.pid("tools") + " "));
    }

    /** By its name it can be entered all the same: exec needs no volume. */
    @Test
    void a_container_without_the_shared_volume_can_be_named() {
        pod.k8sExec("", "exec", "--container", "mesh", "--workdir", "/", "--", "sh", "-c", "[ ! -e /go ]")
                .assertExitCode(0);
    }

    @Test
    void run_waits_for_its_guest_and_says_what_it_waits_for() {
        Result result = pod.k8sExec(REQUEST, "run", "--container", "late", "--wait", "4s");

        List<String> lines = result.assertExitCode(125).errors().lines().toList();
        assertEquals(2, lines.size(), result.toString());
        assertTrue(
                lines.get(0).startsWith("k8s-exec: waiting for the guest, 4s at most: no container matches \"late\""),
                lines.get(0));
        assertTrue(lines.get(1).startsWith("k8s-exec: error [TARGET_UNKNOWN]: "), lines.get(1));
        assertTrue(lines.get(1).contains("also after 4s"), lines.get(1));
        assertTrue(lines.get(1).contains("kubectl describe pod POD"), lines.get(1));
    }

    @Test
    void run_waits_without_being_told_to() {
        String script = """
            cat >/tmp/request
            "$0" run --container late </tmp/request 2>/tmp/late & run=$!
            until grep -qs "waiting for the guest, 1m at most" /tmp/late; do sleep 0.1; done
            kill $run; wait $run; echo $?
            """;
        assertEquals("143\n", pod.shell(REQUEST, script).text());
    }

    @Test
    void what_was_only_asked_does_not_wait() {
        for (String command : new String[] {"env", "doctor"}) {
            Result result = pod.k8sExec("", command, "--container", "late");
            assertFalse((result.text() + result.errors()).contains("also after"), result.toString());
        }
    }

    /** Process 1 is the agent's own then: no guest can ever come. */
    @Test
    void without_a_shared_process_namespace_nothing_is_waited_for() {
        Result result = pod.exec(
                "agent",
                REQUEST.getBytes(),
                "env",
                "GO_K8S_CONTAINER_SHARED_ROOT=/go",
                "unshare",
                "--pid",
                "--fork",
                "--mount-proc",
                Pod.K8S_EXEC.toString(),
                "run");

        result.assertExitCode(125).assertError("TARGET_NONE", "shareProcessNamespace: true");
        assertFalse(result.errors().contains("also after"), result.toString());
    }
}
