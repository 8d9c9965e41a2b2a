package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.launch.Cancellation;
import cd.go.contrib.k8sexec.cli.launch.Launch;
import cd.go.contrib.k8sexec.cli.launch.Plan;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.outcome.ResultFile;
import cd.go.contrib.k8sexec.cli.request.TaskRequest;
import cd.go.contrib.k8sexec.cli.request.TaskRequestReader;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        header = "Runs a script in the guest: the request is JSON on standard input.",
        description = {
            "  echo '{\"version\": 1, \"script\": \"id; pwd\"}' | k8s-exec run",
            "  echo '{\"version\": 1, \"script\": \"id\"}' | k8s-exec run --dry-run"
        },
        footer = {
            "Exit code: the script's own; 128+n where signal n ended it; 124 where its time",
            "was over; 125 where k8s-exec failed, 126 where the shell cannot be run, 127",
            "where the guest has none."
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    TargetOptions targetOptions;

    @Mixin
    WaitOption wait;

    @Mixin
    VolumeOptions volumeOptions;

    @Mixin
    UserOption user;

    @Mixin
    EnterOption enter;

    @Mixin
    GraceOption grace;

    @Option(names = "--timeout")
    Duration timeout;

    @Option(names = "--end-background", fallbackValue = "true")
    boolean endBackground;

    @Option(names = "--result", paramLabel = "FILE", description = "Write how the run ended to this file, as JSON.")
    Path result;

    @Option(names = "--dry-run", description = "Print what would be done, and do nothing.")
    boolean dryRun;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    private Entry entry;

    private final ProcFs proc = new ProcFs(Path.of("/proc"));

    @Override
    public Integer call() throws InterruptedException {
        long start = System.nanoTime();
        ResultFile resultFile = result == null ? null : new ResultFile(result);
        if (resultFile != null) {
            resultFile.clear();
        }
        Cancellation cancellation = Cancellation.bySignals();
        // as long as nothing has been made, there is nothing to clean up
        cancellation.onFirst(signal -> Runtime.getRuntime().halt(report(Outcome.canceled(signal), resultFile, start)));
        Outcome outcome;
        try {
            outcome = execute(cancellation);
        } catch (RuntimeException e) {
            K8sExecException known = K8sExecException.of(e);
            outcome = Outcome.error(known);
            ErrorHandler.print(spec.commandLine(), known);
        }
        return report(outcome, resultFile, start);
    }

    private static int report(Outcome outcome, ResultFile resultFile, long start) {
        if (resultFile != null) {
            resultFile.write(
                    outcome, Duration.ofNanos(System.nanoTime() - start).toMillis());
        }
        return outcome.exitCode();
    }

    private Outcome execute(Cancellation cancellation) throws InterruptedException {
        // not System.in, which has a buffer of its own
        TaskRequest request = TaskRequestReader.read(new FileInputStream(FileDescriptor.in));
        Path sharedRoot = volumeOptions.sharedRoot();
        entry = enter.entry(proc);
        Target target = targetOptions.find(proc, wait.duration());
        RunId run = Launch.newRunId(proc);
        Plan plan = Plan.of(
                request,
                target,
                entry,
                user.of(target, proc),
                sharedRoot,
                volumeOptions.containerRoot(),
                run,
                proc.environment(target.pid()));
        if (dryRun) {
            plan.describe().forEach(spec.commandLine().getOut()::println);
            return Outcome.exited(0);
        }
        cancellation.onFirst(null);
        cancellation.timeOutAfter(timeout == null ? Duration.ZERO : timeout);
        return new Launch(
                        proc,
                        sharedRoot,
                        plan,
                        Optional.empty(),
                        cancellation,
                        grace.duration(),
                        endBackground,
                        this::note)
                .execute();
    }

    private void note(String text) {
        spec.commandLine().getErr().println("k8s-exec: " + text);
    }
}
