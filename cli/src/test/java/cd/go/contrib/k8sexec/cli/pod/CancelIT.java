package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cancelled or killed run leaves no process and no file, whatever its script does against that. */
@Needs(Need.POD)
class CancelIT {
    /**
     * Forks, double forks, leaves its session, ignores SIGTERM, and goes on starting processes while it is being
     * killed.
     */
    static final String STUBBORN = """
        trap '' TERM HUP INT
        (trap '' TERM HUP INT; while :; do sleep 0.1; done) &
        setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 0.1; done' &
        (setsid sh -c 'sleep 1000 & sleep 1000 &' &)
        (while :; do (setsid sleep 1000 &); sleep 0.02; done) &
        %s
        until cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -q 'sleep[ ]1000'; do :; done
        touch /go/ready
        while :; do sleep 0.1; done
        """;

    /** Without the run's id: only a child subreaper finds it once its parent has ended. */
    private static final String NAMELESS =
            "(env -i setsid /bin/sh -c 'trap \"\" TERM HUP INT; while :; do /bin/sleep 0.1; done' &)";

    /** A shell that has job control, so that it does not make its background jobs ignore SIGINT. */
    static final String START = """
        set -m
        descendants() { local c; for c in $(cat /proc/$1/task/*/children); do echo $c; descendants $c; done; }
        rm -f /tmp/result /go/ready
        "$0" run --grace 1s --result /tmp/result </tmp/request &
        run=$!
        until [ -e /go/ready ]; do sleep 0.02; done
        rm /go/ready
        started=$(date +%s%3N)
        """;

    /** How a script waits that does not start anything. */
    private static final String FOREVER = "mkfifo /tmp/never 2>/dev/null; while :; do read -t 1 x <>/tmp/never; done\n";

    static final String END = """

        wait $run
        echo $? $(($(date +%s%3N) - started)) $(cat /tmp/result)
        """;

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @AfterEach
    void nothing_is_left() {
        pod.assertNoProcesses();
    }

    @Tag("smoke")
    @ParameterizedTest
    @CsvSource({"TERM,15", "INT,2", "HUP,1"})
    void a_signal_ends_the_whole_tree(String name, int number) {
        Result result = cancel(stubborn(), "kill -" + name + " $run");

        assertCanceled(result, number);
        assertEquals(name, JsonPath.from(result.text().split(" ", 3)[2]).getString("signal"));
        assertTrue(result.errors().contains(KILLED), result.errors());
    }

    @Test
    void sigterm_to_all_descendants_at_once_as_gocds_agent_sends_it() {
        assertCanceled(cancel(stubborn(), "kill -TERM $run $(descendants $run)"), 15);
    }

    @Test
    void sigterm_that_the_script_feels_first_is_a_cancel_all_the_same() {
        for (int i = 0; i < 10; i++) {
            assertCanceled(
                    cancel(
                            "200ms",
                            "(trap '' TERM; exec setsid sleep 1000) & touch /go/ready; exec sleep 100",
                            "kill -TERM $(cat /proc/$run/task/*/children) $run"),
                    15);
            pod.assertNoProcesses();
        }
    }

    @Test
    void a_cancel_while_it_waits_for_the_guest_ends_it_at_once() {
        Result result = pod.exec(
                "agent",
                // more than a pipe holds: once it was written, k8s-exec is reading it and takes signals
                request("echo ran\n#" + "x".repeat(100_000)),
                "bash",
                "-c",
                "cat >/tmp/request; export GO_K8S_CONTAINER_SHARED_ROOT=/go; set -m; rm -f /tmp/result /tmp/read; "
                        + "{ cat /tmp/request; touch /tmp/read; } | $0 run --container none --wait 60s "
                        + "--result /tmp/result & run=$!; until [ -e /tmp/read ]; do sleep 0.02; done; "
                        + "started=$(date +%s%3N); kill -TERM $run" + END,
                Pod.K8S_EXEC.toString());

        assertCanceled(result, 15);
        assertEquals("k8s-exec: canceled before the script began: nothing was run", result.ownLines());
    }

    @Needs(Need.PYTHON)
    @Test
    void a_run_that_hangs_on_its_way_into_the_guest_is_ended_too() {
        // whoever opens a file with such a lease waits until its holder gives it up, up to 45 s (fcntl(2), "Leases")
        Process holder = pod.start(
                "guest",
                "sh",
                "-c",
                "mkdir /go/lease; cp /bin/sh /go/lease/bash; exec python3 -c \"import fcntl, signal, time; "
                        + "signal.signal(signal.SIGIO, signal.SIG_IGN); f = open('/go/lease/bash'); "
                        + "fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK); open('/go/held', 'w'); time.sleep(100)\"");
        byte[] request = Pod.request("bash", "echo ran >&2", Map.of("PATH", "/go/lease:/usr/bin:/bin"))
                .getBytes();
        String run = "cat >/tmp/request; export GO_K8S_CONTAINER_SHARED_ROOT=/go; set -m; until [ -e /go/held ]; do "
                + "sleep 0.02; done; rm -f /tmp/result; "
                + "started=$(date +%s%3N); $0 run --grace 2s --result /tmp/result $1 </tmp/request & run=$!; ";
        try {
            Result canceled = pod.exec(
                    "agent",
                    request,
                    "bash",
                    "-c",
                    run
                            // by relay the agent does not see who hangs
                            + (Pod.isRelayed()
                                    ? "sleep 1; "
                                    : "until grep -qs lease /proc/[0-9]*/wchan; do sleep 0.02; done; ")
                            + "started=$(date +%s%3N); kill -TERM $run" + END,
                    Pod.K8S_EXEC.toString());
            assertCanceled(canceled, 15);
            Result timedOut =
                    pod.exec("agent", request, "bash", "-c", run + END, Pod.K8S_EXEC.toString(), "--timeout=1s");

            String[] fields = timedOut.text().split(" ", 3);
            assertEquals("124", fields[0], timedOut.toString());
            assertEnded(1_000, fields[1]);
            assertFalse((canceled.errors() + timedOut.errors()).contains("ran\n"), canceled + "" + timedOut);
        } finally {
            holder.destroy();
            pod.exec(
                    "guest",
                    "sh",
                    "-c",
                    "for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline) in 'python3 -c import fcntl'*) "
                            + "kill -9 ${p#/proc/};; esac; done 2>/dev/null");
            pod.exec("agent", "rm", "-r", "/go/lease", "/go/held");
        }
    }

    @Tag("smoke")
    @Test
    void more_signals_do_not_shorten_the_grace_period() {
        String script = "trap 'touch /go/told; sleep 1; touch /go/cleaned; exit 0' TERM\ntouch /go/ready\n" + FOREVER;

        for (String more : List.of("TERM", "INT", "HUP")) {
            Result result = cancel(
                    "100s",
                    script,
                    "kill -TERM $run; until [ -e /go/told ]; do sleep 0.02; done; kill -" + more + " $run");

            assertCanceled(result, 15);
            assertEquals("", result.ownLines());
            pod.exec("agent", "rm", "/go/told", "/go/cleaned").assertExitCode(0);
        }
    }

    @Test
    void a_script_that_ends_on_sigterm_is_not_killed() {
        Result result = cancel(
                "100s",
                "trap 'echo bye; exit 0' TERM\ntouch /go/ready\nwhile :; do sleep 0.05; done",
                "kill -TERM $run");

        assertCanceled(result, 15);
        assertEquals("", result.ownLines());
        assertTrue(result.text().startsWith("bye\n"), result.toString());
    }

    @Tag("smoke")
    @Test
    void when_the_time_is_over_the_whole_tree_is_ended() {
        Result result = pod.exec(
                "agent",
                request(stubborn()),
                "sh",
                "-c",
                "export GO_K8S_CONTAINER_SHARED_ROOT=/go; "
                        + "$0 run --timeout 2s --grace 500ms --result /tmp/result; echo $? $(cat /tmp/result)",
                Pod.K8S_EXEC.toString());
        String[] fields = result.text().split(" ", 2);

        assertEquals("124", fields[0], result.toString());
        assertEquals("timedOut", JsonPath.from(fields[1]).getString("outcome"));
        assertEquals(124, JsonPath.from(fields[1]).getInt("exitCode"));
        assertTrue(result.errors().contains("has run longer than its timeout of 2s"), result.errors());
        assertTrue(result.errors().contains(KILLED), result.errors());
        pod.exec("agent", "rm", "-f", "/go/ready");
    }

    @Test
    void a_script_that_ends_in_time_does_not_notice_the_timeout() {
        Result result = pod.k8sExec(Map.of("GO_K8S_TIMEOUT", "100s"), Pod.request("sh", "exit 124", Map.of()), "run")
                .assertExitCode(124);
        assertEquals("", result.ownLines());
        pod.k8sExec(Pod.request("sh", "sleep 0.3; exit 3", Map.of()), "run", "--timeout", "0s")
                .assertExitCode(3);
        assertTrue(pod.k8sExec(Map.of("GO_K8S_TIMEOUT", "200ms"), Pod.request("sh", "sleep 100", Map.of()), "run")
                .assertExitCode(124)
                .errors()
                .contains("timeout of 200ms"));
    }

    /** A relay does not tell which of them have had SIGTERM. */
    private static final String KILLED = Pod.isRelayed()
            ? "ended with SIGKILL, because the grace period of "
            : "ended with SIGKILL, because SIGTERM did not end it: ";

    private static String stubborn() {
        return STUBBORN.formatted(Pod.isNative() ? NAMELESS : "");
    }

    static byte[] request(String script) {
        return Pod.request("bash", script, Map.of()).getBytes();
    }

    private static Result cancel(String script, String how) {
        return cancel("1s", script, how);
    }

    private static Result cancel(String grace, String script, String how) {
        return pod.exec(
                "agent",
                request(script),
                "bash",
                "-c",
                "cat >/tmp/request; export GO_K8S_CONTAINER_SHARED_ROOT=/go GO_K8S_GRACE=100s; "
                        + START.replace("--grace 1s", "--grace " + grace) + how + END,
                Pod.K8S_EXEC.toString());
    }

    private static void assertCanceled(Result result, int number) {
        String[] fields =
                result.text().lines().reduce((first, last) -> last).orElse("").split(" ", 3);
        assertEquals(String.valueOf(128 + number), fields[0], result.toString());
        assertEnded(0, fields[1]);
        JsonPath json = JsonPath.from(fields[2]);
        assertEquals("canceled", json.getString("outcome"));
        assertEquals(128 + number, json.getInt("exitCode"));
    }

    /** What it would wait for otherwise takes 45 s or more: a lease, the guest, or the grace period of the Pod. */
    private static void assertEnded(long least, String millis) {
        assertTrue(Long.parseLong(millis) >= least && Long.parseLong(millis) < 40_000, millis + " ms");
    }
}
