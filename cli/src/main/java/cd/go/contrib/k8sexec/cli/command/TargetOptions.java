package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.ProcGuest;
import cd.go.contrib.k8sexec.cli.enter.Search;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.cli.target.TargetFinder;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** Which container is the guest. */
final class TargetOptions {
    @Option(names = "--pid")
    String pid;

    @Option(names = "--container")
    String container;

    /**
     * The guest, which is waited for.
     *
     * @param named      the container that a request names, which goes before these options
     * @param sharedRoot where the agent has the shared volume; empty if that is not known
     * @throws K8sExecException one of the TARGET_… errors
     */
    Target find(ProcFs proc, Optional<String> named, Optional<Path> sharedRoot, GuestWait wait)
            throws InterruptedException {
        TargetFinder finder = new TargetFinder(proc, sharedRoot);
        return wait.until(finder::mayComeYet, () -> named.isPresent() ? finder.byName(named.get()) : find(finder));
    }

    /** The shared root as the Pod has it set, for a command that has no option for it. */
    static Optional<Path> sharedRootOfPod() {
        return Optional.ofNullable(Platform.CURRENT.variable(Setting.SHARED_ROOT.variable()))
                .filter(TargetOptions::isSet)
                .map(Path::of)
                .filter(Path::isAbsolute);
    }

    private Target find(TargetFinder finder) throws InterruptedException {
        return isSet(pid) ? finder.byPid(pid) : isSet(container) ? finder.byName(name()) : finder.only();
    }

    /**
     * As {@link #find(ProcFs, Optional, Optional, GuestWait)}, by this way.
     *
     * @throws K8sExecException one of the TARGET_… errors, or one of the way's own
     */
    Guest find(Entry entry, ProcFs proc, Optional<String> named, Optional<Path> sharedRoot, GuestWait wait)
            throws InterruptedException {
        return entry.find(new Search() {
            @Override
            public Optional<String> name() {
                return isSet(container) && named.isEmpty() ? Optional.of(TargetOptions.this.name()) : named;
            }

            @Override
            public boolean byProcess() {
                return isSet(pid) && named.isEmpty();
            }

            @Override
            public Guest await(Predicate<K8sExecException> mayComeYet, Look look) throws InterruptedException {
                return wait.until(mayComeYet, look::find);
            }

            @Override
            public ProcGuest inProc() throws InterruptedException {
                return new ProcGuest(TargetOptions.this.find(proc, named, sharedRoot, wait), proc);
            }
        });
    }

    private String name() {
        try {
            return (String) Setting.CONTAINER.parse(container);
        } catch (InvalidValue e) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "GO_K8S_CONTAINER_NAME or --container is " + K8sExecException.quoted(container),
                    "which " + e.reason(),
                    e.remedy());
        }
    }

    /** A variable that is there but blank counts as not there. */
    static boolean isSet(String value) {
        return value != null && !value.isBlank();
    }
}
