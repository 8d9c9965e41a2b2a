package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The kernel's rules for what nsenter takes and what it gets, from what /proc says of the processes. */
final class Privileges {
    /** What a container has whose securityContext says nothing (containerd and CRI-O, as Docker). */
    static final Set<Capability> DEFAULT = EnumSet.of(
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FOWNER,
            Capability.FSETID,
            Capability.KILL,
            Capability.SETGID,
            Capability.SETUID,
            Capability.SETPCAP,
            Capability.NET_BIND_SERVICE,
            Capability.NET_RAW,
            Capability.SYS_CHROOT,
            Capability.MKNOD,
            Capability.AUDIT_WRITE,
            Capability.SETFCAP);
    /** setns(2), "Details for specific namespace types", Mount namespace. */
    static final Set<Capability> SETNS = EnumSet.of(Capability.SYS_ADMIN, Capability.SYS_CHROOT);

    private Privileges() {}

    /** What nsenter must have in force to enter the guest. */
    static Set<Capability> needed(ProcessStatus agent, ProcessStatus guest, boolean changesUser) {
        Set<Capability> needed = EnumSet.copyOf(SETNS);
        if (isForeign(agent, guest)) {
            needed.add(Capability.SYS_PTRACE);
        }
        if (changesUser) {
            needed.addAll(Set.of(Capability.SETUID, Capability.SETGID));
        }
        return needed;
    }

    /**
     * Whether it takes SYS_PTRACE to look at the guest's namespaces (ptrace(2), "Ptrace access mode checking"): where
     * not all of its users and groups are the agent's, or it may do what nsenter may not.
     */
    static boolean isForeign(ProcessStatus agent, ProcessStatus guest) {
        Set<Capability> most = EnumSet.noneOf(Capability.class);
        most.addAll(agent.uid() == 0 ? agent.bounding() : SETNS);
        most.addAll(SETNS);
        return !isUser(guest.uids(), agent.uid())
                || !isUser(guest.gids(), agent.gid())
                || !most.containsAll(guest.permitted());
    }

    /** The real, the effective and the saved one. */
    private static boolean isUser(List<Long> ids, long id) {
        return ids.subList(0, 3).stream().allMatch(each -> each == id);
    }

    /**
     * What a program gets that an agent of user 0 runs (capabilities(7), "Capabilities and execution of programs by
     * root").
     */
    static Set<Capability> ofRootsProgram(ProcessStatus agent) {
        Set<Capability> gets = EnumSet.noneOf(Capability.class);
        gets.addAll(agent.bounding());
        gets.addAll(agent.inheritable());
        if (agent.noNewPrivs()) {
            gets.retainAll(agent.permitted());
        }
        return gets;
    }

    /** Those of {@code wanted} that are not in {@code there}. */
    static Set<Capability> missing(Set<Capability> wanted, Set<Capability> there) {
        Set<Capability> missing = EnumSet.noneOf(Capability.class);
        missing.addAll(wanted);
        missing.removeAll(there);
        return missing;
    }

    /** For people: as a difference to what Kubernetes gives, if that is most of it. */
    static String describe(Set<Capability> set) {
        if (set.isEmpty()) {
            return "none";
        }
        Set<Capability> lacks = missing(DEFAULT, set);
        if (set.size() == Capability.values().length) {
            return "all";
        }
        if (lacks.size() > DEFAULT.size() / 2) {
            return names(set);
        }
        Set<Capability> more = missing(set, DEFAULT);
        return "Kubernetes' default" + (more.isEmpty() ? "" : " with " + names(more))
                + (lacks.isEmpty() ? "" : " without " + names(lacks));
    }

    static String names(Set<Capability> set) {
        return set.stream().map(Capability::name).collect(Collectors.joining(", "));
    }
}
