package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.run.OwnRuns;
import cd.go.contrib.k8sexec.cli.run.ProcessTree;
import cd.go.contrib.k8sexec.cli.run.Stopping;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "stop",
        header = "Cancels all runs of this container and waits for their end: for a Pod's preStop.",
        description = {"  k8s-exec stop", "  k8s-exec stop --within 58s"},
        footer = {
            "From its start on no run begins in this container (STOPPING). It ends at once",
            "if nothing runs. Exit code: 0; 1 if a run has not ended in time."
        })
final class StopCommand implements Callable<Integer> {
    private static final Duration REPORT = Duration.ofSeconds(3);
    /** The usual terminationGracePeriodSeconds less two. */
    private static final Duration WITHIN = Duration.ofSeconds(28);

    private static final Duration POLL = Duration.ofMillis(20);

    @Option(
            names = "--report",
            paramLabel = "DURATION",
            description = "How long to wait after the last run's end, for the agent to report the job. Default: 3s.")
    Duration report;

    @Option(
            names = "--within",
            paramLabel = "DURATION",
            description = "How long to wait at most: the Pod's terminationGracePeriodSeconds, less two. Default: 28s.")
    Duration within;

    @Option(
            names = "--running-only",
            description = "Other runs may begin: for an on_cancel task of an agent that goes on.")
    boolean runningOnly;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    private final ProcFs proc = new ProcFs(Path.of("/proc"));

    @Override
    public Integer call() throws InterruptedException {
        long deadline = System.nanoTime() + (within == null ? WITHIN : within).toNanos();
        if (!runningOnly && !Stopping.of(proc).begin(OwnRuns.container(proc).main())) {
            note("warning: neither /tmp nor /run nor /dev can be written, so a run may still begin");
        }
        // those that have begun before they could see that
        OwnRuns runs = OwnRuns.in(OwnRuns.container(proc), proc);
        if (runs.runs().isEmpty()) {
            return 0;
        }
        note("ends what runs: " + ProcessTree.describe(runs.runs()));
        runs.cancel();
        while (!runs.left().isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(POLL.toMillis());
        }
        if (!runs.left().isEmpty()) {
            note("has not ended in time: " + ProcessTree.describe(runs.left()));
            return 1;
        }
        long left = deadline - System.nanoTime();
        Thread.sleep(Math.max(0, Math.min(left, (report == null ? REPORT : report).toNanos()) / 1_000_000));
        return 0;
    }

    private void note(String text) {
        spec.commandLine().getErr().println(Notes.line(text));
    }
}
