package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import io.restassured.path.json.JsonPath;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a run ends that a script, a terminal, its reader or whoever sent the request ends. */
@Needs(Need.POD)
class EndIT {
    /** Takes longer to clean up than any test waits. */
    private static final String SLOW =
            "trap 'touch /go/told; sleep 100' TERM\ntouch /go/ready\nwhile :; do sleep 0.1; done\n";

    private static final String UNTIL = "until_there() { until [ -e \"$1\" ]; do sleep 0.05; done; }\n"
            + "export GO_K8S_CONTAINER_SHARED_ROOT=/go; cat >/tmp/request; rm -f /tmp/result\n";

    /** What a pipe holds (pipe(7)), and a result that a run should write in that time. */
    private static final String FULL =
            "mkfifo /tmp/full; exec 8<>/tmp/full; rm /tmp/full; head -c 65536 /dev/zero >&8\n"
                    + "await_result() { for i in {1..200}; do [ ! -s /tmp/result ] || return 0; sleep 0.05; done; "
                    + "kill -KILL $run; echo no result; }\n";

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @AfterEach
    void nothing_is_left() {
        pod.exec("agent", "sh", "-c", "rm -f /go/*");
        pod.awaitNoProcesses();
    }

    @Tag("smoke")
    @ParameterizedTest
    @CsvSource({"kill 0, 143", "kill -- -$$, 143", "trap 'kill 0' EXIT; sleep 0.1, 143", "ps -o sid= -p $$ >&2, 0"})
    void a_script_that_signals_its_own_process_group_ends_itself_alone(String script, int exitCode) {
        Result result =
                agent("bash", script, "$0 run --result /tmp/result </tmp/request; echo code $?; cat /tmp/result");

        assertTrue(result.assertExitCode(0).text().startsWith("code " + exitCode + "\n"), result.toString());
        String outcome = JsonPath.from(result.text().substring(result.text().indexOf('\n')))
                .getString("outcome");
        // the JDK cannot tell a signal from an exit code
        assertTrue(outcome.equals(exitCode == 0 ? "exited" : "signaled") || !Pod.isNative(), result.toString());
    }

    @Tag("smoke")
    @Test
    void the_end_of_the_lifeline_is_a_cancel() {
        Result result = agent(
                "bash",
                "trap 'echo told; exit 0' TERM\ntouch /go/ready\nwhile :; do sleep 0.1; done",
                "{ cat /tmp/lifeline; until_there /go/ready; } | $0 run --result /tmp/result; echo code $?; "
                        + "cat /tmp/result");

        assertTrue(result.text().startsWith("told\ncode 143\n{\"outcome\":\"canceled\""), result.toString());
        assertEquals(
                "k8s-exec: the script is ended: whoever sent the request has ended, or has closed the lifeline",
                result.ownLines());
    }

    @Tag("smoke")
    @Test
    void with_a_lifeline_the_request_ends_where_its_object_ends() {
        Result result = agent(
                "bash",
                "cat; exit 3",
                "mkfifo /tmp/fifo; exec 7<>/tmp/fifo; rm /tmp/fifo; cat /tmp/lifeline >&7; $0 run <&7; echo code $?");

        assertEquals("code 3\n", result.text(), result.toString());
    }

    @Test
    void the_end_of_the_lifeline_ends_a_run_that_waits_for_its_guest() {
        Result result = agent(
                "bash",
                "echo ran",
                "$0 run --container none --wait 100s --result /tmp/result </tmp/lifeline; echo code $?; "
                        + "cat /tmp/result");

        assertTrue(result.text().startsWith("code 143\n{\"outcome\":\"canceled\""), result.toString());
        assertEquals("k8s-exec: canceled before the script began: nothing was run", result.ownLines());
    }

    @Test
    void a_run_whose_reader_has_gone_ends_its_tree_and_writes_the_result() {
        // what it says while it ends goes nowhere
        Result result = agent(
                "bash",
                "trap '' TERM\ntouch /go/ready\nwhile :; do sleep 0.1; done",
                "mkfifo /tmp/out; { exec $0 run --grace 500ms --result /tmp/result </tmp/request >/tmp/out 2>&1; } & "
                        + "run=$!; "
                        + "exec 8</tmp/out; until_there /go/ready; exec 8<&-; kill -TERM $run; wait $run; "
                        + "echo code $?; cat /tmp/result; rm /tmp/out");

        assertTrue(result.text().startsWith("code 143\n{\"outcome\":\"canceled\""), result.toString());
        pod.assertNoProcesses();
    }

    /** A pipe that is full, as that of a plugin whose server takes no output. */
    @ParameterizedTest
    @CsvSource({"--timeout 1s, 124", "'', 143"})
    void a_line_that_nobody_reads_keeps_no_script_alive(String option, int exitCode) {
        Result result = agent(
                "bash",
                "trap '' TERM\ntouch /go/ready\nwhile :; do sleep 0.1; done",
                FULL + "$0 run --grace 500ms --result /tmp/result " + option + " </tmp/request 2>&8 & run=$!; "
                        + "until_there /go/ready; " + (option.isEmpty() ? "kill $run; " : "")
                        + "await_result; cut -d, -f1,2 /tmp/result; kill -0 $run && echo waits\n"
                        + "head -c 65536 <&8 >/dev/null; wait $run; echo code $?; "
                        + "while read -t 1 line <&8; do echo \"$line\"; done");

        String[] lines = result.text().split("\n");
        assertTrue(lines[0].endsWith("\"exitCode\":" + exitCode), result.toString());
        assertEquals("waits", lines[1], result.toString());
        assertEquals("code " + exitCode, lines[2], result.toString());
        assertTrue(
                result.text().contains("ended with SIGKILL, because SIGTERM did not end it: bash"), result.toString());
    }

    @Test
    void while_it_waits_for_its_reader_a_signal_ends_it() {
        Result result = agent(
                "bash",
                "touch /go/ready\nexec sleep 100",
                FULL + "$0 run --timeout 1s --result /tmp/result </tmp/request 2>&8 & run=$!; "
                        + "await_result; cut -d, -f1,2 /tmp/result; kill -0 $run && kill $run; wait $run; "
                        + "echo code $?");

        assertEquals("{\"outcome\":\"timedOut\",\"exitCode\":124\ncode 124\n", result.text(), result.toString());
    }

    @Test
    void a_script_that_kills_its_parent_has_failed_and_is_ended() {
        Result result = agent(
                "bash",
                "setsid sleep 1000 & sleep 1000 & kill -KILL $PPID; wait",
                "$0 run --result /tmp/result </tmp/request; echo code $?; cat /tmp/result");

        assertTrue(result.text().startsWith("code 125\n{\"outcome\":\"error\""), result.toString());
        assertTrue(result.text().matches("(?s).*\"OUTCOME_UNKNOWN\",.* was killed.*"), result.toString());
        pod.assertNoProcesses();
    }

    /** Of the JVM build: the keeper's program is slow. */
    @Test
    void a_cancel_waits_for_a_script_that_is_still_on_its_way() {
        Assumptions.assumeFalse(Pod.isNative(), "the native executable's keeper needs no program");
        Result result = agent(
                "bash",
                "trap 'echo told; exit 0' TERM; touch /go/ran; sleep 100 & wait",
                "mkdir -p /tmp/slow; printf '#!/bin/sh\\n[ \"$1\" = -f ] || { touch /tmp/on-its-way; sleep 1; }; "
                        + "exec /usr/bin/setsid \"$@\"\\n' >/tmp/slow/setsid; chmod +x /tmp/slow/setsid; "
                        + "PATH=/tmp/slow:$PATH $0 run --result /tmp/result </tmp/request & run=$!; "
                        + "until_there /tmp/on-its-way; kill $run; wait $run; echo code $?; "
                        + "rm -r /tmp/slow /tmp/on-its-way");

        assertTrue(result.text().endsWith("code 143\n"), result.toString());
        pod.assertNoProcesses();
    }

    @Needs(Need.TMUX)
    @Test
    void a_second_ctrl_c_does_not_wait_for_the_clean_up() {
        pod.exec("agent", Pod.request("bash", SLOW, Map.of()).getBytes(), "sh", "-c", "cat >/tmp/request");
        try (Tmux terminal = new Tmux(pod)) {
            terminal.line("k8s-exec run --grace 100s </tmp/request; echo code=$?");
            await("/go/ready");
            terminal.key("C-c");
            await("/go/told");
            terminal.key("C-c");
            terminal.await("k8s-exec: a second Ctrl-C: the grace period is cut short$");
            terminal.await("^code=130$");
        }
    }

    @Needs(Need.TMUX)
    @Test
    void the_first_ctrl_c_after_the_timeout_is_not_called_the_second() {
        pod.exec("agent", Pod.request("bash", SLOW, Map.of()).getBytes(), "sh", "-c", "cat >/tmp/request");
        try (Tmux terminal = new Tmux(pod)) {
            terminal.line("k8s-exec run --timeout 500ms --grace 100s </tmp/request; echo code=$?");
            await("/go/told");
            terminal.key("C-c");
            terminal.await("k8s-exec: Ctrl-C: the grace period is cut short$");
            terminal.await("^code=124$");
        }
    }

    private static void await(String file) {
        pod.exec("agent", "sh", "-c", "until [ -e " + file + " ]; do sleep 0.05; done")
                .assertExitCode(0);
    }

    /** Runs commands of bash in the agent, for which the request is in a file, and one with a lifeline in another. */
    private static Result agent(String shell, String script, String commands) {
        return pod.exec(
                "agent",
                Pod.request(shell, script, Map.of()).getBytes(),
                "bash",
                "-c",
                UNTIL + "sed '1s/^{/{\"lifeline\":true,/' /tmp/request >/tmp/lifeline\n" + commands,
                Pod.K8S_EXEC.toString());
    }
}
