package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.DebugLog;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.StandardStream;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line k8s-exec. */
@Command(
        name = "k8s-exec",
        versionProvider = VersionProvider.class,
        synopsisSubcommandLabel = "COMMAND",
        header = "Runs scripts and programs in another container of the same Pod.",
        description = {"  k8s-exec doctor", "  k8s-exec exec -- cat /etc/os-release"},
        commandListHeading = "%nCommands:%n",
        subcommands = {
            RunCommand.class,
            ExecCommand.class,
            ShellCommand.class,
            EnvCommand.class,
            WaitCommand.class,
            DoctorCommand.class,
            TargetsCommand.class,
            ExplainCommand.class,
            ResumeCommand.class,
            StopCommand.class,
            GcCommand.class,
            InstallCommand.class,
            PauseCommand.class,
        },
        footer = {
            "k8s-exec COMMAND --help has all options. An error that k8s-exec prints has an",
            "id, which k8s-exec explain ID explains."
        })
public final class K8sExec implements Runnable {
    /**
     * All commands with their options. In the native executable this is done while it is built, as a static field's
     * value, so that a start costs the same however many commands there are. Nothing in it may depend on where it runs:
     * default values are read when they are needed.
     */
    static final CommandLine MODEL =
            commandLine().setOut(utf8(StandardStream.OUT)).setErr(utf8(StandardStream.ERR));

    @Mixin
    HelpOption help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print version, commit and kind of build.")
    boolean version;

    private CommandLine commandLine;

    private K8sExec() {}

    /**
     * Does what the command line says.
     *
     * @return the exit code
     */
    public static int execute(String... args) {
        Platform.CURRENT.begin();
        if ("1".equals(Platform.CURRENT.variable(DebugLog.VARIABLE))) {
            Platform.CURRENT.traceWholeStacks();
            DebugLog.begin();
        }
        int exitCode;
        try {
            exitCode = MODEL.execute(args);
        } catch (Error e) {
            // not an exit code of 1, which would be taken for a script's
            exitCode = ErrorHandler.fail(e, MODEL);
        }
        MODEL.getOut().flush();
        if (exitCode == 0 && StandardStream.OUT.failure().isPresent()) {
            exitCode = ErrorHandler.fail(
                    new K8sExecException(
                            ErrorId.OUTPUT_FAILED,
                            "standard output cannot be written ("
                                    + StandardStream.OUT.failure().get() + ")",
                            "so not all was printed",
                            "look where it goes: whether that file system is full"),
                    MODEL);
        }
        MODEL.getErr().flush();
        return exitCode;
    }

    /** The command line's model, ready to execute arguments. */
    public static CommandLine commandLine() {
        K8sExec root = new K8sExec();
        ErrorHandler errors = new ErrorHandler();
        root.commandLine = new CommandLine(root)
                .setExecutionExceptionHandler(errors)
                .setParameterExceptionHandler(errors)
                .setExpandAtFiles(false)
                .setInterpolateVariables(false)
                .setDefaultValueProvider(new EnvironmentDefaults())
                .registerConverter(Duration.class, new DurationConverter());
        OptionTexts.complete(root.commandLine);
        // what follows the program are its arguments
        root.commandLine.getSubcommands().get("exec").setStopAtPositional(true);
        return root.commandLine;
    }

    /** What we print is UTF-8, as GoCD reads it, and not what LANG=C makes of it. */
    private static PrintWriter utf8(StandardStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    @Override
    public void run() {
        if (programName().equals("pause")) {
            Platform.CURRENT.becomePause();
        }
        throw new CommandLine.ParameterException(commandLine, "a command is missing");
    }

    /** By which name this program was started, like "pause" by a link to it. */
    private static String programName() {
        String arguments = new String(ProcFs.mounted().ownArguments(), StandardCharsets.ISO_8859_1);
        String program = arguments.substring(0, Math.max(0, arguments.indexOf('\0')));
        return program.substring(program.lastIndexOf('/') + 1);
    }
}
