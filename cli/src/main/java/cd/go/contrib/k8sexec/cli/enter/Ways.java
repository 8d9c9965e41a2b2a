package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.List;
import java.util.Optional;

/** The ways into a guest. */
public final class Ways {
    private Ways() {}

    /**
     * What leads there by this way.
     *
     * @param path  the agent's PATH, or null
     * @param relay where the guests' relays are, if that is set
     * @throws K8sExecException NATIVE_ONLY or RELAY_UNSET
     */
    public static Entry of(Way way, Platform platform, ProcFs proc, String path, Optional<RelayPlace> relay) {
        if (way == Way.RELAY || way == Way.AUTO && relay.isPresent()) {
            return new RelayEntry(
                    platform,
                    proc,
                    relay.orElseThrow(() -> new K8sExecException(
                            ErrorId.RELAY_UNSET,
                            "GO_K8S_RELAY is not set and there is no --relay",
                            "so no relay can be found",
                            "mount the volume of the relay's sockets in the agent, and set it to that path")));
        }
        if (way == Way.NSENTER || way == Way.AUTO && !isDirect(platform)) {
            return new NsenterEntry(platform, proc, path);
        }
        if (!platform.isNative()) {
            throw new K8sExecException(
                    ErrorId.NATIVE_ONLY,
                    "this is the JVM build of k8s-exec",
                    "which cannot enter the guest by " + way.text() + "(2) itself",
                    "leave --enter and GO_K8S_ENTER unset, or use the native executable (k8s-exec "
                            + "--version says which one it is)");
        }
        return way == Way.AUTO
                ? new AutoEntry(
                        new SetnsEntry(platform, proc),
                        () -> tried(platform, proc.status("self")).stream()
                                .skip(1)
                                .map(next -> of(next, platform, proc, path, relay))
                                .toList())
                : way == Way.SETNS ? new SetnsEntry(platform, proc) : new ChrootEntry(platform, proc);
    }

    /**
     * The ways that are tried if none is asked for and no relay is set, in their order. nsenter is the last: if nothing
     * leads into the guest, the reason is nsenter's.
     *
     * @param agent this process, empty if it cannot be looked at
     */
    public static List<Way> tried(Platform platform, Optional<ProcessStatus> agent) {
        if (!isDirect(platform)) {
            return List.of(Way.NSENTER);
        }
        return agent.filter(Ways::nsenterGetsMore).isPresent()
                ? List.of(Way.SETNS, Way.NSENTER)
                : List.of(Way.SETNS, Way.CHROOT, Way.NSENTER);
    }

    /** Whether this process can enter a guest by itself. Who is not root may not, but perhaps its nsenter. */
    public static boolean isDirect(Platform platform) {
        return platform.isNative() && platform.uid() == 0;
    }

    /**
     * Whether nsenter may enter where root itself may not, because a program that root runs gets SYS_ADMIN and root's
     * own process has laid it aside.
     */
    private static boolean nsenterGetsMore(ProcessStatus agent) {
        return !agent.effective().contains(Capability.SYS_ADMIN)
                && agent.ofRootsProgram().contains(Capability.SYS_ADMIN);
    }
}
