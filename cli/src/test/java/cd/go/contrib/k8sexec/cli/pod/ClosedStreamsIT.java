package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A standard stream that is closed is an empty one, and never another file that happens to have its number. */
@Tag("smoke")
@Needs(Need.POD)
class ClosedStreamsIT {
    /** Which of its streams are /dev/null, by the device's number. */
    private static final String LOOK = "e=; for i in 0 1 2; do [ $(stat -Lc %t:%T /proc/$$/fd/$i) != 1:3 ] || e=$e$i; "
            + "done; printf %s $e >/go/empty; echo out; echo err >&2; exit 7";

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @ParameterizedTest
    @CsvSource({"'', 0, out err", ">&-, 01, err", "2>&-, 02, out", ">&- 2>&-, 012, ''"})
    void what_a_script_prints_goes_nowhere_else(String closed, String empty, String printed) {
        assertStreams("$0 run </tmp/request " + closed, empty, printed);
    }

    @ParameterizedTest
    @CsvSource({"<&-, 0, out err", ">&-, 1, err", "2>&-, 2, out", "<&- >&- 2>&-, 012, ''"})
    void nor_what_a_program_prints(String closed, String empty, String printed) {
        assertStreams("$0 exec -i --workdir / bash -c '" + LOOK + "' </tmp/request " + closed, empty, printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<&-", "<&- >&-"})
    void a_request_that_is_closed_is_an_empty_one(String closed) {
        shell("$0 run " + closed).assertExitCode(125).assertError("REQUEST_NOT_JSON", "is empty");
    }

    private static void assertStreams(String command, String empty, String printed) {
        Pod.Result result = shell(command).assertExitCode(7);

        assertEquals(printed, (result.text() + result.errors()).strip().replace('\n', ' '), result.toString());
        assertEquals(
                empty,
                pod.exec("agent", "sh", "-c", "cat /go/empty; rm /go/empty").text(),
                result.toString());
    }

    private static Pod.Result shell(String commands) {
        return pod.exec(
                "agent",
                Pod.request("bash", LOOK, Map.of()).getBytes(),
                "bash",
                "-c",
                "export GO_K8S_CONTAINER_SHARED_ROOT=/go GO_K8S_COST=never; cat >/tmp/request; " + commands,
                Pod.K8S_EXEC.toString());
    }
}
