package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import io.restassured.path.json.JsonPath;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a script took, beside what the kernel says of it. */
@Needs({Need.POD, Need.RUNC, Need.MEMORY_CONTROLLER})
class ScriptCostIT {
    private static final long MEBI = 1 << 20;

    /** Until the kernel says that it has had a second of CPU. */
    private static final String SECOND = "perl -e '1 while (times)[0] + (times)[1] < 1'\n";

    private static final String HUNDRED_MEBI = "dd if=/dev/zero of=/dev/null bs=100M count=1 2>/dev/null\n";

    private static final Pattern TIME = Pattern.compile("(\\d+)m(\\d+)[.](\\d{3})s");

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian", "AGENT_MEMORY=512m", "GUEST_MEMORY=512m");

    @Test
    void it_is_what_the_kernel_says() {
        Result result = run(
                SECOND + HUNDRED_MEBI + "times >/go/times", "--result /tmp/result; cat /tmp/result; rm /tmp/result");
        JsonPath json = JsonPath.from(result.assertExitCode(0).text());
        long shell = TIME.matcher(taken("/go/times"))
                .results()
                .mapToLong(ScriptCostIT::millis)
                .sum();
        long script = json.getLong("scriptMillis");

        assertEquals("", result.errors());
        assertEquals(512 * MEBI, json.getLong("memoryLimitBytes"), result.text());
        assertTrue(script <= json.getLong("durationMillis"), result.text());
        assertPeak(json.getLong("memoryPeakBytes"));
        if (!Pod.isNative()) {
            assertNull(json.get("cpuUserMillis"));
            assertNull(json.get("largestProcessBytes"));
            return;
        }
        long cpu = json.getLong("cpuUserMillis") + json.getLong("cpuSystemMillis");
        // what the shell does not see is its own end; and each number has lost a part of its last millisecond
        assertTrue(
                cpu >= shell - 4 && cpu < shell + 250 && shell >= 1000, cpu + " ms, of which " + shell + " were seen");
        assertTrue(script >= 1000, result.text());
        // and dd itself
        long largest = json.getLong("largestProcessBytes");
        assertTrue(largest >= 100 * MEBI && largest < 108 * MEBI, largest + " bytes");
    }

    private static void assertPeak(long peak) {
        String container = Pod.isRelayed() ? "guest" : "agent";
        String now = pod.exec(
                        container,
                        "sh",
                        "-c",
                        "cd /sys/fs/cgroup; cat memory.peak 2>/dev/null || cat memory/memory.max_usage_in_bytes")
                .text()
                .strip();
        assertTrue(peak >= 100 * MEBI && peak <= Long.parseLong(now), peak + " bytes, then " + now);
    }

    private static long millis(MatchResult time) {
        return Long.parseLong(time.group(1)) * 60_000
                + Long.parseLong(time.group(2)) * 1000
                + Long.parseLong(time.group(3));
    }

    private static String taken(String file) {
        return pod.exec("agent", "sh", "-c", "cat " + file + "; rm " + file).text();
    }

    /** k8s-exec's own memory, which its child has until it is the script's shell, is none of the script's. */
    @Test
    void a_small_script_is_not_as_large_as_what_has_started_it() {
        Pod.requireNative();
        JsonPath json = JsonPath.from(run(
                        "while read -r name value unit; do [ $name != VmHWM: ] || echo $value; done "
                                + "</proc/$$/status >/go/peak",
                        "--result /tmp/result; cat /tmp/result; rm /tmp/result")
                .text());
        long peak = Long.parseLong(taken("/go/peak").strip()) * 1024;

        Long largest = json.get("largestProcessBytes") == null ? null : json.getLong("largestProcessBytes");
        // the kernel adds up in steps of 64 pages
        assertTrue(
                largest == null || largest >= peak - MEBI && largest <= peak + MEBI,
                largest + " bytes, and the shell " + peak);
    }

    @Test
    void of_a_run_that_is_ended_also_what_ends_last_counts() {
        Pod.requireNative();
        Result result = run("""
                perl -e '$SIG{TERM} = "IGNORE"; 1 while (times)[0] + (times)[1] < 1;
                    open F, ">/go/burnt"; close F; sleep 1000' &
                wait
                """, """
                --grace 100ms --result /tmp/result & run=$!
                until [ -e /go/burnt ]; do sleep 0.02; done; rm /go/burnt
                kill -TERM $run; wait $run; echo $? $(cat /tmp/result)""");
        String[] fields = result.text().split(" ", 2);
        JsonPath json = JsonPath.from(fields[1]);

        assertEquals("143", fields[0], result.toString());
        assertTrue(json.getLong("cpuUserMillis") + json.getLong("cpuSystemMillis") >= 1000, result.toString());
        assertTrue(result.errors().contains("k8s-exec: the script took "), result.errors());
    }

    @Test
    void the_line_has_the_same_numbers() {
        String container = Pod.isRelayed() ? "the guest" : "the agent container";
        String processes = Pod.isNative()
                ? "; its processes that have ended took 1[.]\\d s of CPU, at most 10\\dMi of memory in one of them"
                : "";

        String line =
                run(SECOND + HUNDRED_MEBI, "--cost always").assertExitCode(0).errors();

        assertTrue(
                line.matches("k8s-exec: the script took [\\d.]+ s" + processes + "; " + container
                        + " has used at most \\d+Mi of memory since it started, of its limit of 512Mi\n"),
                line);
    }

    @Tag("smoke")
    @ParameterizedTest
    @CsvSource({
        "'exit 3', '', 1",
        "'exit 3', --cost=auto, 1",
        "'kill -KILL $$', '', 1",
        "'sleep 100', --timeout=100ms --grace=0s, 1",
        "'exit 3', --cost=never, 0",
        "'exit 0', '', 0",
        "'exit 0', --cost=always, 1",
    })
    void it_is_told_of_a_script_that_failed_or_as_it_is_set(String script, String options, int lines) {
        Result result = run(script, options);

        assertEquals(
                lines,
                result.errors()
                        .lines()
                        .filter(line -> line.startsWith("k8s-exec: the script took "))
                        .count(),
                result.toString());
    }

    @Test
    void what_did_not_run_has_cost_nothing() {
        Result failed = pod.k8sExec(Map.of("GO_K8S_COST", "always"), Pod.request("none", "exit 0", Map.of()), "run");
        failed.assertExitCode(127).assertError("SHELL_MISSING");

        pod.k8sExec(Map.of("GO_K8S_COST", "sometimes"), Pod.request("sh", "exit 0", Map.of()), "run")
                .assertExitCode(125)
                .assertError("SETTING_INVALID", "GO_K8S_COST", "always, never");
    }

    private static Result run(String script, String options) {
        return pod.shell(Pod.request("bash", script, Map.of()), "cat >/tmp/request; $0 run </tmp/request " + options);
    }
}
