package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
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
        Entry nsenter = new NsenterEntry(platform, proc, path);
        if (way == Way.NSENTER || way == Way.AUTO && !(platform.isNative() && platform.uid() == 0)) {
            // who is not root may not enter, but perhaps its nsenter
            return nsenter;
        }
        if (!platform.isNative()) {
            throw new K8sExecException(
                    ErrorId.NATIVE_ONLY,
                    "this is the JVM build of k8s-exec",
                    "which cannot enter the guest by " + way.text() + "(2) itself",
                    "leave --enter and GO_K8S_ENTER unset, or use the native executable (k8s-exec "
                            + "--version says which one it is)");
        }
        Entry setns = new SetnsEntry(platform, proc);
        Entry chroot = new ChrootEntry(platform, proc);
        return switch (way) {
            case SETNS -> setns;
            case CHROOT -> chroot;
            default ->
                // nsenter last: if nothing leads there, the reason is nsenter's
                new AutoEntry(setns, () -> nsenterGetsMore(proc) ? List.of(nsenter) : List.of(chroot, nsenter));
        };
    }

    /**
     * Whether nsenter may enter where root itself may not, because a program that root runs gets SYS_ADMIN and root's
     * own process has laid it aside.
     */
    private static boolean nsenterGetsMore(ProcFs proc) {
        return proc.status("self")
                .filter(self -> !self.effective().contains(Capability.SYS_ADMIN)
                        && self.ofRootsProgram().contains(Capability.SYS_ADMIN))
                .isPresent();
    }
}
