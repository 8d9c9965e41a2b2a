package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.cli.target.TargetFinder;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** Which container is the guest. */
final class TargetOptions {
    private static final Set<ErrorId> MAY_COME_YET =
            Set.of(ErrorId.TARGET_NONE, ErrorId.TARGET_UNKNOWN, ErrorId.TARGET_DEAD);
    private static final Duration POLL = Duration.ofMillis(50);

    @Option(names = "--pid")
    String pid;

    @Option(names = "--container")
    String container;

    /** As {@link #find(ProcFs, Optional, Duration, Pause)}; a signal ends this process meanwhile. */
    Target find(ProcFs proc, Duration patience) throws InterruptedException {
        return find(proc, Optional.empty(), patience);
    }

    /** As {@link #find(ProcFs, Optional, Duration, Pause)}; a signal ends this process meanwhile. */
    Target find(ProcFs proc, Optional<String> named, Duration patience) throws InterruptedException {
        return find(proc, named, patience, time -> Thread.sleep(time.toMillis()));
    }

    /** Lets time pass. */
    interface Pause {
        void pause(Duration time) throws InterruptedException;
    }

    /**
     * @param named    the container that a request names, which goes before these options
     * @param patience how long to wait for the guest to be there
     * @throws K8sExecException one of the TARGET_… errors
     */
    Target find(ProcFs proc, Optional<String> named, Duration patience, Pause pause) throws InterruptedException {
        TargetFinder finder = new TargetFinder(proc);
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return named.isPresent() ? finder.byName(named.get()) : find(finder);
            } catch (K8sExecException e) {
                if (!MAY_COME_YET.contains(e.id()) || System.nanoTime() >= deadline) {
                    throw e;
                }
                pause.pause(POLL);
            }
        }
    }

    private Target find(TargetFinder finder) throws InterruptedException {
        return isSet(pid) ? finder.byPid(pid) : isSet(container) ? finder.byName(name()) : finder.only();
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
