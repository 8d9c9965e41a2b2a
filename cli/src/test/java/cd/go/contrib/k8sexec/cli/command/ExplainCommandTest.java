package cd.go.contrib.k8sexec.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ExplainCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine commandLine =
            K8sExec.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    @ParameterizedTest
    @EnumSource
    void an_error_is_explained_within_80_columns_and_without_markup(ErrorId id) {
        assertEquals(0, commandLine.execute("explain", id.name()));

        String text = out.toString();
        assertTrue(
                text.matches("(?s)" + id + " \\(exit code 12[567]\\)\n\n\\S.*\n\nUsual causes:\n  - .*\n\n"
                        + "What to do:\n  - .*\n\nExample:\n    \\S.*\n"),
                text);
        assertTrue(text.lines().allMatch(line -> line.length() <= 80), text);
        assertFalse(text.contains("`") || text.contains("](") || text.contains("\n#") || text.contains("\n\n\n"), text);
        assertFalse(text.contains("\033"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"target_none", "Target_None"})
    void an_id_may_be_written_in_any_case(String id) {
        assertEquals(0, commandLine.execute("explain", id));
        assertTrue(out.toString().startsWith("TARGET_NONE (exit code 125)"), out.toString());
    }

    @Test
    void all_ids_are_listed_with_a_sentence() {
        assertEquals(0, commandLine.execute("explain"));

        assertEquals(ErrorId.values().length, out.toString().lines().count());
        assertTrue(out.toString().lines().allMatch(line -> line.length() <= 80), out.toString());
        assertTrue(
                out.toString().contains("\nNSENTER_MISSING            The agent image has no nsenter.\n"),
                out.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"NSENTER", "nsenter_faild", "NSENTER_FAILED_"})
    void an_unknown_id_gets_those_that_are_like_it(String id) {
        assertEquals(2, commandLine.execute("explain", id));

        assertTrue(
                err.toString().startsWith("k8s-exec: no error has the id '" + id + "'; did you mean:\n"),
                err.toString());
        assertTrue(err.toString().contains("\n  NSENTER_FAILED\n"), err.toString());
        assertTrue(!err.toString().contains("TARGET_NONE"), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void an_id_like_no_other_gets_them_all() {
        assertEquals(2, commandLine.execute("explain", "oops"));

        for (ErrorId id : ErrorId.values()) {
            assertTrue(err.toString().contains("\n  " + id + "\n"), id + " is not in " + err);
        }
    }
}
