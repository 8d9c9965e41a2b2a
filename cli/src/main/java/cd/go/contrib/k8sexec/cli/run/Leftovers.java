package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Lock;
import cd.go.contrib.k8sexec.cli.run.Fates.Fate;
import cd.go.contrib.k8sexec.cli.staging.FoundRun;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a k8s-exec left behind that was itself killed: the folders of its runs and the processes that carry their ids. A
 * run that goes on, in whatever Pod, is not touched, nor one of which that is not known.
 */
public final class Leftovers {
    /** How much is looked at. */
    public enum Extent {
        /** A bounded number of runs: what a run can do for others. */
        SOME(100, 1000),
        /** All whose k8s-exec has certainly ended. */
        ENDED(Integer.MAX_VALUE, Integer.MAX_VALUE),
        /** All but those that certainly go on. */
        ALL(Integer.MAX_VALUE, Integer.MAX_VALUE);

        private final int runs;
        private final int names;

        Extent(int runs, int names) {
            this.runs = runs;
            this.names = names;
        }
    }

    /** Of a list of processes in a line. */
    private static final int LONGEST = 1000;

    private static final Duration SECOND_LOOK = Duration.ofMillis(20);

    private final ProcFs proc;
    private final Path sharedRoot;
    private final SharedVolume volume;
    private final Extent extent;

    /** @param sharedRoot where the volume is */
    public Leftovers(ProcFs proc, Path sharedRoot, SharedVolume volume, Extent extent) {
        this.proc = proc;
        this.sharedRoot = sharedRoot;
        this.volume = volume;
        this.extent = extent;
    }

    /**
     * Ends and removes them.
     *
     * @param grace  from SIGTERM to SIGKILL
     * @param events ends this early by a signal
     * @param notes  gets a line for what was done, and one for what was left
     * @throws Canceled by that signal; what was not done is left to the next one
     */
    public void sweep(Duration grace, Events events, Consumer<String> notes) throws InterruptedException {
        List<FoundRun> found = volume.runs(extent.runs, extent.names);
        if (!found.isEmpty()) {
            sweep(found, grace, events, notes);
        }
        volume.unused()
                .ifPresent(why -> notes.accept(why + ": it is not used, and what is in it stays; if it is of no use to"
                        + " anybody, " + volume.removal()));
    }

    private void sweep(List<FoundRun> found, Duration grace, Events events, Consumer<String> notes)
            throws InterruptedException {
        Fates fates = new Fates(proc, sharedRoot);
        List<FoundRun> ended = new ArrayList<>();
        boolean maybeMore = found.size() == extent.runs;
        int unknown = 0;
        for (FoundRun run : found) {
            Fate fate = fates.of(run);
            if (fate == Fate.ENDED || fate == Fate.UNKNOWN && extent == Extent.ALL) {
                ended.add(run);
            } else if (fate == Fate.UNKNOWN) {
                unknown++;
            }
        }
        // one that ended in order has removed it since it was found
        ended.removeIf(run -> !run.isThere());
        if (!ended.isEmpty()) {
            MarkedRuns alive = new MarkedRuns(
                    proc, ended.stream().mapToLong(fates::since).min().orElse(0));
            endProcesses(ended, alive, grace, events, notes);
            // a process has no environment to see for a moment while it becomes another program
            events.pause(SECOND_LOOK);
            endProcesses(ended, alive, grace, events, notes);
            List<FoundRun> starting = extent == Extent.ALL
                    ? List.of()
                    : ended.stream().filter(run -> run.lock() == Lock.HELD).toList();
            if (!starting.isEmpty()) {
                notes.accept("not removed, of " + killed(starting)
                        + ": a process holds the folder, which may become the script; "
                        + "if it does not: k8s-exec gc --all");
            }
            ended.removeAll(starting);
            remove(ended, maybeMore, notes);
        }
        if (unknown > 0) {
            String number = unknown + (maybeMore ? " or more" : "");
            notes.accept((unknown == 1 ? "the folder of a run was" : "the folders of " + number + " runs were")
                    + " left, because they may go on in another Pod (they are not of this one, nor known to have"
                    + " ended); if they do not: k8s-exec gc --all");
        }
    }

    private void remove(List<FoundRun> ended, boolean maybeMore, Consumer<String> notes) {
        if (ended.isEmpty()) {
            return;
        }
        List<String> notRemoved =
                ended.stream().map(volume::remove).filter(Objects::nonNull).toList();
        notes.accept("cleaned up after " + killed(ended)
                + (notRemoved.isEmpty() ? "" : "; " + notRemoved.get(0))
                + (notRemoved.size() > 1 ? ", and " + (notRemoved.size() - 1) + " more" : "")
                + (maybeMore ? "; there may be more, which the next runs remove, or k8s-exec gc" : ""));
    }

    private static String killed(List<FoundRun> runs) {
        return runs.size() == 1
                ? "a run whose k8s-exec (process " + runs.get(0).id().owner() + ") was killed"
                : runs.size() + " runs whose k8s-exec was killed";
    }

    private void endProcesses(
            List<FoundRun> ended, MarkedRuns marked, Duration grace, Events events, Consumer<String> notes)
            throws InterruptedException {
        Set<String> alive = marked.look();
        List<FoundRun> running =
                ended.stream().filter(run -> alive.contains(run.id().text())).toList();
        if (running.isEmpty()) {
            return;
        }
        List<ProcessTree> trees = running.stream()
                .map(run -> ProcessTree.ofAbandonedRun(proc, run.id(), marked.since()))
                .toList();
        String processes = joined(trees.stream().map(tree -> ProcessTree.describe(tree.members())));
        List<Ending> endings =
                trees.stream().map(tree -> new Ending(proc, tree::members)).toList();
        events.waitFor("the end of what a killed k8s-exec left running: " + processes);
        endings.forEach(Ending::tell);
        long deadline = System.nanoTime() + grace.toNanos();
        until(deadline, Ending.POLL, endings, Ending::look, events);
        until(System.nanoTime() + Ending.KILL_LIMIT.toNanos(), Ending.KILL_POLL, endings, Ending::kill, events);
        events.waitFor("the shared volume " + sharedRoot);
        String left = joined(endings.stream().map(Ending::left));
        notes.accept("ended what "
                + (running.size() == 1
                        ? "a killed k8s-exec (process " + running.get(0).id().owner() + ")"
                        : running.size() + " killed k8s-exec")
                + " left running: " + processes
                + (left.isEmpty() ? "" : "; still there in spite of SIGKILL: " + left));
    }

    /** Does it to all, again and again, until it says of none that there is any. */
    private static void until(
            long deadline, Duration poll, List<Ending> endings, Predicate<Ending> signal, Events events)
            throws InterruptedException {
        while (endings.stream().filter(signal).count() > 0 && System.nanoTime() < deadline) {
            events.pause(poll);
        }
    }

    private static String joined(Stream<String> texts) {
        String all = texts.filter(text -> !text.isEmpty()).collect(Collectors.joining(", "));
        return all.length() > LONGEST ? all.substring(0, LONGEST) + "…" : all;
    }
}
