package cd.go.contrib.k8sexec.cli.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskRequestReaderTest {

    @Test
    void all_fields_are_read() {
        TaskRequest request = read("""
            {"version": 1, "script": "a\\r\\nb\\rc\\n", "shell": "zsh", "workingDirectory": "pipelines/x", "environment": {"B": "", "A": "é'\\n"}}
            """);

        assertEquals(new TaskRequest("a\nb\nc\n", "zsh", "pipelines/x", Map.of("B", "", "A", "é'\n")), request);
        assertEquals(List.of("B", "A"), List.copyOf(request.environment().keySet()));
    }

    @Test
    void only_version_and_script_are_required() {
        assertEquals(new TaskRequest("x", "sh", "", Map.of()), read("{\"script\":\"x\",\"version\":1}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"version\":1,\"script\":\"secret", "{\"version\":1,\"script\":secret}", "{\"version\":1 \"secret\"}", "\"secret\"",
        "{\"version\":1,\"script\":\"x\"}secret"})
    void a_json_error_does_not_quote_the_input(String json) {
        K8sExecException e = assertThrows(K8sExecException.class, () -> read(json));

        assertEquals(ErrorId.REQUEST_NOT_JSON, e.id());
        assertFalse(e.getMessage().contains("secret"), e.getMessage());
    }

    @Test
    void bytes_that_are_not_utf8_are_refused() {
        byte[] latin1 = "{\"version\":1,\"script\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertTrue(assertThrows(K8sExecException.class, () -> TaskRequestReader.read(new ByteArrayInputStream(latin1))).getMessage().contains("not UTF-8"));
    }

    @Test
    void a_long_or_many_lined_value_is_shortened_in_the_message() {
        String message = assertThrows(K8sExecException.class,
            () -> read("{\"version\":1,\"script\":\"x\",\"shell\":\"a\\nb" + "c".repeat(1000) + "\"}")).getMessage();

        assertTrue(message.contains("\"a\\nbccc") && message.contains("c…\"") && message.length() < 400, message);
        assertFalse(message.contains("\n"), message);
    }

    private static TaskRequest read(String json) {
        return TaskRequestReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }
}
