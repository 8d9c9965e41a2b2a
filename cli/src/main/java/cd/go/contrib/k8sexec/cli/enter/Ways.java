package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.List;

/** The ways into a guest. */
public final class Ways {
    private Ways() {}

    /**
     * What leads there by this way.
     *
     * @param path the agent's PATH, or null
     * @throws K8sExecException NATIVE_ONLY
     */
    public static Entry of(Way way, Platform platform, ProcFs proc, String path) {
        Entry setns = new SetnsEntry(platform, proc);
        Entry nsenter = new NsenterEntry(platform, proc, path);
        return switch (way) {
            // who is not root may not enter, but perhaps its nsenter
            case AUTO -> platform.isNative() && platform.uid() == 0 ? new AutoEntry(List.of(setns, nsenter)) : nsenter;
            case SETNS -> {
                if (!platform.isNative()) {
                    throw new K8sExecException(
                            ErrorId.NATIVE_ONLY,
                            "this is the JVM build of k8s-exec",
                            "which cannot enter the guest by setns(2) itself",
                            "leave --enter and GO_K8S_ENTER unset, or use the native executable (k8s-exec "
                                    + "--version says which one it is)");
                }
                yield setns;
            }
            case NSENTER -> nsenter;
        };
    }
}
