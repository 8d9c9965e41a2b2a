package cd.go.contrib.k8sexec.cli.target;

import java.util.EnumSet;
import java.util.Set;

/**
 * The guest: the process whose namespaces the script enters.
 *
 * @param process    the guest's main process
 * @param reason     why it was taken, for people
 * @param namespaces those in which it differs from the agent
 */
public record Target(ProcessInfo process, String reason, Set<Namespace> namespaces) {

    static Target of(ProcFs proc, ProcessInfo process, String reason) {
        Set<Namespace> differing = EnumSet.noneOf(Namespace.class);
        for (Namespace namespace : Namespace.values()) {
            var theirs = proc.namespace(process.pid(), namespace);
            if (theirs.isPresent() && !theirs.equals(proc.namespace("self", namespace))) {
                differing.add(namespace);
            }
        }
        if (proc.namespace(process.pid(), Namespace.MOUNT).isEmpty()) {
            // not ours to look at: the containers of a Pod differ in their mounts, and an nsenter with file capabilities may be allowed in
            differing.add(Namespace.MOUNT);
        }
        return new Target(process, reason, differing);
    }

    public int pid() {
        return process.pid();
    }

    /** Whether the same process is still there: a pid alone may be another's by now. */
    public boolean isAlive(ProcFs proc) {
        return proc.process(pid()).filter(now -> now.startTicks() == process.startTicks() && !now.ended()).isPresent();
    }
}
