package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The released k8s-exec on the same volume, as an agent of an older image has it: neither harms the other's runs. */
@Needs({Need.POD, Need.RELEASED})
class OlderVersionIT {
    private static final String FOLDER = "released-on-the-volume";
    private static final String RELEASED = "/opt/extra/" + FOLDER + "/cli/target/k8s-exec";

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @BeforeAll
    static void copyReleased() throws IOException, InterruptedException {
        Process copy = new ProcessBuilder(
                        "sh", "-c", "rm -rf \"$0\" && cp -a \"$(../.ci/released)\" \"$0\"", "target/" + FOLDER)
                .inheritIO()
                .start();
        assertEquals(0, copy.waitFor());
    }

    /** Both look after the folders of a run that goes on, and then of one whose k8s-exec is killed. */
    private static Result agent(String running, String other) {
        return pod.exec(
                "agent",
                Pod.request("sh", "touch /go/ready; while :; do sleep 0.1; done", Map.of())
                        .getBytes(),
                "bash",
                "-c",
                """
                export GO_K8S_CONTAINER_SHARED_ROOT=/go
                cat >/tmp/request
                "$0" run </tmp/request >/dev/null 2>&1 &
                run=$!
                until [ -e /go/ready ]; do sleep 0.02; done
                rm /go/ready
                "$1" gc; "$1" run <<<'{"version": 1, "script": "echo ran"}'
                ls -A /go/.k8s-exec | wc -l
                kill -0 $run && kill -KILL $run
                wait $run
                "$1" gc >/tmp/gc; grep -c 'cleaned up' /tmp/gc
                "$0" gc >/tmp/gc; grep -c 'cleaned up' /tmp/gc
                """,
                running,
                other);
    }

    @Test
    void the_older_one_leaves_a_run_of_this_one_alone() {
        Result result = agent(Pod.K8S_EXEC.toString(), RELEASED);

        assertEquals("ran\n1\n0\n1\n", result.text(), result.toString());
        pod.awaitNoProcesses();
        assertEquals(List.of(), pod.sharedFiles());
    }

    @Test
    void this_one_leaves_a_run_of_the_older_one_alone_and_cleans_up_after_it() {
        Result result = agent(RELEASED, Pod.K8S_EXEC.toString());

        assertTrue(result.text().equals("ran\n1\n1\n0\n"), result.toString());
        pod.awaitNoProcesses();
        assertEquals(List.of(), pod.sharedFiles());
    }
}
