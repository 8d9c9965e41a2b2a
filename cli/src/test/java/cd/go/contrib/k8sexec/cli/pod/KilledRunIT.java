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

/** What a run has left that was killed, or whose script left something running: the next run and gc end it. */
@Needs(Need.POD)
class KilledRunIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @AfterEach
    void nothing_is_left() {
        if (Pod.isRelayed()) {
            // it ends a run whose k8s-exec was killed by itself, within the grace period
            pod.awaitNoProcesses();
        }
        pod.assertNoProcesses();
    }

    @Tag("smoke")
    @Test
    void what_a_killed_k8s_exec_left_is_ended_by_the_next_run() {
        requireThatSomethingStays();
        killK8sExec();
        assertTrue(
                pod.commandLines().stream().anyMatch(line -> line.startsWith("sleep 1000")),
                "nothing was left to clean up");

        Result next = pod.k8sExec(Pod.request("sh", "echo next", Map.of()), "run", "--grace", "100ms")
                .assertExitCode(0);

        assertEquals("next\n", next.text());
        assertTrue(next.errors().contains("left running: "), next.errors());
    }

    @Test
    void what_a_killed_k8s_exec_left_is_ended_by_gc() {
        requireThatSomethingStays();
        killK8sExec();

        assertTrue(pod.k8sExec("", "gc", "--grace", "100ms")
                .assertExitCode(0)
                .text()
                .contains("left running: "));
        assertEquals("", pod.k8sExec("", "gc").assertExitCode(0).text());
    }

    @Test
    void gc_touches_neither_a_run_that_goes_on_nor_what_an_ended_one_left() {
        pod.run("bash", "setsid sleep 325 >/dev/null 2>&1 & until grep -q sleep /proc/$!/comm; do sleep 0.02; done")
                .assertExitCode(0);
        Result result = pod.exec(
                "agent",
                CancelIT.request("touch /go/ready; until [ -e /go/end ]; do sleep 0.02; done; rm /go/end; exit 5"),
                "bash",
                "-c",
                "cat >/tmp/request; export GO_K8S_CONTAINER_SHARED_ROOT=/go; " + CancelIT.START
                        + "$0 gc; $0 run <<<'{\"version\":1,\"script\":\"exit 0\"}'; touch /go/end" + CancelIT.END,
                Pod.K8S_EXEC.toString());

        assertTrue(result.text().startsWith("5 "), result.toString());
        assertEquals(
                "sleep",
                pod.exec(
                                Pod.isRelayed() ? "guest" : "agent",
                                "sh",
                                "-c",
                                "for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline) in 'sleep 325 '*) cat "
                                        + "$p/comm; kill -9 ${p#/proc/};; esac; done 2>/dev/null")
                        .text()
                        .strip(),
                "the background process was ended");
    }

    @Test
    void end_background_ends_what_the_script_left() {
        String script = "setsid sleep 1000 >/dev/null 2>&1 & setsid sh -c 'trap \"\" TERM; touch /go/ready; "
                + "while :; do sleep 0.1; done' >/dev/null 2>&1 & "
                + "until [ -e /go/ready ]; do sleep 0.02; done; rm /go/ready; exit 4";

        pod.k8sExec(Pod.request("bash", script, Map.of()), "run", "--end-background", "--grace", "200ms")
                .assertExitCode(4);
        pod.assertNoProcesses();
        pod.k8sExec(
                        Map.of("GO_K8S_END_BACKGROUND", "true"),
                        Pod.request("bash", script, Map.of()),
                        "run",
                        "--grace",
                        "200ms")
                .assertExitCode(4);
    }

    @Test
    void k8s_exec_killed_at_any_moment_leaves_nothing_that_the_next_run_does_not_remove() {
        // the JVM build takes some 300 ms for what the native executable does in 15
        int longest = Pod.isNative() ? 40 : 600;
        String loop = """
            cat >/tmp/request; export GO_K8S_CONTAINER_SHARED_ROOT=/go
            for i in $(seq %d); do
                "$0" run </tmp/request >/dev/null 2>&1 &
                run=$!
                delay=$((RANDOM %% %d))
                sleep $((delay / 1000)).$(printf %%03d $((delay %% 1000)))
                kill -KILL $run
                wait $run
                out=$("$0" run --grace 100ms <<<'{"version":1,"script":"echo fine"}' 2>/tmp/errors) &&
                    [ "$out" = fine ] || { echo "$i: $out"; cat /tmp/errors; }
            done 2>/dev/null
            """.formatted(Pod.isNative() ? 200 : 30, longest);
        Result result = pod.exec(
                "agent",
                CancelIT.request("setsid sleep 1000 & sleep 1000 & (setsid sleep 1000 &) ; sleep 1000"),
                "bash",
                "-c",
                loop,
                Pod.K8S_EXEC.toString());

        assertEquals("", result.assertExitCode(0).text());
    }

    private static void requireThatSomethingStays() {
        Pod.requireNot("relay", "it ends the script itself: RelayedIT.the_death_of_k8s_exec_ends_the_script");
    }

    /** What is left holds the output open, so that goes nowhere. */
    private static void killK8sExec() {
        pod.exec(
                "agent",
                CancelIT.request(CancelIT.STUBBORN.formatted("")),
                "bash",
                "-c",
                "cat >/tmp/request; export GO_K8S_CONTAINER_SHARED_ROOT=/go GO_K8S_GRACE=100s; "
                        + CancelIT.START.replace("</tmp/request &", "</tmp/request >/dev/null 2>&1 &")
                        + "kill -KILL $run" + CancelIT.END,
                Pod.K8S_EXEC.toString());
    }
}
