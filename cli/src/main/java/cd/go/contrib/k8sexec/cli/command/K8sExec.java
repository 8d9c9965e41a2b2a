package cd.go.contrib.k8sexec.cli.command;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line k8s-exec. */
@Command(name = "k8s-exec", versionProvider = VersionProvider.class, synopsisSubcommandLabel = "COMMAND", subcommands = {RunCommand.class, DoctorCommand.class, TargetsCommand.class, GcCommand.class},
    headerHeading = "Runs scripts and programs in another container of the same Pod.%n%n")
public final class K8sExec implements Runnable {
    @Mixin
    HelpOption help;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Print version, commit and kind of build.")
    boolean version;

    private CommandLine commandLine;

    private K8sExec() {
    }

    /**
     * Does what the command line says.
     *
     * @return the exit code
     */
    public static int execute(String... args) {
        CommandLine commandLine = commandLine();
        try {
            return commandLine.execute(args);
        } catch (OutOfMemoryError | StackOverflowError e) {
            // not an exit code of 1, which would be taken for a script's
            return ErrorHandler.fail(e, commandLine);
        }
    }

    static CommandLine commandLine() {
        K8sExec root = new K8sExec();
        ErrorHandler errors = new ErrorHandler();
        root.commandLine = new CommandLine(root).setExecutionExceptionHandler(errors).setParameterExceptionHandler(errors)
            .setOut(utf8(System.out)).setErr(utf8(System.err));
        return root.commandLine;
    }

    /** What we print is UTF-8, as GoCD reads it, and not what LANG=C makes of it. */
    private static PrintWriter utf8(OutputStream out) {
        return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(commandLine, "a command is missing");
    }
}
