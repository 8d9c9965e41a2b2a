package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.ErrorText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "explain",
        header = "Explains an error: what it means, its causes, and what to do.",
        description = "  k8s-exec explain TARGET_NONE")
final class ExplainCommand implements Runnable {
    @Parameters(
            paramLabel = "ID",
            arity = "0..1",
            completionCandidates = Ids.class,
            description = "The id that the error's line has in brackets, in capitals or not. Default: list all ids.")
    String id;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (id == null) {
            for (ErrorId each : ErrorId.values()) {
                out.println(String.format("%-26s %s", each, ErrorText.summary(each)));
            }
        } else {
            ErrorId found = find(id.toUpperCase(Locale.ROOT));
            boolean isStyled = spec.commandLine().getColorScheme().ansi().enabled();
            out.println(found + " (exit code " + found.exitCode() + ")\n\n"
                    + MarkdownText.render(ErrorText.of(found), isStyled, Terminal.textWidth()));
        }
    }

    private ErrorId find(String name) {
        List<ErrorId> ids = List.of(ErrorId.values());
        return ids.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow(() -> {
            List<ErrorId> similar =
                    ids.stream().filter(each -> areSimilar(each.name(), name)).toList();
            return new ParameterException(
                    spec.commandLine(),
                    "no error has the id '" + id + "'; "
                            + (similar.isEmpty() ? "there are:" : "did you mean:")
                            + (similar.isEmpty() ? ids : similar)
                                    .stream().map(each -> "\n  " + each).collect(Collectors.joining()));
        });
    }

    /** Whether one begins with the other, or they have a word in common. */
    private static boolean areSimilar(String one, String other) {
        return one.startsWith(other)
                || other.startsWith(one)
                || Arrays.stream(one.split("_")).anyMatch(Arrays.asList(other.split("_"))::contains);
    }

    /** For a shell that completes the command line. */
    static final class Ids extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Ids() {
            super(Arrays.stream(ErrorId.values()).map(ErrorId::name).toList());
        }
    }
}
