package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.Kinship;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The runs of which a process is alive, by the id that each of their processes carries. */
final class MarkedRuns {
    private final ProcFs proc;
    private final long since;
    /** Those that are too old: there may be thousands, at which only the first look looks. */
    private final Set<Integer> older = new HashSet<>();

    /** @param since when the first of the runs can have begun, as {@link ProcessInfo#startTicks} */
    MarkedRuns(ProcFs proc, long since) {
        this.proc = proc;
        this.since = since;
    }

    long since() {
        return since;
    }

    /** Their ids now. */
    Set<String> look() {
        Set<String> runs = new HashSet<>();
        for (int pid : Platform.CURRENT.processes(proc.root(), false)) {
            Optional<ProcessInfo> process = older.contains(pid) ? Optional.empty() : proc.process(pid);
            if (process.filter(found -> found.startTicks() < since).isPresent()) {
                older.add(pid);
            } else if (process.filter(found -> !found.ended()).isPresent()) {
                Kinship.variable(proc, pid, RunId.VARIABLE).ifPresent(runs::add);
            }
        }
        return runs;
    }
}
