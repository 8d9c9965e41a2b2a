package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import io.restassured.path.json.JsonPath;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A script that takes more memory than the agent container may have: the kernel ends it, and the user is told why. */
@Needs({Need.POD, Need.RUNC, Need.MEMORY_CONTROLLER})
class MemoryIT {
    private static final String EATER = "head -c 1000000000 /dev/zero | tail -c 900000000 >/dev/null";

    private static Pod pod;

    @BeforeAll
    static void up() {
        pod = Pod.up("GUEST_IMAGE=debian", "AGENT_MEMORY=192m");
    }

    @AfterAll
    static void down() {
        if (pod != null) {
            pod.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec sh -c '" + EATER + "'", EATER + "\nexit $?", "exec tail </dev/zero >/dev/null"})
    void a_script_that_the_limit_ended_is_told_so(String script) {
        Result result = run(script);
        String[] lines = result.text().split("\n");
        JsonPath json = JsonPath.from(lines[1]);

        assertEquals("137", lines[0], result.toString());
        assertEquals(137, json.getInt("exitCode"));
        assertTrue(
                json.getString("reason").startsWith("the agent container's memory limit of 192Mi was reached"),
                lines[1]);
        // once: the plugin shows the reason
        assertEquals("", result.ownLines());
    }

    @Test
    void at_a_terminal_it_is_told_too() {
        Result result = pod.run("bash", EATER + "\nexit $?").assertExitCode(137);

        assertTrue(
                result.errors()
                        .contains("k8s-exec: the agent container's memory limit of 192Mi was reached, and the "
                                + "kernel killed a process in that container; the script runs in the agent container's "
                                + "control group, so raise resources.limits.memory of the agent container"),
                result.errors());
    }

    @Tag("smoke")
    @Test
    void a_script_that_fails_because_of_it_is_told_so_too() {
        assertTrue(run("sh -c '" + EATER + "' || exit 3")
                .text()
                .contains("\"reason\":\"the agent container's memory limit"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill -KILL $$", "exit 137", "sh -c '" + EATER + "'; exit 0"})
    void a_script_that_ends_otherwise_is_not(String script) {
        Result result = run(script);

        assertTrue(result.text().contains("\"reason\":null"), result.toString());
        assertTrue(!result.ownLines().contains("memory"), result.errors());
    }

    private static Result run(String script) {
        return pod.shell(
                Pod.request("bash", script, Map.of()), "$0 run --result /tmp/result; echo $?; cat /tmp/result");
    }
}
