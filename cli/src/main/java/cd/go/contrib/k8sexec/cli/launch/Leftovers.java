package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a k8s-exec left behind that was itself killed: the folders of its runs and the processes that carry their ids. A run whose owner is
 * alive is not touched, nor one of another PID namespace, whose process ids say nothing here.
 */
public record Leftovers(ProcFs proc, SharedVolume volume) {

    private static final long SECOND_LOOK_MILLIS = 20;

    /**
     * Ends and removes them.
     *
     * @param grace from SIGTERM to SIGKILL
     * @param notes gets a line for each run
     */
    public void sweep(Duration grace, Cancellation cancellation, Consumer<String> notes) throws InterruptedException {
        List<RunId> abandoned = volume.runs().stream().filter(this::isAbandoned).toList();
        if (abandoned.isEmpty()) {
            return;
        }
        endProcesses(abandoned, grace, cancellation, notes);
        // a process has no environment to see for a moment while it becomes another program
        Thread.sleep(SECOND_LOOK_MILLIS);
        endProcesses(abandoned, grace, cancellation, notes);
        for (RunId run : abandoned) {
            if (cancellation.signal() != 0) {
                return;
            }
            String notRemoved = volume.remove(run);
            notes.accept("cleaned up after a run whose k8s-exec (process " + run.owner() + ") was killed"
                    + (notRemoved == null ? "" : "; " + notRemoved));
        }
    }

    private void endProcesses(List<RunId> abandoned, Duration grace, Cancellation cancellation, Consumer<String> notes)
            throws InterruptedException {
        Set<String> alive = ProcessTree.runsOfProcesses(proc);
        for (RunId run : abandoned) {
            if (alive.contains(run.text()) && cancellation.signal() == 0) {
                ProcessTree tree = ProcessTree.ofAbandonedRun(proc, run);
                String processes = ProcessTree.describe(tree.members());
                String left = tree.end(grace, cancellation).left();
                notes.accept("ended what a killed k8s-exec (process " + run.owner() + ") left running: " + processes
                        + (left.isEmpty() ? "" : "; still there in spite of SIGKILL: " + left));
            }
        }
    }

    private boolean isAbandoned(RunId run) {
        boolean sameNamespace = proc.namespace("self", Namespace.PID)
                .filter(namespace -> namespace.equals("pid:[" + run.pidNamespace() + "]"))
                .isPresent();
        // the start time tells the owner from another process that has its number by now
        return sameNamespace
                && proc.process(run.owner())
                        .filter(owner -> owner.startTicks() == run.ownerStartTicks() && !owner.ended())
                        .isEmpty();
    }
}
