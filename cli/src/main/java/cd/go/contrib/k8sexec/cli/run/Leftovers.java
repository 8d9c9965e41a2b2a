package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a k8s-exec left behind that was itself killed: the folders of its runs and the processes that carry their ids. A
 * run whose owner is alive is not touched, nor one of another PID namespace, whose process ids say nothing here.
 */
public record Leftovers(ProcFs proc, SharedVolume volume) {

    private static final Duration SECOND_LOOK = Duration.ofMillis(20);

    /**
     * Ends and removes them.
     *
     * @param grace  from SIGTERM to SIGKILL
     * @param events ends this early by a signal
     * @param notes  gets a line for each run
     * @throws Canceled by that signal; what was not done is left to the next one
     */
    public void sweep(Duration grace, Events events, Consumer<String> notes) throws InterruptedException {
        List<RunId> abandoned = volume.runs().stream().filter(this::isAbandoned).toList();
        if (abandoned.isEmpty()) {
            return;
        }
        endProcesses(abandoned, grace, events, notes);
        // a process has no environment to see for a moment while it becomes another program
        events.pause(SECOND_LOOK);
        endProcesses(abandoned, grace, events, notes);
        for (RunId run : abandoned) {
            String notRemoved = volume.remove(run);
            notes.accept("cleaned up after a run whose k8s-exec (process " + run.owner() + ") was killed"
                    + (notRemoved == null ? "" : "; " + notRemoved));
        }
    }

    private void endProcesses(List<RunId> abandoned, Duration grace, Events events, Consumer<String> notes)
            throws InterruptedException {
        Set<String> alive = ProcessTree.runsOfProcesses(proc);
        for (RunId run : abandoned) {
            if (alive.contains(run.text())) {
                ProcessTree tree = ProcessTree.ofAbandonedRun(proc, run);
                String processes = ProcessTree.describe(tree.members());
                String left = end(new Ending(proc, tree), grace, events);
                notes.accept("ended what a killed k8s-exec (process " + run.owner() + ") left running: " + processes
                        + (left.isEmpty() ? "" : "; still there in spite of SIGKILL: " + left));
            }
        }
    }

    private static String end(Ending ending, Duration grace, Events events) throws InterruptedException {
        long deadline = System.nanoTime() + grace.toNanos();
        for (boolean any = ending.tell(); any && System.nanoTime() < deadline; any = ending.look()) {
            events.pause(Ending.POLL);
        }
        long limit = System.nanoTime() + Ending.KILL_LIMIT.toNanos();
        while (ending.kill() && System.nanoTime() < limit) {
            events.pause(Ending.KILL_POLL);
        }
        return ending.left();
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
