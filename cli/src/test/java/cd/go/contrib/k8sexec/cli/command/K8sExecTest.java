package cd.go.contrib.k8sexec.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class K8sExecTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine commandLine =
            K8sExec.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    @Test
    void the_version_names_commit_and_kind_of_build() {
        assertEquals(0, commandLine.execute("--version"));
        assertTrue(out.toString().matches("k8s-exec \\d+\\.\\d+\\.\\d+ \\(commit \\w+, JVM\\)\\n"), out.toString());
    }

    @Test
    void a_wrong_option_gets_a_hint() {
        assertEquals(2, commandLine.execute("run", "--reslt", "x"));
        assertTrue(
                err.toString().contains("--result") && err.toString().contains("Try 'k8s-exec run --help'"),
                err.toString());
        assertEquals("", out.toString());
    }

    static Stream<String> commands() {
        return Stream.concat(Stream.of(""), K8sExec.commandLine().getSubcommands().keySet().stream());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void help_fits_80_columns_and_begins_with_a_sentence_and_an_example(String command) {
        assertEquals(0, command.isEmpty() ? commandLine.execute("--help") : commandLine.execute(command, "--help"));
        String help = out.toString();
        assertTrue(
                help.matches("(?s)[A-Z][^\n]+\\.\n\nUsage: k8s-exec " + command + ".*\n\nExample:\n  .*\n\n.*"), help);
        assertTrue(help.lines().allMatch(line -> line.length() <= 80), help);
    }

    @Test
    void what_looks_like_a_file_of_arguments_is_an_argument() {
        assertEquals(2, commandLine.execute("@/etc/hostname"));
        assertTrue(err.toString().contains("@/etc/hostname"), err.toString());
    }
}
