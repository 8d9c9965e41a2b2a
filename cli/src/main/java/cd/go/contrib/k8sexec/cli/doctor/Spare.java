package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Privileges;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the Pod gives the agent container, and the way into the guest does without. */
final class Spare {
    static final String ID = "spare";

    private Spare() {}

    /**
     * Of the capabilities, those that Kubernetes does not give by default: scripts have the agent's, and may need the
     * others.
     *
     * @param taken    the way, and what it needs
     * @param byChroot what chroot needs; empty if it does not lead in
     */
    static Check of(ProcessStatus agent, Way taken, Set<Capability> needed, Optional<Set<Capability>> byChroot) {
        Set<Capability> there = agent.uid() == 0 ? agent.ofRootsProgram() : agent.bounding();
        Set<Capability> added = Privileges.missing(there, Privileges.DEFAULT);
        String text = without(taken, Privileges.missing(added, needed));
        Set<Capability> more = byChroot.filter(unused -> taken != Way.CHROOT)
                .map(chroot -> Privileges.missing(meet(added, needed), chroot))
                .orElse(Set.of());
        return Check.ok(
                ID,
                more.isEmpty()
                        ? text
                        : text + "; chroot (GO_K8S_ENTER=chroot) also does without " + Privileges.names(more));
    }

    private static String without(Way taken, Set<Capability> spare) {
        return spare.isEmpty()
                ? taken.text() + " needs each capability that the Pod adds, if it adds one"
                : taken.text() + " does without " + Privileges.names(spare) + ": capabilities.add need not have "
                        + (spare.size() == 1 ? "it" : "them");
    }

    private static Set<Capability> meet(Set<Capability> one, Set<Capability> other) {
        Set<Capability> both = EnumSet.noneOf(Capability.class);
        both.addAll(one);
        both.retainAll(other);
        return both;
    }

    /**
     * With a relay there is nothing that it takes.
     *
     * @param sharesProcesses whether the Pod's containers do
     */
    static Check ofRelay(ProcessStatus agent, boolean sharesProcesses) {
        List<String> spare = new ArrayList<>();
        if (sharesProcesses) {
            spare.add("in the Pod shareProcessNamespace");
        }
        if (!agent.bounding().isEmpty()) {
            spare.add("in the agent container each capability (capabilities: {drop: [ALL]})");
        }
        if (!agent.noNewPrivs()) {
            spare.add("in the agent container allowPrivilegeEscalation (set it to false)");
        }
        return Check.ok(
                ID,
                spare.isEmpty()
                        ? "relay needs no privilege, and the agent container has none"
                        : "relay does without " + String.join(", and ", spare));
    }
}
