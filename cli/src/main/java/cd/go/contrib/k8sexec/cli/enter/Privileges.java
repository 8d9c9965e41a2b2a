package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The kernel's rules for what nsenter takes and what it gets, from what /proc says of the processes. */
public final class Privileges {
    /** What a container has whose securityContext says nothing (containerd and CRI-O, as Docker). */
    public static final Set<Capability> DEFAULT = EnumSet.of(
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
    public static final Set<Capability> SETNS = EnumSet.of(Capability.SYS_ADMIN, Capability.SYS_CHROOT);

    /** For chroot, which no program with file capabilities does. */
    public static final Remedy AS_ROOT =
            Remedy.of(PodChange.ofAgent("runAsUser", 0).with("securityContext.runAsGroup", 0));

    private Privileges() {}

    /** chroot(2). */
    private static final Set<Capability> CHROOT = EnumSet.of(Capability.SYS_CHROOT);
    /** What it takes to become another user, for a script or for a look at that user's guest. */
    private static final Set<Capability> OTHER_USER = EnumSet.of(Capability.SETUID, Capability.SETGID);

    /**
     * What must be in force to enter the guest.
     *
     * @param isNative whether k8s-exec can look at the guest as the guest's user
     */
    public static Set<Capability> needed(
            Way way, boolean isNative, ProcessStatus agent, ProcessStatus guest, boolean changesUser) {
        Set<Capability> needed = EnumSet.copyOf(way == Way.CHROOT ? CHROOT : SETNS);
        if (hasMore(agent, guest, needed)) {
            needed.add(Capability.SYS_PTRACE);
        } else if (isOtherUser(agent, guest)) {
            needed.addAll(isNative && agent.uid() == 0 ? OTHER_USER : Set.of(Capability.SYS_PTRACE));
        }
        if (changesUser) {
            needed.addAll(OTHER_USER);
        }
        return needed;
    }

    /**
     * Whether the guest may do what the agent may not: then it takes SYS_PTRACE to look at it (ptrace(2), "Ptrace
     * access mode checking").
     */
    private static boolean hasMore(ProcessStatus agent, ProcessStatus guest, Set<Capability> wayNeeds) {
        Set<Capability> most = EnumSet.noneOf(Capability.class);
        most.addAll(agent.uid() == 0 ? agent.bounding() : wayNeeds);
        most.addAll(wayNeeds);
        return !most.containsAll(guest.permitted());
    }

    /** Whether not all of its users and groups are the agent's: then it takes that user, or SYS_PTRACE. */
    private static boolean isOtherUser(ProcessStatus agent, ProcessStatus guest) {
        return !isUser(guest.uids(), agent.uid()) || !isUser(guest.gids(), agent.gid());
    }

    /** The real, the effective and the saved one. */
    private static boolean isUser(List<Long> ids, long id) {
        return ids.subList(0, 3).stream().allMatch(each -> each == id);
    }

    /** Those of {@code wanted} that are not in {@code there}. */
    public static Set<Capability> missing(Set<Capability> wanted, Set<Capability> there) {
        Set<Capability> missing = EnumSet.noneOf(Capability.class);
        missing.addAll(wanted);
        missing.removeAll(there);
        return missing;
    }

    public static Set<Capability> union(Set<Capability> first, Set<Capability> second) {
        Set<Capability> union = EnumSet.noneOf(Capability.class);
        union.addAll(first);
        union.addAll(second);
        return union;
    }

    /** For people: as a difference to what Kubernetes gives, if that is most of it. */
    public static String describe(Set<Capability> set) {
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

    /** To give them to the agent container. */
    public static Remedy adding(Set<Capability> set) {
        return Remedy.of(PodChange.ofAgent(
                "capabilities.add", set.stream().map(Capability::name).toList()));
    }

    public static String names(Set<Capability> set) {
        return set.stream().map(Capability::name).collect(Collectors.joining(", "));
    }
}
