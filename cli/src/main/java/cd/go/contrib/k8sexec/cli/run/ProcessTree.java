package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/**
 * The processes of a run: the descendants of its k8s-exec and of the keeper, and every process whose environment
 * carries the run's id, with its descendants. The first finds what cleared its environment, the second what left the
 * family; if the keeper is a child subreaper (prctl(2)), the first finds all.
 */
public final class ProcessTree {
    private final ProcFs proc;
    private final int self;
    private final IntSupplier keeper;
    private final boolean withDescendants;
    private final String mark;

    private ProcessTree(ProcFs proc, RunId run, int self, IntSupplier keeper, boolean withDescendants) {
        this.proc = proc;
        this.self = self;
        this.keeper = keeper;
        this.withDescendants = withDescendants;
        this.mark = "\0" + RunId.VARIABLE + "=" + run.text() + "\0";
    }

    /**
     * Of a run of this process.
     *
     * @param keeper the script's parent, as long as it is known
     */
    static ProcessTree ofOwnRun(ProcFs proc, RunId run, IntSupplier keeper) {
        return new ProcessTree(proc, run, run.owner(), keeper, true);
    }

    /** Of a run whose k8s-exec has ended: what has that one's number by now, and its descendants, are no part of it. */
    static ProcessTree ofAbandonedRun(ProcFs proc, RunId run) {
        return new ProcessTree(
                proc, run, Math.toIntExact(ProcessHandle.current().pid()), () -> 0, false);
    }

    /** The ids of all runs of which a process is alive. */
    static Set<String> runsOfProcesses(ProcFs proc) {
        Set<String> runs = new HashSet<>();
        for (ProcessInfo process : proc.processes()) {
            for (String variable : ByteString.of(proc.environment(process.pid()).orElse(new byte[0]))
                    .split("\0")) {
                if (variable.startsWith(RunId.VARIABLE + "=")) {
                    runs.add(variable.substring(RunId.VARIABLE.length() + 1));
                }
            }
        }
        return runs;
    }

    /** Those that are alive now. */
    public List<ProcessInfo> members() {
        List<ProcessInfo> all = proc.processes();
        Map<Integer, Integer> parents = new HashMap<>();
        all.forEach(process -> parents.put(process.pid(), process.parent()));
        List<ProcessInfo> members = new ArrayList<>();
        Set<Integer> none = new HashSet<>(List.of(self));
        if (!carriesMark(keeper.getAsInt())) {
            none.add(keeper.getAsInt());
        }
        Set<Integer> roots = new HashSet<>(withDescendants ? none : Set.of());
        for (ProcessInfo process : all) {
            if (!none.contains(process.pid())
                    && !descends(process.pid(), parents, roots)
                    && carriesMark(process.pid())) {
                roots.add(process.pid());
            }
        }
        for (ProcessInfo process : all) {
            int pid = process.pid();
            if (!none.contains(pid) && (roots.contains(pid) || descends(pid, parents, roots))) {
                members.add(process);
            }
        }
        return members;
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
        byte[] environment = proc.environment(pid).orElse(new byte[0]);
        return ("\0" + ByteString.of(environment)).contains(mark);
    }
}
