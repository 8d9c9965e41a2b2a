package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a script ends, and what is left of it then. */
@Needs(Need.POD)
class ScriptEndIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @Tag("smoke")
    @Test
    void every_exit_code_is_the_scripts_own() {
        List<Integer> codes = IntStream.rangeClosed(0, 255)
                .filter(code -> Pod.isNative()
                        || Set.of(0, 1, 2, 125, 126, 127, 128, 137, 255).contains(code))
                .boxed()
                .toList();
        String loop = """
            for i in %s; do
                printf '{"version":1,"script":"exit %%d"}' $i | $0 run --result /tmp/result
                echo $? $(cat /tmp/result)
            done
            """.formatted(codes.stream().map(String::valueOf).collect(Collectors.joining(" ")));
        List<String> lines = pod.exec(
                        "agent", "env", "GO_K8S_CONTAINER_SHARED_ROOT=/go", "sh", "-c", loop, Pod.K8S_EXEC.toString())
                .text()
                .lines()
                .toList();

        assertEquals(codes.size(), lines.size());
        for (int i = 0; i < codes.size(); i++) {
            int code = codes.get(i);
            String[] fields = lines.get(i).split(" ", 2);
            JsonPath result = JsonPath.from(fields[1]);
            assertEquals(code, Integer.parseInt(fields[0]));
            assertEquals(code, result.getInt("exitCode"));
            // the JVM build cannot tell 128+n from signal n
            assertTrue(result.getString("outcome").equals("exited") || code > 128 && !Pod.isNative(), fields[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 HUP", "2 INT", "3 QUIT", "9 KILL", "11 SEGV", "13 PIPE", "15 TERM"})
    void a_signal_that_ends_the_script_is_128_and_its_number(String signal) {
        int number = Integer.parseInt(signal.split(" ")[0]);
        Result result = pod.shell(
                Pod.request("sh", "ulimit -c 0; kill -" + number + " $$; sleep 5", Map.of()),
                "$0 run --result /tmp/result; echo $?; cat /tmp/result");
        String[] lines = result.text().split("\n");
        JsonPath json = JsonPath.from(lines[1]);

        assertEquals(String.valueOf(128 + number), lines[0], result.toString());
        assertEquals("signaled", json.getString("outcome"));
        assertEquals(signal.split(" ")[1], json.getString("signal"));
        assertEquals(128 + number, json.getInt("exitCode"));
    }

    @Test
    void a_pipe_that_nobody_reads_ends_its_writer_quietly() {
        Result result = pod.run("bash", "set -o pipefail; yes | head -n 1; echo ${PIPESTATUS[0]}")
                .assertExitCode(0);

        assertEquals("y\n141\n", result.text());
        assertEquals("", result.errors());
    }

    @Test
    void what_the_script_left_in_the_background_is_named_and_does_not_hold_the_run() {
        Result result = pod.run(
                        "bash",
                        "setsid sleep 1000 >/dev/null 2>&1 & until grep -q sleep /proc/$!/comm; do sleep 0.02; done; "
                                + "echo $! >/tmp/left; echo started")
                .assertExitCode(0);
        pod.exec("guest", "sh", "-c", "kill $(cat /tmp/left)").assertExitCode(0);

        assertEquals("started\n", result.text());
        assertTrue(result.errors().contains("left running in the background: sleep ("), result.errors());
    }
}
