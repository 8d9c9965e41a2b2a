package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.outcome.DebugLog;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.staging.Origin;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Does what a plan says: sweeps up after killed runs, stages the script, runs it, and removes its folder.
 *
 * @param proc       the processes
 * @param sharedRoot where the shared volume is mounted in the agent
 * @param plan       what to run
 * @param options    how
 * @param events     what happens to this process meanwhile
 */
public record Run(ProcFs proc, Path sharedRoot, Plan plan, Options options, Events events) {
    /** What ends a run, and what tells k8s-exec that it is cancelled: SIGHUP, SIGINT and SIGTERM. */
    public static final List<Integer> CANCELING = List.of(1, 2, 15);

    /**
     * @param output        the file that the script prints to; empty: where this process prints
     * @param timeout       how long the script may run, from its start on; zero: as long as it likes
     * @param grace         from SIGTERM to SIGKILL
     * @param endBackground whether what the script leaves running is ended too
     * @param hold          how long the place of a script that failed stays; zero: not at all
     * @param notes         gets lines for people
     */
    public record Options(
            Optional<Path> output,
            Duration timeout,
            Duration grace,
            boolean endBackground,
            Duration hold,
            Consumer<String> notes) {}

    /**
     * How it ended.
     *
     * @param canceled whether somebody wants this process to end; the script may have ended before
     */
    public record End(Outcome outcome, boolean canceled) {}

    /** An id for a run of this process. */
    public static RunId newRunId(ProcFs proc) {
        ProcessInfo self = proc.self()
                .orElseThrow(() -> new K8sExecException(
                        ErrorId.INTERNAL,
                        "/proc/self/stat cannot be read",
                        "so nobody could tell this run from others",
                        "mount procfs on /proc in the agent container"));
        return RunId.create(origin(proc), self.pid(), self.startTicks());
    }

    /** Where this process is. */
    static Origin origin(ProcFs proc) {
        return Origin.of(
                proc.bootId(),
                proc.podUid("self"),
                proc.namespace("self", Namespace.PID).orElse("0"));
    }

    /**
     * @throws Canceled         if this process is told to end before anything was made
     * @throws K8sExecException if the script could not run, or it is not known what became of it
     */
    public End execute() throws InterruptedException {
        events.waitFor("the shared volume " + sharedRoot);
        try (SharedVolume volume = SharedVolume.open(sharedRoot)) {
            new Leftovers(proc, sharedRoot, volume, Leftovers.Extent.SOME)
                    .sweep(options.grace(), events, options.notes());
            StagedRun staged = volume.stage(plan.run(), plan.isByAnother());
            DebugLog.step(() -> "the run " + plan.run().text() + " has its folder, the way in is "
                    + plan.entry().name());
            OutputOwner output = OutputOwner.give(
                    plan.guest().process().flatMap(seen -> plan.user().change()));
            try {
                return new RunLoop(proc, plan, options, events).run(staged);
            } finally {
                output.giveBack();
                events.waitFor("the shared volume " + sharedRoot + ", to remove the run's folder");
                String notRemoved = staged.remove();
                if (notRemoved != null) {
                    options.notes().accept(notRemoved);
                }
            }
        } finally {
            events.waitFor("");
        }
    }
}
