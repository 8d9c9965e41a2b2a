package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Scripts that a relay starts, in a Pod whose containers do not share their processes, agent and guest without any
 * capability. What is the same by every way the other tests have: ./mvnw verify -Dnative -Denter=relay.
 */
@Needs({Need.POD, Need.RUNC})
class RelayedIT {
    private static final String LOOK = "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null";

    @RegisterExtension
    static final Pod pod = Relayed.pod();

    @BeforeAll
    static void native_only() {
        Pod.requireNative();
    }

    @AfterEach
    void nothing_is_left() {
        assertEquals(1, relayProcesses(), "session processes");
        assertEquals(
                "", pod.exec("guest", "sh", "-c", "ls -A /tmp | grep k8s-exec").text(), "files in the guest");
        pod.assertNoProcesses();
    }

    private static long relayProcesses() {
        return pod.exec("guest", "sh", "-c", LOOK)
                .text()
                .lines()
                .filter(line -> line.startsWith("/k8s-exec/relay"))
                .count();
    }

    private static Result run(String script, String... options) {
        return Relayed.run(pod, script, options);
    }

    // ---- a script

    @Test
    void a_script_runs_in_the_guest_and_its_output_comes_through() {
        Result result = run("echo out; echo err >&2; echo $PPID $(id -u) $PWD; exit 3");

        result.assertExitCode(3);
        assertTrue(result.text().matches("out\n\\d+ 1000 /go\n"), result.toString());
        assertEquals("err\n", result.errors().replaceAll("k8s-exec: the script took .*\n", ""));
    }

    @Test
    void the_way_is_told_by_result_and_dry_run() {
        assertTrue(run("exit", "--dry-run").text().contains("enter:             relay\n"));
        String result = Relayed.shell(
                        pod,
                        Pod.request("sh", ":", Map.of()),
                        "sh",
                        "-c",
                        "$0 run --result /tmp/result; cat /tmp/result")
                .text();
        assertTrue(result.contains("\"enter\":\"relay\""), result);
    }

    @Test
    void a_script_is_a_file_with_a_name() {
        Result result = run("echo $0 $BASH_SOURCE; [ -r $0 ] && stat -c %a ${0%/*}");

        assertTrue(result.text().matches("(/tmp/k8s-exec-relay-\\S+/script) \\1\n700\n"), result.toString());
    }

    @ParameterizedTest
    @CsvSource({"exit 0,0", "exit 255,255", "kill -TERM $$,143", "kill -KILL $$,137", "kill -SEGV $$,139"})
    void every_exit_code_and_signal_is_the_scripts(String script, int exitCode) {
        run(script).assertExitCode(exitCode);
    }

    @Test
    void the_environment_is_byte_exact_and_the_guests_own_is_below() {
        String value = " a'b\"c$d\\e\n\té€😀 ";
        Result result = pod.k8sExec(
                Relayed.RELAY,
                Pod.request("bash", "printf %s \"$NASTY\"; echo; echo $HOSTNAME", Map.of("NASTY", value)),
                "run");

        assertEquals(value + "\npod\n", result.text());
    }

    @Test
    void a_big_environment_gets_there() {
        Map<String, String> big = Map.of("BIG", "x".repeat(120_000), "MORE", "y".repeat(120_000));
        Result result = pod.k8sExec(Relayed.RELAY, Pod.request("bash", "echo ${#BIG} ${#MORE}", big), "run");

        assertEquals("120000 120000\n", result.text());
    }

    @Test
    void standard_input_is_empty() {
        assertEquals("0\n", run("wc -c").text());
    }

    // ---- cancel

    @Test
    void sigterm_ends_the_tree_once_and_after_the_grace_period_for_good() {
        Result result = cancel("""
                trap 'echo told >>/go/told' TERM
                (trap '' TERM; exec -a stubborn sleep 1000) &
                touch /go/ready
                while :; do sleep 0.1; done
                """, "kill -TERM $run");

        assertEquals("143", result.text().lines().findFirst().orElse(""), result.toString());
        assertTrue(result.text().contains("\"outcome\":\"canceled\""), result.toString());
        assertTrue(
                result.errors().contains("ended with SIGKILL, because the grace period of 1s was over: "),
                result.errors());
        assertEquals(
                "told\n",
                pod.exec("agent", "sh", "-c", "cat /go/told; rm /go/told").text());
    }

    @Test
    void a_timeout_ends_it_too() {
        run("sleep 1000", "--timeout", "1s", "--grace", "1s").assertExitCode(124);
    }

    @Test
    void the_death_of_k8s_exec_ends_the_script() {
        Result result = cancel("touch /go/ready; exec sleep 1000", "kill -KILL $run");

        assertEquals("137", result.text().lines().findFirst().orElse(""), result.toString());
        pod.exec("guest", "sh", "-c", "until ! grep -qs sleep /proc/[0-9]*/comm; do sleep 0.05; done")
                .assertExitCode(0);
        pod.exec("agent", "rm", "-rf", "/go/.k8s-exec");
    }

    /** Runs a script until it has made /go/ready. Prints the exit code and the result file. */
    private static Result cancel(String script, String how) {
        return Relayed.shell(
                pod,
                Pod.request("bash", script, Map.of()),
                "bash",
                "-c",
                "cat >/tmp/request; set -m; rm -f /tmp/result /go/ready; "
                        + "$0 run --grace 1s --result /tmp/result </tmp/request & run=$!; "
                        + "until [ -e /go/ready ]; do sleep 0.02; done; rm /go/ready; " + how
                        + "; wait $run; echo $?; cat /tmp/result");
    }

    // ---- what it leaves

    @Test
    void what_it_leaves_is_named_and_can_be_ended() {
        Result left = run("sleep 1000 >/dev/null 2>&1 & echo $!");
        String pid = left.text().strip();
        pod.exec("guest", "kill", pid).assertExitCode(0);

        // it may not have become sleep yet
        assertTrue(
                left.ownLines().matches("(?s).*left running in the background: (sleep|bash) [(]" + pid + "[)].*"),
                left.toString());

        Result ended = run("sleep 1000 >/dev/null 2>&1 &", "--end-background");
        ended.assertExitCode(0);
        assertEquals("", ended.ownLines());
    }

    @Test
    void a_script_that_kills_all_processes_has_failed_and_others_go_on() {
        run("kill -9 -1; sleep 10").assertExitCode(125).assertError("OUTCOME_UNKNOWN", "relay's own process");
        run("echo on").assertExitCode(0);
    }

    // ---- the other commands

    @Test
    void exec_has_the_programs_exit_code_and_its_input() {
        pod.k8sExec(Relayed.RELAY, "", "exec", "--", "sh", "-c", "exit 7").assertExitCode(7);
        assertEquals(
                "in\n",
                pod.k8sExec(Relayed.RELAY, "in\n", "exec", "-i", "--", "cat").text());
        assertEquals("", pod.k8sExec(Relayed.RELAY, "in\n", "exec", "--", "cat").text());
        pod.k8sExec(Relayed.RELAY, "", "exec", "--", "no-such-program")
                .assertExitCode(127)
                .assertError("PROGRAM_MISSING");
    }

    @Test
    void a_program_without_i_has_empty_input_at_a_terminal_too() {
        Result result = pod.exec(
                "agent",
                "env",
                "GO_K8S_RELAY=/relay",
                "script",
                "-qec",
                "/opt/extra/k8s-exec exec -- sh -c 'wc -c; exit 5'",
                "/dev/null");

        result.assertExitCode(5);
        assertTrue(result.text().contains("0"), result.toString());
    }

    @Test
    void a_signal_to_exec_is_the_programs() {
        Result result = Relayed.shell(
                pod,
                "",
                "bash",
                "-c",
                "set -m; $0 exec -- bash -c 'trap \"exit 42\" USR1; touch /go/ready; while :; do sleep 0.1; done' & "
                        + "run=$!; until [ -e /go/ready ]; do sleep 0.02; done; rm /go/ready; kill -USR1 $run; "
                        + "wait $run; echo $?");

        assertEquals("42\n", result.text(), result.toString());
    }

    @Test
    void a_shell_has_a_terminal_of_the_guests_with_the_windows_size() {
        Result result = pod.exec(
                "agent",
                "sh -c 'tty; stty size'\nexit 5\n".getBytes(StandardCharsets.UTF_8),
                "env",
                "GO_K8S_RELAY=/relay",
                "script",
                "-qec",
                "stty rows 33 cols 99; /opt/extra/k8s-exec shell --shell sh",
                "/dev/null");

        result.assertExitCode(5);
        assertTrue(result.text().contains("/dev/pts/"), result.toString());
        assertTrue(result.text().contains("33 99"), result.toString());
    }

    @Test
    void env_shows_the_guests_own() {
        assertTrue(pod.k8sExec(Relayed.RELAY, "", "env", "--values").text().contains("HOSTNAME=pod\n"));
    }

    @Test
    void targets_and_wait_know_the_guest_by_its_name() {
        Result targets = pod.k8sExec(Relayed.RELAY, "", "targets");
        assertTrue(
                targets.text().lines().anyMatch(line -> line.matches("target +- +guest +- +1000:1000 +- .*")),
                targets.text());
        assertEquals(
                "{\"pid\":null,\"name\":\"guest\",\"id\":null,\"user\":\"1000:1000\",\"command\":null,"
                        + "\"reason\":\"has a relay\"}\n",
                pod.k8sExec(Relayed.RELAY, "", "wait", "--json").text());
    }

    @Test
    void doctor_is_green() {
        Result result = pod.k8sExec(Relayed.RELAY, "", "doctor");

        result.assertExitCode(0);
        assertTrue(result.text().contains("trial: a script ran in the guest, by relay"), result.toString());
        assertTrue(result.text().contains("ok      agent-identity: "), result.toString());
        pod.exec("agent", "sh", "-c", "mkdir /go/config && touch /go/config/token")
                .assertExitCode(0);
        Result seen = pod.k8sExec(Relayed.RELAY, "", "doctor");
        pod.exec("agent", "rm", "-r", "/go/config");
        assertTrue(seen.text().contains("warning agent-identity: the guest sees /go/config/token"), seen.toString());
        assertTrue(result.text().contains("spare: relay does without "), result.toString());
    }
}
