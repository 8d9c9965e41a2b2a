package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A Pod with two guests of which nobody is named, and one is down. */
@Needs(Need.POD)
class TwoGuestsIT {
    private static final String REQUEST = Pod.request("sh", "echo ran", Map.of());

    @Test
    void a_run_that_names_none_does_not_go_to_the_one_that_is_left_once_both_were_seen() {
        try (Pod pod = Pod.up("GUESTS=tools other")) {
            pod.k8sExec(REQUEST, "run").assertExitCode(125).assertError("TARGET_AMBIGUOUS");
            assertNobodyElseIsTaken(pod);
        }
    }

    @Test
    void nor_once_a_script_has_run_in_the_other_one() {
        try (Pod pod = Pod.up("GUESTS=tools other")) {
            pod.k8sExec(REQUEST, "run", "--container", "tools").assertExitCode(0);
            assertNobodyElseIsTaken(pod);
        }
    }

    private static void assertNobodyElseIsTaken(Pod pod) {
        pod.exec("agent", "sh", "-c", "kill -KILL " + pod.pid("tools") + "; sleep 0.5");
        pod.k8sExec(REQUEST, "run")
                .assertExitCode(125)
                .assertError("TARGET_AMBIGUOUS", "down now (tools), beside other (", "--container");
        pod.k8sExec(REQUEST, "run", "--container", "other").assertExitCode(0);
        String remedy = Diagnosis.diagnose(pod).assertFailure("target", "down now (tools)");
        assertTrue(remedy.contains("value: other}], or value: tools"), remedy);
        assertEquals(List.of(), pod.sharedFiles());
    }
}
