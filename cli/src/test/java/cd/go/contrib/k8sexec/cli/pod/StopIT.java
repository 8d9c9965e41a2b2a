package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code k8s-exec stop}: the Pod is about to be deleted. */
@Needs(Need.POD)
class StopIT {
    private static final String FUNCTIONS = """
        export GO_K8S_CONTAINER_SHARED_ROOT=/go
        until_there() { until [ -e "$1" ]; do sleep 0.05; done; }
        cat >/tmp/request
        rm -f /tmp/result*
        """;

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @AfterEach
    void nothing_is_left() {
        // as in a container that was started anew
        pod.exec("agent", "sh", "-c", "rm -f /go/* /tmp/k8s-exec-stopping").assertExitCode(0);
        pod.awaitNoProcesses();
    }

    @Tag("smoke")
    @Test
    void all_runs_are_cancelled_once_and_none_begins_any_more() {
        Result result = agent(
                "trap 'told=$((told + 1)); [ $told = 1 ] || echo twice; sleep 1 && echo cleaned' TERM\n"
                        + "touch /go/ready-$$\nuntil [ \"$told\" ]; do read -t 1 x <>/dev/zero; done",
                """
                for i in 1 2; do $0 run --grace 50s --result /tmp/result$i </tmp/request & done
                until [ "$(ls /go/ready-* 2>/dev/null | wc -l)" = 2 ]; do sleep 0.05; done
                $0 stop --report 0s
                echo stop $?
                wait
                cat /tmp/result1 /tmp/result2
                $0 run </tmp/request
                echo code $?
                """);

        assertTrue(result.text().startsWith("cleaned\ncleaned\nstop 0\n{"), result.toString());
        assertEquals(
                2,
                result.text().split("\"outcome\":\"canceled\".*\"reason\":\"the agent is being stopped\"", -1).length
                        - 1);
        assertTrue(result.text().endsWith("code 125\n"), result.toString());
        assertTrue(result.errors().contains("k8s-exec: error [STOPPING]: "), result.errors());
        assertEquals(
                2,
                result.errors()
                        .lines()
                        .filter("k8s-exec: the script was ended: the agent is being stopped"::equals)
                        .count(),
                result.errors());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ln -s $0 /tmp/executor", "cp $0 /tmp/executor"})
    void a_run_is_known_by_its_program_whatever_its_name(String made) {
        Pod.requireNative();
        Result result = agent("touch /go/ready; sleep 100", made + """
                ; /tmp/executor run </tmp/request &
                run=$!
                until_there /go/ready
                /tmp/executor stop --report 0s
                wait $run
                echo code $?
                rm /tmp/executor
                """);

        assertEquals("code 143\n", result.text(), result.toString());
    }

    @Test
    void another_containers_run_goes_on() {
        // a mount namespace of its own is what tells a container's processes
        Result result = agent("touch /go/ready; until [ -e /go/on ]; do sleep 0.05; done; exit 3", """
                unshare --mount --propagation unchanged $0 run --container guest </tmp/request &
                run=$!
                until [ -e /go/ready ] || ! kill -0 $run; do sleep 0.05; done
                $0 stop
                touch /go/on
                wait $run
                echo code $?
                """);

        assertEquals("code 3\n", result.text(), result.toString());
        assertEquals("", result.ownLines());
    }

    @Test
    void it_waits_no_longer_than_it_may() {
        Result result = agent("trap '' TERM; touch /go/ready; while :; do sleep 0.1; done", """
                $0 run --grace 100s --result /tmp/result </tmp/request &
                run=$!
                until_there /go/ready
                $0 stop --within 500ms
                echo stop $?
                kill -0 $run && echo still there
                kill -KILL $run
                wait $run
                rm /tmp/k8s-exec-stopping
                $0 gc --grace 0s >/dev/null
                """);

        assertEquals("stop 1\nstill there\n", result.text(), result.toString());
        assertTrue(result.ownLines().contains("has not ended in time: "), result.errors());
    }

    @Test
    void where_nothing_runs_it_says_nothing_and_with_running_only_others_may_begin() {
        Result result = agent("exit 4", "$0 stop --running-only; echo stop $?; $0 run </tmp/request; echo code $?");

        assertEquals("stop 0\ncode 4\n", result.text(), result.toString());
        assertEquals("", result.ownLines());
    }

    @Test
    void a_container_that_was_started_anew_on_the_same_tmp_runs_scripts() {
        Result result = agent("exit 4", "echo 1 12345 >/tmp/k8s-exec-stopping; $0 run </tmp/request; echo code $?");

        assertEquals("code 4\n", result.text(), result.toString());
    }

    private static Result agent(String script, String commands) {
        return pod.exec(
                "agent",
                Pod.request("bash", script, Map.of()).getBytes(),
                "bash",
                "-c",
                FUNCTIONS + commands,
                Pod.K8S_EXEC.toString());
    }
}
