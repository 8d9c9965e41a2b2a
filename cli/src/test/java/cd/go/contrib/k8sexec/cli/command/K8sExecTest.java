package cd.go.contrib.k8sexec.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.protocol.Setting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

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

    @ParameterizedTest
    @EnumSource
    void each_setting_has_an_option_that_says_what_it_is_and_names_its_variable(Setting setting) {
        List<OptionSpec> options = K8sExec.commandLine().getSubcommands().values().stream()
                .flatMap(command -> command.getCommandSpec().options().stream())
                .filter(option -> OptionTexts.setting(option).equals(Optional.of(setting)))
                .toList();

        assertFalse(options.isEmpty(), setting + " has no option");
        for (OptionSpec option : options) {
            String text = option.description()[0];
            assertTrue(text.endsWith(". [" + setting.variable() + "]"), text);
            assertTrue(text.length() > 20 + setting.variable().length(), text);
        }
    }

    /** picocli would not replace it, and the option would have the text as its value. */
    @Test
    void no_option_names_a_variable_by_itself() {
        K8sExec.commandLine().getSubcommands().values().stream()
                .flatMap(command -> command.getCommandSpec().options().stream())
                .forEach(option -> {
                    boolean named = String.valueOf(option.defaultValue()).contains("${")
                            || String.join(" ", option.description()).contains("[GO_K8S_");
                    assertEquals(named, OptionTexts.setting(option).isPresent(), option + ": declare it in Setting");
                });
    }

    @Test
    void what_looks_like_a_file_of_arguments_is_an_argument() {
        assertEquals(2, commandLine.execute("@/etc/hostname"));
        assertTrue(err.toString().contains("@/etc/hostname"), err.toString());
    }
}
