package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What K8S_EXEC_DEBUG=1 adds to an error, for whoever reports it. */
@Needs(Need.POD)
class DebugIT {
    /**
     * A request that k8s-exec has too little memory for, which is a fault that it does not know. The script begins with
     * a secret.
     */
    private static final String TOO_LARGE = """
            value=$(head -c 100000 /dev/zero | tr '\\0' x)
            {
                printf '{"version": 1, "script": "hunter2", "environment": {'
                for i in $(seq 5500); do printf '"V%d": "%s", ' $i $value; done
                printf '"TOKEN": "hunter2"}}'
            } |
                env JAVA_TOOL_OPTIONS=-Xmx64m GO_K8S_CONTAINER_SHARED_ROOT=/go TOKEN=hunter2 $DEBUG \\
                "$0" run $RESULT
            """;

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=busybox");

    @Test
    void a_fault_has_version_and_commit_and_no_value() {
        Result result = run("", "").assertExitCode(125).assertError("INTERNAL", "java.lang.OutOfMemoryError");

        assertTrue(
                result.errors().matches("(?s).* \\[k8s-exec \\S+ \\(commit \\S+, (JVM|native)\\)]\n"),
                result.toString());
        assertFalse(result.errors().contains("hunter2"), result.toString());
    }

    @Tag("smoke")
    @Test
    void it_has_a_result_and_on_demand_the_place_too() {
        Result result = run("K8S_EXEC_DEBUG=1", "--result /tmp/result").assertExitCode(125);

        // the native executable made this exception while it was built, and it has no place
        String place = Pod.isNative() ? "" : "k8s-exec: debug:     at .*\n";
        assertTrue(
                result.errors()
                        .matches("(?s)(Picked up .*?\n)?k8s-exec: debug: .*"
                                + "k8s-exec: debug: java.lang.OutOfMemoryError.*\n" + place
                                + "k8s-exec: debug: +\\d+[.]\\d{3} ms  ended: ERROR, exit code 125\n"),
                result.toString());
        String written =
                pod.exec("agent", "cat", "/tmp/result").assertExitCode(0).text();
        assertTrue(
                written.matches(
                        "\\{\"outcome\":\"error\",\"exitCode\":125,.*\"error\":\"INTERNAL\".*OutOfMemoryError.*\n"),
                written);
        assertFalse((result.errors() + written).contains("hunter2"), result + written);
    }

    @Test
    void so_has_an_error_that_is_known() {
        Result result = pod.k8sExec(Map.of("K8S_EXEC_DEBUG", "1"), "", "run").assertExitCode(125);

        assertTrue(
                result.errors()
                        .matches("(?s)(Picked up .*?\n)?k8s-exec: debug: .*k8s-exec: error \\[REQUEST_NOT_JSON]: .*\n"
                                + "k8s-exec: debug:     at .*"),
                result.toString());
        // and the way there, down to main
        assertTrue(
                result.errors().contains("k8s-exec: debug:     at cd.go.contrib.k8sexec.cli.Main.main("),
                result.toString());
    }

    @Test
    void so_has_each_step_with_its_time() {
        String request = Pod.request("sh", "exit 3", Map.of("TOKEN", "hunter2"));
        Result result =
                pod.k8sExec(Map.of("K8S_EXEC_DEBUG", "1"), request, "run").assertExitCode(3);

        List<String> steps = List.of(
                "k8s-exec \\S+ [(]commit .*",
                "the request is read: a script of 6 characters for sh, 1 variables",
                "the guest is found: process \\d+ .*",
                "the run \\S+ has its folder, the way in is .*",
                "STARTING, STARTED: RUNNING",
                "RUNNING, ENDED: LOOKING",
                "ended: EXITED, exit code 3");
        assertTrue(
                result.errors()
                        .matches(steps.stream()
                                .map(step -> "k8s-exec: debug: +\\d+[.]\\d{3} ms  " + step + "\n")
                                .collect(Collectors.joining("(?s:.*)", "", ""))),
                result.toString());
        assertFalse(result.errors().contains("hunter2"), result.toString());
        assertEquals(
                "", pod.k8sExec(Map.of("GO_K8S_COST", "never"), request, "run").errors());
    }

    private static Result run(String debug, String option) {
        return pod.exec(
                "agent", "env", "DEBUG=" + debug, "RESULT=" + option, "sh", "-c", TOO_LARGE, Pod.K8S_EXEC.toString());
    }
}
