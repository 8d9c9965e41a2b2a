package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --hold-on-failure}: a script has failed, and somebody looks into its place. */
@Needs(Need.POD)
class HoldIT {
    private static final String SECRET = "a secret's 'value'\n\twith \"all\" that $(is) odd\\";

    @RegisterExtension
    static final Pods PODS =
            new Pods("export BYTES='\u00ff\u00fe\u0080 \u00e9' GUESTS_OWN='\n x' K8S_EXEC_CONTAINER=tools\n");

    private Pod pod;

    @BeforeEach
    void make() {
        Pod.requireNative();
        pod = PODS.get("debian");
        pod.exec("agent", "mkdir", "-p", "/go/pipelines/we b").assertExitCode(0);
    }

    @AfterEach
    void nothing_is_left() {
        if (pod != null) {
            pod.exec("agent", "sh", "-c", "rm -rf /go/pipelines /tmp/*").assertExitCode(0);
            pod.awaitNoProcesses();
        }
    }

    private Result agent(String script, String commands) {
        return Holding.agent(pod, script, Map.of("SECRET", SECRET, "PWD2", ""), commands);
    }

    @ParameterizedTest
    @ValueSource(strings = {"debian", "busybox"})
    void a_program_there_has_the_scripts_environment_and_directory_byte_for_byte(String image) {
        pod.exec("agent", "rm", "-rf", "/go/pipelines").assertExitCode(0);
        pod = PODS.get(image);
        pod.exec("agent", "mkdir", "-p", "/go/pipelines/we b").assertExitCode(0);

        Result result = agent("cat /proc/$$/environ; cd /; export SECRET=changed MORE=1; exit 3", """
                hold 100s
                $0 exec --run $id -- cat /proc/self/environ >/tmp/again
                if [ "$1" = exact ]; then cmp /tmp/out /tmp/again; else
                    cmp <(sort -z /tmp/out) <(sort -z /tmp/again); fi && echo same
                grep -zc '^SECRET=' /tmp/out
                $0 exec --run $id -- pwd
                $0 resume $id >/dev/null
                wait $run; echo code $?
                """.replace(
                        "$1", Pod.isDirect() ? "exact" : "sorted"));

        assertEquals("same\n1\n/go/pipelines/we b\ncode 3\n", result.text(), result.toString());
        assertTrue(result.ownLines().contains("the script failed (exit code 3). Its place stays for 100s, until 20"));
        assertTrue(
                result.ownLines().endsWith("k8s-exec: the script's place is given up: k8s-exec resume was called"),
                result.errors());
    }

    @Test
    void the_standard_streams_are_as_for_any_program() {
        Result result = agent("exit 3", """
                hold 100s
                echo typed | $0 exec -i --run $id -- sh -c 'cat; echo to stderr >&2; exit 7' 2>/tmp/there
                echo code $?; cat /tmp/there
                $0 exec --run $id -- nothing-of-that-name 2>/dev/null
                echo code $?
                $0 resume >/dev/null
                wait $run
                """);

        assertEquals("typed\ncode 7\nto stderr\ncode 127\n", result.text(), result.toString());
    }

    @Test
    void the_time_ends_it_and_the_result_is_the_scripts() {
        Result result = agent("kill -KILL $$", """
                $0 run --hold-on-failure 3s --result /tmp/result <&3
                echo code $?; cat /tmp/result
                $0 resume
                echo code $?
                """);

        assertTrue(
                result.text().startsWith("code 137\n{\"outcome\":\"signaled\",\"exitCode\":137,\"signal\":\"KILL\""));
        assertTrue(result.text().endsWith("code 125\n"), result.toString());
        assertTrue(result.errors().contains("the script failed (SIGKILL ended it)"), result.errors());
        assertTrue(result.errors().contains("given up: its time is over\n"), result.errors());
        assertTrue(Pattern.compile("the script took (\\d+ ms|[0-2]\\.\\d s);")
                .matcher(result.errors())
                .find());
        assertTrue(
                result.errors().contains("error [RUN_NOT_HELD]: no run is held in this container, "), result.errors());
    }

    @Test
    void a_script_whose_time_was_over_is_held() {
        Result result = agent("sleep 1000", """
                hold 100s --timeout 300ms --grace 5s
                $0 exec --run $id -- pwd
                $0 resume >/dev/null
                wait $run; echo code $?
                """);

        assertEquals("/go/pipelines/we b\ncode 124\n", result.text(), result.toString());
        assertTrue(result.errors().contains("the script failed (it ran longer than it may)"), result.errors());
    }

    @ParameterizedTest
    @CsvSource({"TERM", "INT", "HUP"})
    void a_signal_ends_it_at_once(String signal) {
        Result result = agent(
                "exit 3",
                "set -m; hold 1000s; kill -" + signal + " $run; wait $run; echo code $?; grep -c 'given up: SIG"
                        + signal + " has come' /tmp/errors");

        assertEquals("code 3\n1\n", result.text(), result.toString());
    }

    @Test
    void so_do_stop_and_the_end_of_the_lifeline() {
        Result result = agent("exit 3", """
                hold 1000s
                $0 stop --report 0s 2>/dev/null; echo stop $?
                wait $run; echo code $?
                rm /tmp/k8s-exec-stopping
                mkfifo /tmp/life
                $0 run --hold-on-failure 1000s </tmp/life 2>/tmp/errors2 & run=$!
                { echo '{"version": 1, "script": "exit 4", "lifeline": true}'
                  until grep -q resume /tmp/errors2; do sleep 0.05; done; } >/tmp/life
                wait $run; echo code $?
                grep -o 'given up: whoever' /tmp/errors2
                """);

        assertEquals("stop 0\ncode 3\ncode 4\ngiven up: whoever\n", result.text(), result.toString());
    }

    @Test
    void what_passes_and_what_is_cancelled_is_not_held() {
        Result result = agent("[ ! -e /go/pipelines/passes ] || exit 0; touch /go/pipelines/ready; sleep 1000", """
                $0 run --hold-on-failure 1000s <&3 2>/tmp/errors & run=$!
                until [ -e /go/pipelines/ready ]; do sleep 0.05; done
                kill $run; wait $run; echo code $?
                touch /go/pipelines/passes
                echo '{"version": 1, "script": "exit 0"}' | $0 run --hold-on-failure 1000s; echo code $?
                echo '{"version": 1, "shell": "none", "script": "id"}' | $0 run --hold-on-failure 1000s; echo code $?
                """);

        assertEquals("code 143\ncode 0\ncode 127\n", result.text(), result.toString());
        assertFalse(result.errors().contains("Its place"), result.errors());
    }

    @Test
    void two_stay_apart() {
        Result result = agent("exit 3", """
                hold 1000s
                first=$id firstRun=$run
                echo '{"version": 1, "script": "exit 4", "environment": {"SECRET": "other"}}' >/tmp/request
                exec 3</tmp/request
                hold 1000s
                $0 exec --run $first -- sh -c 'echo ${#SECRET}'
                $0 exec --run $id -- sh -c 'echo $SECRET'
                $0 resume; echo code $?
                $0 resume $first >/dev/null
                wait $firstRun; echo code $?
                $0 exec --run $id -- pwd
                $0 resume >/dev/null
                wait $run; echo code $?
                """);

        assertEquals(SECRET.length() + "\nother\ncode 125\ncode 3\n/go\ncode 4\n", result.text(), result.toString());
        assertTrue(result.errors().contains("error [RUN_NOT_HELD]: more than one run is held now: "));
    }

    @Test
    void an_id_that_is_not_held_is_named_with_those_that_are() {
        Result result = agent("exit 3", """
                hold 1000s
                $0 exec --run 'no id' -- true; echo code $?
                $0 shell --run "${id%?}0" </dev/null; echo code $?
                echo '{"version": 1, "script": "echo $K8S_EXEC_RUN_ID >/go/pipelines/id; sleep 1000"}' |
                    $0 run --hold-on-failure 1000s & other=$!
                until [ -s /go/pipelines/id ]; do sleep 0.05; done
                $0 resume "$(cat /go/pipelines/id)"; echo code $?
                kill $other; wait $other; echo code $?
                $0 exec --run "$(cat /go/pipelines/id)" -- true; echo code $?
                $0 exec --run "a$(cat /go/pipelines/id)" -- true
                $0 exec --run $id --user agent -- true; echo code $?
                $0 resume >/dev/null
                wait $run
                """);

        assertEquals("code 125\ncode 125\ncode 125\ncode 143\ncode 125\ncode 2\n", result.text(), result.toString());
        String error = "error [RUN_NOT_HELD]: the run \"";
        assertTrue(result.errors().contains(error + "no id\" is no run's id; held now: "), result.errors());
        assertTrue(result.errors().contains("has not failed yet, and is not held; held now: "), result.errors());
        assertTrue(result.errors().contains(" is over; held now: "), result.errors());
        assertTrue(result.errors().contains("--user cannot be given with --run"), result.errors());
    }

    @Test
    void no_file_and_no_argument_has_a_secret_of_it() {
        Result result = Holding.agent(pod, "exit 3", Map.of("SECRET", "s3cr3t-of-it"), """
                hold 1000s
                grep -rl 's3cr3[t]-of' /go /tmp /dev/shm /run 2>/dev/null
                grep -l 's3cr3[t]-of' /proc/[0-9]*/cmdline 2>/dev/null
                stat -Lc %a /proc/$run/fd | head -1
                $0 exec --run $id -- sh -c 'echo $SECRET'
                $0 resume >/dev/null
                wait $run
                """);

        assertEquals("500\ns3cr3t-of-it\n", result.text(), result.toString());
    }

    @Test
    void a_killed_one_is_cleaned_up_after_as_ever() {
        Result result = agent("exit 3", """
                hold 1000s
                kill -KILL $run; wait $run 2>/dev/null
                $0 exec --run $id -- true; echo code $?
                ls -A /go/.k8s-exec | wc -l
                $0 gc >/dev/null
                ls -A /go
                """);

        assertEquals("code 125\n1\npipelines\n", result.text(), result.toString());
    }

    @Test
    void a_signal_to_go_on_ends_no_run_that_does_not_hold_any_more() {
        Result result = agent("exit 3", """
                hold 1000s
                for i in 1 2 3 4 5; do kill -USR2 $run 2>/dev/null; done
                wait $run; echo code $?
                """);

        assertEquals("code 3\n", result.text(), result.toString());
    }

    @Test
    void what_the_script_left_in_the_background_stays_there() {
        Result result = agent("sleep 1000 & echo $!; exit 3", """
                hold 1000s
                $0 exec --run $id -- kill -0 $(cat /tmp/out) && echo runs
                $0 exec --run $id -- kill $(cat /tmp/out)
                $0 resume >/dev/null
                wait $run; echo code $?
                """);

        assertEquals("runs\ncode 3\n", result.text(), result.toString());
    }
}
