package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.platform.Lock;
import cd.go.contrib.k8sexec.cli.staging.FoundRun;
import cd.go.contrib.k8sexec.cli.staging.Origin;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.Mount;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * What has become of the k8s-exec of a run. A process id says that in its own PID namespace alone; for the others a
 * lock on the run's folder does, as far as this machine; and a machine that was started again, or a file system that
 * no other machine can have, says that nobody there is left.
 */
final class Fates {
    enum Fate {
        GOES_ON,
        ENDED,
        /** It may go on, on another machine. */
        UNKNOWN
    }

    private final ProcFs proc;
    private final Path sharedRoot;
    private final Origin here;
    /** Null as long as nobody has asked. */
    private Optional<Mount> volume;
    /** The runs of which a process is alive here. Null as long as nobody has asked. */
    private Set<String> alive;

    Fates(ProcFs proc, Path sharedRoot) {
        this.proc = proc;
        this.sharedRoot = sharedRoot;
        this.here = Run.origin(proc);
    }

    Fate of(FoundRun run) {
        Origin there = run.id().origin();
        if (here.isSameNamespace(there)) {
            return ofOwner(run.id());
        }
        if (there.isOnlyNumber()) {
            return ofNumber(run.id());
        }
        if (here.isSameBoot(there)) {
            // two mounts of a file system of the network need not know of each other's locks; a Pod has one
            return switch (run.lock()) {
                case HELD -> Fate.GOES_ON;
                case TAKEN -> here.isSamePod(there) || isLocal() ? Fate.ENDED : Fate.UNKNOWN;
                case UNKNOWN -> Fate.UNKNOWN;
            };
        }
        // a Pod stays on its machine
        if (here.isOtherBoot(there) && (here.isSamePod(there) || isLocal())) {
            return Fate.ENDED;
        }
        return run.lock() == Lock.HELD ? Fate.GOES_ON : Fate.UNKNOWN;
    }

    /** Of version 2.0.0, which needed a PID namespace that the whole Pod shares. */
    private Fate ofNumber(RunId id) {
        if (here.hasNumberOf(id.origin())) {
            // two namespaces of one machine have different numbers
            boolean isHere = isLocal() || alive().contains(id.text());
            return isHere ? ofOwner(id) : Fate.UNKNOWN;
        }
        boolean isOwnVolume = volume().flatMap(mount -> proc.podUid("self").filter(mount::isEmptyDirOf))
                .isPresent();
        return isOwnVolume ? Fate.ENDED : Fate.UNKNOWN;
    }

    private Fate ofOwner(RunId run) {
        // the start time tells the owner from another process that has its number by now
        return proc.process(run.owner())
                        .filter(owner -> owner.startTicks() == run.ownerStartTicks() && !owner.ended())
                        .isPresent()
                ? Fate.GOES_ON
                : Fate.ENDED;
    }

    private boolean isLocal() {
        return volume().filter(Mount::isLocal).isPresent();
    }

    private Optional<Mount> volume() {
        if (volume == null) {
            volume = Mount.holding(real(sharedRoot), proc.mounts("self"));
        }
        return volume;
    }

    /** Before which no process of the run can have started, as {@link ProcessInfo#startTicks}. */
    long since(FoundRun run) {
        return here.isSameBoot(run.id().origin()) ? run.id().ownerStartTicks() : 0;
    }

    private Set<String> alive() {
        if (alive == null) {
            alive = new MarkedRuns(proc, 0).look();
        }
        return alive;
    }

    private static String real(Path path) {
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            return path.toString();
        }
    }
}
