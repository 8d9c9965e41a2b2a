package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.DebugLog;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.protocol.Signals;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what goes wrong into one line on standard error and the exit code of the design. */
final class ErrorHandler implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final int WRONG_USAGE = 2;

    static void print(CommandLine commandLine, K8sExecException e) {
        commandLine.getErr().println(e.line());
        commandLine.getErr().flush();
        DebugLog.print(e);
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed) {
        if (e instanceof Canceled canceled) {
            return Signals.EXIT_CODE_BASE + canceled.signal();
        }
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
        commandLine.getErr().println("k8s-exec: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, commandLine.getErr());
        commandLine
                .getErr()
                .println("Try '" + commandLine.getCommandSpec().qualifiedName() + " --help' for more information.");
        commandLine.getErr().flush();
        return WRONG_USAGE;
    }
}
