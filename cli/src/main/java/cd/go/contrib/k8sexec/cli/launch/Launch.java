package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Does what a plan says: sweeps up after killed runs, stages the script, runs it, and removes its folder.
 *
 * @param proc          the processes
 * @param sharedRoot    where the shared volume is mounted in the agent
 * @param plan          what to run
 * @param output        the file that the script prints to; empty: where this process prints
 * @param cancellation  tells when to end early
 * @param grace         from SIGTERM to SIGKILL
 * @param endBackground whether what the script leaves running is ended too
 * @param notes         gets lines for people
 */
public record Launch(
        ProcFs proc,
        Path sharedRoot,
        Plan plan,
        Optional<Path> output,
        Cancellation cancellation,
        Duration grace,
        boolean endBackground,
        Consumer<String> notes) {

    /** An id for a run of this process. */
    public static RunId newRunId(ProcFs proc) {
        ProcessInfo self = proc.self()
                .orElseThrow(() -> new K8sExecException(
                        ErrorId.INTERNAL,
                        "/proc/self/stat cannot be read",
                        "so nobody could tell this run from others",
                        "mount procfs on /proc in the agent container"));
        return RunId.create(proc.namespace("self", Namespace.PID).orElse("0"), self.pid(), self.startTicks());
    }

    /**
     * @throws K8sExecException where the script could not run, or it is not known what became of it
     */
    public Outcome execute() throws InterruptedException {
        try (SharedVolume volume = SharedVolume.open(sharedRoot)) {
            new Leftovers(proc, volume).sweep(grace, cancellation, notes);
            StagedRun staged = volume.stage(plan.run());
            try {
                return new ScriptRun(
                                proc,
                                plan,
                                output,
                                ProcessTree.ofOwnRun(proc, plan.run()),
                                cancellation,
                                grace,
                                endBackground,
                                notes)
                        .run(staged);
            } finally {
                String notRemoved = staged.remove();
                if (notRemoved != null) {
                    notes.accept(notRemoved);
                }
            }
        }
    }
}
