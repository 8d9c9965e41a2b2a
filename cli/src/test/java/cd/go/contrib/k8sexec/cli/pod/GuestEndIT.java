package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The guest ends while a script runs in it: that may go on, and somebody is told. */
@Needs(Need.POD)
class GuestEndIT {
    private Pod pod;

    @BeforeEach
    void up() {
        pod = Pod.up("GUEST_IMAGE=debian");
    }

    @AfterEach
    void down() {
        if (pod != null) {
            pod.close();
        }
    }

    @Tag("smoke")
    @Test
    void one_line_says_who_ended_and_when_and_the_reason_of_a_failure_too() {
        Result result = run(3);

        assertTrue(result.text().startsWith("code 3\n"), result.toString());
        String told = "the guest guest (process " + pid + ") ended at 20";
        assertTrue(result.text().contains("\"reason\":\"" + told), result.text());
        assertEquals(1, result.ownLines().lines().count(), result.errors());
        assertTrue(result.ownLines().startsWith("k8s-exec: " + told), result.errors());
    }

    @Test
    void a_script_that_succeeds_all_the_same_has_succeeded() {
        Result result = run(0);

        assertTrue(result.text().startsWith("code 0\n"), result.toString());
        assertTrue(result.text().contains("\"reason\":null"), result.text());
        assertEquals(1, result.ownLines().lines().count(), result.errors());
    }

    private String pid;

    private Result run(int exitCode) {
        pid = pod.pid("guest");
        return pod.exec(
                "agent",
                Pod.request(
                                "bash",
                                "touch /go/ready; until [ -e /go/on ]; do sleep 0.05; done; exit " + exitCode,
                                Map.of())
                        .getBytes(),
                "bash",
                "-c",
                "export GO_K8S_CONTAINER_SHARED_ROOT=/go; cat >/tmp/request; "
                        + "$0 run --result /tmp/result </tmp/request 2>/tmp/errors & run=$!; "
                        + "until [ -e /go/ready ]; do sleep 0.05; done; kill -KILL $1; "
                        + "until grep -q ended /tmp/errors; do sleep 0.05; done; touch /go/on; "
                        + "wait $run; echo code $?; cat /tmp/result; cat /tmp/errors >&2",
                Pod.K8S_EXEC.toString(),
                pid);
    }
}
