package cd.go.contrib.k8sexec.cli.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParseException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FaultTextTest {
    /** Each has a value in its message that it could not use. */
    static Stream<Throwable> exceptions() {
        return Stream.of(
                new NumberFormatException("For input string: \"hunter2\""),
                new InvalidPathException("hunter2", "Nul character not allowed"),
                new IllegalStateException("Duplicate key TOKEN (attempted merging values hunter2 and x)"),
                new JsonParseException(null, "Unrecognized token 'hunter2'"),
                new UncheckedIOException(new JsonParseException(null, "Unrecognized token 'hunter2'")));
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void a_message_that_may_quote_a_value_is_not_shown(Throwable e) {
        K8sExecException internal = K8sExecException.of(e);

        String shown = internal.line() + FaultText.trace(internal);
        assertFalse(shown.contains("hunter2"), shown);
        assertTrue(internal.line().contains("(" + e.getClass().getName()), internal.line());
        assertTrue(shown.contains("at " + FaultTextTest.class.getName() + ".exceptions(FaultTextTest.java:"), shown);
    }

    @Test
    void a_fault_is_reported_with_its_cause_the_version_and_the_commit() {
        String line = K8sExecException.of(new UncheckedIOException(new NoSuchFileException("/proc/1/stat")))
                .line();

        assertTrue(
                line.matches("k8s-exec: error \\[INTERNAL]: .* \\(java.io.UncheckedIOException, caused by "
                        + "java.nio.file.NoSuchFileException: /proc/1/stat\\), .*"
                        + "\\[k8s-exec \\d+\\.\\d+\\.\\d+\\S* \\(commit \\S+, JVM\\)]"),
                line);
    }

    @Test
    void an_error_that_is_known_stays_what_it_is() {
        K8sExecException known = new K8sExecException(ErrorId.TARGET_NONE, "what", "why", "remedy");

        assertSame(known, K8sExecException.of(known));
        assertEquals(
                "cd.go.contrib.k8sexec.cli.outcome.K8sExecException",
                FaultText.trace(known).get(0));
    }
}
