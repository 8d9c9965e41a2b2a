package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.Kinship;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/**
 * The processes of a run: the descendants of its k8s-exec and of the keeper, and every process whose environment
 * carries the run's id, with its descendants. The first finds what cleared its environment, the second what left the
 * family. As long as the keeper is a child subreaper (prctl(2)) nothing leaves it, and nobody else is looked at: there
 * may be thousands.
 */
public final class ProcessTree {
    /** How often it is looked for one that has not ended, where there are some that have. */
    private static final int LOOKS = 10;

    private final ProcFs proc;
    private final RunId run;
    private final Optional<IntSupplier> keeper;
    private final long since;

    private ProcessTree(ProcFs proc, RunId run, Optional<IntSupplier> keeper, long since) {
        this.proc = proc;
        this.run = run;
        this.keeper = keeper;
        this.since = since;
    }

    /**
     * Of a run of this process.
     *
     * @param keeper the script's parent, as long as it is known
     */
    static ProcessTree ofOwnRun(ProcFs proc, RunId run, IntSupplier keeper) {
        return new ProcessTree(proc, run, Optional.of(keeper), run.ownerStartTicks());
    }

    /**
     * Of a run whose k8s-exec has ended: what has that one's number by now, and its descendants, are no part of it.
     *
     * @param since as for {@link MarkedRuns}
     */
    static ProcessTree ofAbandonedRun(ProcFs proc, RunId run, long since) {
        return new ProcessTree(proc, run, Optional.empty(), since);
    }

    /** Those that are alive now. */
    public List<ProcessInfo> members() {
        int kept = keeper.map(IntSupplier::getAsInt).orElse(0);
        Optional<List<ProcessInfo>> family =
                Platform.CURRENT.isNative() && kept > 0 ? family(Set.of(run.owner(), kept)) : Optional.empty();
        return family.orElseGet(() -> search(kept));
    }

    /** By the kernel's own lists: what is read is as much as the run has processes. */
    private Optional<List<ProcessInfo>> family(Set<Integer> roots) {
        for (int i = 0; i < LOOKS; i++) {
            List<ProcessInfo> members = new ArrayList<>();
            Set<Integer> family = new HashSet<>(roots);
            Deque<Integer> parents = new ArrayDeque<>(roots);
            boolean sure = true;
            while (!parents.isEmpty()) {
                int parent = parents.remove();
                Optional<List<Integer>> children = Kinship.children(proc, parent);
                if (children.isEmpty() && roots.contains(parent)) {
                    return Optional.empty();
                }
                for (int child : children.orElse(List.of())) {
                    Optional<ProcessInfo> member = proc.process(child)
                            // its number may be another's by now
                            .filter(process -> !process.ended() && family.contains(process.parent()));
                    sure &= member.isPresent();
                    member.filter(process -> family.add(child)).ifPresent(process -> {
                        members.add(process);
                        parents.add(child);
                    });
                }
            }
            if (sure || !members.isEmpty()) {
                return Optional.of(members);
            }
            // behind one that ends others may be missed
            Thread.yield();
        }
        return Optional.empty();
    }

    /** Among all processes: who has started before the run is none of it, and need not be asked for its environment. */
    private List<ProcessInfo> search(int kept) {
        List<ProcessInfo> all = proc.processes();
        Map<Integer, Integer> parents = new HashMap<>();
        all.forEach(process -> parents.put(process.pid(), process.parent()));
        Set<Integer> none = Set.copyOf(keeper.isPresent() ? List.of(run.owner(), kept) : List.of(self()));
        Set<Integer> roots = new HashSet<>(keeper.isPresent() ? none : Set.of());
        for (ProcessInfo process : all) {
            if (process.startTicks() >= since
                    && !none.contains(process.pid())
                    && !descends(process.pid(), parents, roots)
                    && carriesMark(process.pid())) {
                roots.add(process.pid());
            }
        }
        return all.stream()
                .filter(process -> !none.contains(process.pid()))
                .filter(process -> roots.contains(process.pid()) || descends(process.pid(), parents, roots))
                .toList();
    }

    private static int self() {
        return Math.toIntExact(ProcessHandle.current().pid());
    }

    /** Programs and process ids, for people. */
    public static String describe(Iterable<ProcessInfo> processes) {
        List<String> words = new ArrayList<>();
        processes.forEach(
                process -> words.add(process.command().replaceAll("\\p{Cntrl}", "?") + " (" + process.pid() + ")"));
        return words.stream().sorted().collect(Collectors.joining(", "));
    }

    private static boolean descends(int pid, Map<Integer, Integer> parents, Set<Integer> roots) {
        int ancestor = pid;
        for (int depth = 0; depth < parents.size() && ancestor > 1; depth++) {
            ancestor = parents.getOrDefault(ancestor, 0);
            if (ancestor > 0 && roots.contains(ancestor)) {
                return true;
            }
        }
        return false;
    }

    private boolean carriesMark(int pid) {
        return Kinship.variable(proc, pid, RunId.VARIABLE)
                .filter(run.text()::equals)
                .isPresent();
    }
}
