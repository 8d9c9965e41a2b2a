package cd.go.contrib.k8sexec.cli.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.command.K8sExec;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The manual pages that the build made. */
@Needs(Need.MANDOC)
@Tag("without-k8s-exec")
class ManPageIT {
    private static final Path PAGES = Path.of("target/man").toAbsolutePath();

    static Stream<CommandSpec> commands() {
        CommandLine root = K8sExec.commandLine();
        return Stream.concat(Stream.of(root), root.getSubcommands().values().stream())
                .map(CommandLine::getCommandSpec);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void each_command_has_a_page_that_is_well_formed_and_names_all_options(CommandSpec command) throws Exception {
        String page = PAGES.resolve(command.qualifiedName("-") + ".1").toString();

        assertEquals("", run("mandoc", "-T", "lint", "-W", "warning", page));
        String text = run("mandoc", "-T", "ascii", "-O", "width=200", page).replaceAll(".\b", "");
        for (String section :
                new String[] {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"}) {
            assertTrue(text.contains("\n" + section + "\n"), section + " is not in\n" + text);
        }
        command.options().stream()
                .flatMap(option -> Stream.of(option.names()))
                .forEach(name -> assertTrue(
                        text.matches("(?s).*\n +([^\n]*, )?" + name + "[ ,\n].*"), name + " is not in\n" + text));
        for (String example : command.usageMessage().description()) {
            assertTrue(text.contains(example.strip()), example + " is not in\n" + text);
        }
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
