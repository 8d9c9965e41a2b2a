package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import cd.go.contrib.k8sexec.protocol.ResultField;
import io.restassured.path.json.JsonPath;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** At the limits of the agent container: 125 and an id, the true reason, and nothing left. */
@Needs(Need.POD)
class AgentLimitIT {
    private static final String REQUEST = Pod.request("sh", "echo ran", Map.of());
    /** Of a user that has a process already. */
    private static final String NO_THREAD = "setpriv --reuid 12345 --clear-groups prlimit --nproc=1 ";

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @AfterEach
    void nothing_is_left() {
        pod.assertNoProcesses();
    }

    @ParameterizedTest
    @ValueSource(strings = {"targets", "run --dry-run", "explain STOPPING", "--version", "run --help"})
    void output_that_cannot_be_written_is_an_error(String arguments) {
        agent(REQUEST, "$0 " + arguments + " >/dev/full").assertExitCode(125).assertError("OUTPUT_FAILED");
    }

    @ParameterizedTest
    @CsvSource({"268435456, 125", "2147483648, 0"})
    void address_space(String bytes, int exitCode) {
        Pod.requireNative();
        Result result = agent(REQUEST, "prlimit --as=" + bytes + " $0 run");

        result.assertExitCode(exitCode);
        assertTrue(result.errors().contains("k8s-exec: error [AGENT_LIMIT]: ") == (exitCode != 0), result.toString());
    }

    @Test
    void threads() {
        Pod.requireNative();
        agent(REQUEST, NO_THREAD + "$0 run").assertExitCode(125).assertError("AGENT_LIMIT");
    }

    /** Before the virtual machine has started; the result is not printed too. */
    @ParameterizedTest
    @CsvSource({"--result /tmp/r/result, 1", "--grace 1s --result=/tmp/r/result --wait 0s, 1", "--result=r/result, 2"})
    void a_result_is_written_where_one_was_asked_for(String option, int how) {
        Pod.requireNative();
        Result result = agent(
                REQUEST,
                "umask 0; rm -rf /tmp/r; mkdir -m 777 /tmp/r; cd /tmp; "
                        + (how == 1 ? NO_THREAD : "prlimit --as=268435456 ")
                        + "$0 run " + option + "; code=$?; stat -c %a /tmp/r/result; cat /tmp/r/result; exit $code");

        assertEquals("", result.assertExitCode(125).ownLines());
        String[] lines = result.text().split("\n", 2);
        assertEquals("600", lines[0]);
        JsonPath json = JsonPath.from(lines[1]);
        assertEquals("error", json.getString("outcome"));
        assertEquals(125, json.getInt("exitCode"));
        assertEquals("AGENT_LIMIT", json.getString("error"));
        assertTrue(json.getString("message").contains("nothing was run"), lines[1]);
        assertEquals(
                Stream.of(ResultField.values()).map(ResultField::key).toList(),
                List.copyOf(json.getMap("").keySet()));
    }

    /** As ResultFile has it: what else lies there is left alone, and nobody waits for it. */
    @ParameterizedTest
    @ValueSource(strings = {"mkfifo /tmp/r/result", "ln -s /tmp/r/other /tmp/r/result", "mkdir /tmp/r/result"})
    void a_result_is_written_to_no_other_kind_of_file(String make) {
        Pod.requireNative();
        agent(
                        REQUEST,
                        "rm -rf /tmp/r; mkdir -m 777 /tmp/r; " + make + "; timeout 10 " + NO_THREAD
                                + "$0 run --result /tmp/r/result; code=$?; [ ! -e /tmp/r/other ] || code=1; "
                                + "exit $code")
                .assertExitCode(125)
                .assertError("AGENT_LIMIT");
    }

    @Test
    void another_command_has_no_result() {
        Pod.requireNative();
        agent(REQUEST, NO_THREAD + "$0 exec --workdir / -- sh -c : --result /tmp/r/none")
                .assertExitCode(125)
                .assertError("AGENT_LIMIT");
        assertEquals(
                "", pod.exec("agent", "sh", "-c", "ls /tmp/r/none 2>/dev/null").text());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 4096})
    void size_of_files(int bytes) {
        Pod.requireNative();
        Result result = agent(
                Pod.request("sh", "echo ran\n#" + "x".repeat(100_000), Map.of()),
                "prlimit --fsize=" + bytes + " $0 run");

        result.assertExitCode(125);
        assertTrue(result.errors().contains("File too large"), result.toString());
    }

    @Test
    void open_files() {
        Pod.requireNative();
        for (int files = 3; files < 24; files++) {
            Result result = agent(REQUEST, "prlimit --nofile=" + files + " $0 run");

            assertTrue(result.exitCode() == 0 || result.exitCode() == 125, files + result.toString());
            assertTrue(
                    result.exitCode() == 0
                            ? result.text().equals("ran\n")
                            : result.errors().contains("No file descriptors available"),
                    files + result.toString());
        }
    }

    /** A result that cannot be written does not decide how a cancel ends. */
    @Test
    void a_cancel_whose_result_cannot_be_written() {
        Pod.requireNative();
        Result result = agent(
                REQUEST,
                "prlimit --fsize=0 $0 run --container none --wait 100s --result /tmp/result </tmp/request & run=$!; "
                        + "until [ -e /tmp/result ]; do sleep 0.02; done; sleep 0.3; kill $run; wait $run; "
                        + "echo code $?");

        assertEquals("code 143\n", result.text(), result.toString());
        assertTrue(result.errors().contains("k8s-exec: error [RESULT_FILE]: "), result.toString());
    }

    @Test
    void without_random_bits() {
        Result result = agent(
                REQUEST,
                "mv /dev/urandom /dev/away; $0 run </tmp/request; code=$?; mv /dev/away /dev/urandom; exit $code");

        result.assertExitCode(125).assertError("STAGING_FAILED", "/dev/urandom cannot be read");
    }

    @Test
    void a_script_of_80_megabytes() {
        agent(Pod.request("sh", "echo ran\n#" + "x".repeat(80_000_000), Map.of()), "$0 run")
                .assertExitCode(125)
                .assertError("REQUEST_FIELD", "more than 32 MiB");
    }

    @Test
    void more_variables_than_a_program_can_have() {
        Map<String, String> variables = new LinkedHashMap<>();
        for (int i = 0; i < 240_000; i++) {
            variables.put("V" + i, "x");
        }

        // the guest's shell, if it is asked, says so in a line of its own, after minutes
        Result result = agent(Pod.request("sh", "echo ran", variables), "$0 run --enter nsenter");

        result.assertExitCode(126).assertError("SHELL_FAILED", "Argument list too long");
        assertEquals(1, result.errors().lines().count(), result.errors());
    }

    @Test
    void a_name_from_outside_is_one_line_that_can_be_read() {
        String name = "a\nk8s-exec: error [FORGED]: \u001b[31m" + "x".repeat(200_000);
        String request = REQUEST.replaceFirst(
                "^\\{",
                "{\"workingDirectory\": \"" + name.replace("\n", "\\\\n").replace("\u001b", "\\\\u001b") + "\", ");

        Result result = agent(request, "$0 run");

        result.assertExitCode(125).assertError("WORKING_DIRECTORY_MISSING");
        assertFalse(result.errors().contains("\u001b"), result.errors());
        assertTrue(result.errors().length() < 3_000, result.errors().length() + " chars");
    }

    private static Result agent(String request, String commands) {
        return pod.exec(
                "agent",
                request.getBytes(StandardCharsets.UTF_8),
                "bash",
                "-c",
                "export GO_K8S_CONTAINER_SHARED_ROOT=/go; rm -f /tmp/result; cat >/tmp/request; exec </tmp/request\n"
                        + commands,
                Pod.K8S_EXEC.toString());
    }
}
