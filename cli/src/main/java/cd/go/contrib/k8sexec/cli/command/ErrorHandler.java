package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.FaultText;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what goes wrong into one line on standard error and the exit code of the design. */
final class ErrorHandler implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final int WRONG_USAGE = 2;
    private static final Pattern VARIABLE = Pattern.compile("\\[(GO_K8S_\\w+)]$");

    static void print(CommandLine commandLine, K8sExecException e) {
        commandLine.getErr().println(e.line());
        if ("1".equals(System.getenv("K8S_EXEC_DEBUG"))) {
            FaultText.trace(e).forEach(line -> commandLine.getErr().println("k8s-exec: debug: " + line));
        }
        commandLine.getErr().flush();
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed) {
        return fail(e, commandLine);
    }

    static int fail(Throwable e, CommandLine commandLine) {
        K8sExecException known = K8sExecException.of(e);
        print(commandLine, known);
        return known.id().exitCode();
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine commandLine = e.getCommandLine();
        commandLine
                .getErr()
                .println("k8s-exec: "
                        + variable(e, args)
                                .map(name -> name + " in the environment: ")
                                .orElse("") + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, commandLine.getErr());
        commandLine
                .getErr()
                .println("Try '" + commandLine.getCommandSpec().qualifiedName() + " --help' for more information.");
        commandLine.getErr().flush();
        return WRONG_USAGE;
    }

    /** The environment variable that an option's value comes from, where it is not on the command line. */
    private static Optional<String> variable(ParameterException e, String[] args) {
        if (!(e.getArgSpec() instanceof OptionSpec option)
                || Stream.of(args)
                        .takeWhile(word -> !word.equals("--"))
                        .anyMatch(word ->
                                Stream.of(option.names()).anyMatch(name -> word.split("=", 2)[0].equals(name)))) {
            return Optional.empty();
        }
        // by how the help text names it: picocli shows a default value with the variable's value in it
        Matcher name = VARIABLE.matcher(String.join("", option.description()));
        return name.find() ? Optional.of(name.group(1)) : Optional.empty();
    }
}
