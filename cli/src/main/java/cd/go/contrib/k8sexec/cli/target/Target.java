package cd.go.contrib.k8sexec.cli.target;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The guest: the process whose namespaces the script enters.
 *
 * @param process    the guest's main process
 * @param reason     why it was taken, for people
 * @param namespaces those in which it differs from the agent
 * @param mounts     its mount namespace, empty if that may not be looked at
 * @param name       its container's name when it was found, empty if that could not be read
 */
public record Target(
        ProcessInfo process, String reason, Set<Namespace> namespaces, Optional<String> mounts, Optional<String> name) {

    static Target of(ProcFs proc, ProcessInfo process, String reason) {
        Set<Namespace> differing = EnumSet.noneOf(Namespace.class);
        for (Namespace namespace : Namespace.values()) {
            var theirs = proc.namespace(process.pid(), namespace);
            if (theirs.isPresent() && !theirs.equals(proc.namespace("self", namespace))) {
                differing.add(namespace);
            }
        }
        Optional<String> mounts = proc.namespace(process.pid(), Namespace.MOUNT);
        if (mounts.isEmpty()) {
            // not ours to look at: the containers of a Pod differ in their mounts, and an nsenter with file
            // capabilities may be allowed in
            differing.add(Namespace.MOUNT);
        }
        return new Target(process, reason, differing, mounts, proc.containerName(process.pid()));
    }

    public int pid() {
        return process.pid();
    }

    /** For people. */
    public String words() {
        return "the guest (" + name.map(known -> "container " + known + ", ").orElse("") + "process " + pid() + ")";
    }

    /** For people. */
    public String describe() {
        return "process " + pid() + " (" + K8sExecException.harmless(process.command()) + "): " + reason;
    }

    /**
     * Looks whether it is still there, and where it was: its number alone may be another process's by now.
     *
     * @throws K8sExecException TARGET_DEAD
     */
    public void checkUnchanged(ProcFs proc) {
        boolean unchanged = proc.process(pid())
                        .filter(now -> now.startTicks() == process.startTicks() && !now.ended())
                        .isPresent()
                && proc.namespace(pid(), Namespace.MOUNT).equals(mounts);
        if (!unchanged) {
            throw gone();
        }
    }

    /** It has ended since it was found. */
    public K8sExecException gone() {
        return new K8sExecException(
                ErrorId.TARGET_DEAD,
                "the guest (process " + pid() + ") has ended meanwhile",
                "so there is no guest to enter",
                "look why it ended: kubectl logs POD -c CONTAINER --previous");
    }
}
