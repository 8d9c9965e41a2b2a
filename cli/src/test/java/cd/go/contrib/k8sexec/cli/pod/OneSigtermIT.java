package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each process of a run gets one SIGTERM, whoever cancels and whatever the way in, and what it starts then is left
 * alone. Two that are sent back to back become one: so it is counted at the senders, by strace(1), too.
 */
@Needs({Need.POD, Need.STRACE})
class OneSigtermIT {
    /** Each tells who it is, how often it was told to end, and how its clean-up went, which takes a while. */
    private static final String SCRIPT = """
        counted() {
            told=0
            trap 'told=$((told + 1)); [ $told -gt 1 ] || { : >/go/told; /bin/sleep 1.5 && how=undisturbed; }' TERM
            mkfifo /tmp/never-$1
            exec 8<>/tmp/never-$1
            rm /tmp/never-$1
            echo $1 $BASHPID >>/go/processes
            until [ $told -gt 0 ]; do read -t 1 x <&8; done
            echo $1 $told $how >>/go/counts
        }
        counted child &
        (counted grandchild & wait; wait) &
        export -f counted
        setsid bash -c 'counted leader' &
        env -i /bin/bash -c "$(declare -f counted); counted nameless" &
        until [ "$(cat /go/processes 2>/dev/null | wc -l)" = 4 ]; do read -t 0.1 x <>/dev/zero; done
        counted script
        wait
        """;

    /** The agent: k8s-exec is its child, as it is the plugin's, and leads no process group. */
    private static final String AGENT = """
        descendants() { local c; for c in $(cat /proc/$1/task/*/children); do echo $c; descendants $c; done; }
        until_there() { until [ -e "$1" ]; do /bin/sleep 0.05; done; }
        export GO_K8S_CONTAINER_SHARED_ROOT=/go
        trap : TERM INT
        "$1" run --grace 30s $2 --result /tmp/result </tmp/request &
        run=$!
        until [ "$(cat /go/processes 2>/dev/null | wc -l)" = 5 ]; do /bin/sleep 0.05; done
        %s
        while kill -0 $run 2>/dev/null; do wait $run; done
        """;

    private static final Map<String, String> CANCELERS = new TreeMap<>(Map.of(
            "k8s-exec alone", "kill -TERM $run",
            "GoCD's agent", "kill -TERM $(descendants $$) 2>/dev/null",
            "GoCD's agent, then its end", "kill -TERM $(descendants $$) 2>/dev/null; until_there /go/told; kill $run",
            "the agent's process group", "kill -TERM -$$",
            "the group and the plugin", "kill -TERM -$$; until_there /go/told; kill -TERM $run",
            "the end of a terminal", "kill -HUP $run",
            "the timeout", ""));

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @AfterEach
    void nothing_is_left() {
        pod.exec("agent", "sh", "-c", "rm -f /go/*");
        pod.assertNoProcesses();
    }

    static Stream<Arguments> cancelers_and_ways() {
        List<String> ways = Pod.isDirect() ? List.of("setns", "nsenter") : List.of("nsenter");
        return CANCELERS.keySet().stream().flatMap(who -> ways.stream().map(way -> Arguments.of(who, way)));
    }

    @Tag("smoke")
    @ParameterizedTest
    @MethodSource("cancelers_and_ways")
    void whoever_cancels_each_process_is_told_once(String who, String way) {
        Result result = cancel(Pod.K8S_EXEC.toString(), who, "--enter=" + way);

        // the JVM build loses sight of a process whose parent has ended and that has another environment
        assertEquals(
                "child 1 undisturbed\ngrandchild 1 undisturbed\nleader 1 undisturbed\nnameless 1 undisturbed\n"
                        + "script 1 undisturbed\n",
                pod.exec("agent", "sort", "/go/counts").text(),
                result.toString());
        sent().forEach((process, times) -> assertEquals(1, times, process + ": " + sent()));
        assertEquals(
                who.equals("the timeout") ? 1 : 0, result.ownLines().lines().count(), result.errors());
    }

    @Tag("without-k8s-exec")
    @Needs(Need.RELEASED)
    @Test
    void this_test_sees_two_of_them_where_two_are_sent() throws Exception {
        Process copy = new ProcessBuilder("sh", "-c", "rm -rf $0 && cp -a \"$(../.ci/released)\" $0", "target/released")
                .start();
        assertEquals(0, copy.waitFor());

        cancel("/opt/extra/released/cli/target/k8s-exec", "GoCD's agent", "");

        assertTrue(sent().values().stream().anyMatch(times -> times > 1), sent().toString());
    }

    private static Result cancel(String k8sExec, String who, String option) {
        String timeout = who.equals("the timeout") ? " --timeout=4s" : "";
        return pod.exec(
                "agent",
                Pod.request("bash", SCRIPT, Map.of()).getBytes(),
                "bash",
                "-c",
                "cat >/tmp/request; rm -f /tmp/trace; export JAVA_HOME=" + System.getProperty("java.home")
                        + "; exec strace -f -qq -e trace=kill,tkill,tgkill,pidfd_send_signal -e signal=none "
                        + "-o /tmp/trace setsid -w bash -c \"$0\" agent $1 \"$2\"",
                AGENT.formatted(CANCELERS.get(who)),
                k8sExec,
                option + timeout);
    }

    /** How often each of the script's processes was sent SIGTERM. */
    private static Map<String, Long> sent() {
        Pattern kill = Pattern.compile("kill\\((-?\\d+), SIGTERM\\)");
        List<String> targets = pod.exec("agent", "cat", "/tmp/trace")
                .text()
                .lines()
                .map(kill::matcher)
                .filter(Matcher::find)
                .map(call -> call.group(1))
                .toList();
        Map<String, Long> sent = new TreeMap<>();
        for (String line : pod.exec("agent", "cat", "/go/processes").text().split("\n")) {
            String process = line.split(" ")[1];
            sent.put(line, targets.stream().filter(process::equals).count());
        }
        return sent;
    }
}
