package cd.go.contrib.k8sexec.plugin.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import cd.go.contrib.k8sexec.plugin.run.Outcome.Unknown;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds for a result file of any bytes. {@code src-test/fuzz/fuzz} looks for bytes for which it does not; what it
 * has found that goes another way through the reader is tested here.
 */
public class ResultFuzzTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<Path> corpus() throws IOException {
        return Files.list(Path.of("../src-test/fuzz/result"));
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void only_a_result_that_says_so_is_a_success(Path input) throws IOException {
        fuzzerTestOneInput(Files.readAllBytes(input));
    }

    /** The name is that which the fuzzer calls. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            TaskResult result = Outcome.parse(JSON, input).toResult();
            assertFalse(result.message().isBlank());
            assertEquals(saysSo(input), result.isSuccess(), result.message());
        } catch (Unknown e) {
            assertFalse(e.getMessage().isBlank());
            assertFalse(saysSo(input));
        }
    }

    private static boolean saysSo(byte[] input) {
        try {
            JsonNode result = JSON.readTree(input);
            return "exited".equals(result.path("outcome").textValue())
                    && "0".equals(result.path("exitCode").toString());
        } catch (IOException e) {
            return false;
        }
    }
}
