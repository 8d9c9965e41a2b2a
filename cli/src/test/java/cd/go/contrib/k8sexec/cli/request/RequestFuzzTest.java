package cd.go.contrib.k8sexec.cli.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds for a request of any bytes. {@code src-test/fuzz/fuzz} looks for bytes for which it does not; what it has
 * found that goes another way through the reader is tested here.
 */
public class RequestFuzzTest {
    private static final Set<ErrorId> ERRORS =
            Set.of(ErrorId.REQUEST_NOT_JSON, ErrorId.REQUEST_FIELD, ErrorId.VARIABLE_TOO_LARGE);
    /** Chars: a text that is as short may be in a message by chance. */
    private static final int SECRET = 6;

    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<Path> corpus() throws IOException {
        return Files.list(Path.of("../src-test/fuzz/request"));
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void a_request_is_read_or_refused_by_an_error_of_its_own(Path input) throws IOException {
        fuzzerTestOneInput(Files.readAllBytes(input));
    }

    /** The name is that which the fuzzer calls. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            TaskRequest request = TaskRequestReader.read(new ByteArrayInputStream(input));
            assertFalse(request.script().contains("\r"), "a line end of another system");
            request.environment().forEach((name, value) -> {
                assertTrue(!name.isEmpty() && name.indexOf('=') < 0 && name.indexOf('\0') < 0, name);
                assertTrue(value.indexOf('\0') < 0, name);
            });
            assertEquals(request, TaskRequestReader.read(new ByteArrayInputStream(input)));
        } catch (K8sExecException e) {
            assertTrue(ERRORS.contains(e.id()), e.line());
            assertTrue(e.line().codePoints().noneMatch(Character::isISOControl), e.line());
            assertTrue(e.line().length() < 8000, "a line of " + e.line().length() + " chars");
            assertNoValue(input, e.getMessage());
        }
    }

    private static void assertNoValue(byte[] input, String message) {
        JsonNode request;
        try {
            request = JSON.readTree(input);
        } catch (IOException e) {
            // nobody knows what in it is a value
            return;
        }
        String everything = new String(input, StandardCharsets.UTF_8);
        for (JsonNode value : request.path("environment")) {
            String text = value.asText();
            // a name of the same text may be quoted
            boolean isOnce = everything.indexOf(text) == everything.lastIndexOf(text);
            assertFalse(value.isTextual() && text.length() >= SECRET && isOnce && message.contains(text), message);
        }
    }
}
