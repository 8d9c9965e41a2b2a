package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What to change in the Pod so that the agent may enter the guest, or look at it: by what /proc says of both. */
public final class EntryAdvice {
    private static final Remedy FILTER = Remedy.of(PodChange.ofAgent("seccompProfile.type", "RuntimeDefault"))
            .between("what is needed is there, so a seccomp filter, AppArmor or SELinux refuses it: ", "");

    private EntryAdvice() {}

    /** To enter it. */
    static Remedy of(Way way, Target target, ProcFs proc) {
        Optional<ProcessStatus> agent = proc.status("self");
        Optional<ProcessStatus> guest = proc.status(target.pid());
        return agent.isEmpty() || guest.isEmpty()
                ? Remedy.of("look whether the guest still runs")
                : of(way, agent.get(), guest.get(), Nsenter.groupOfPrivileged());
    }

    /** @param group as {@link Nsenter#groupOfPrivileged} */
    static Remedy of(Way way, ProcessStatus agent, ProcessStatus guest, OptionalLong group) {
        Set<Capability> needed = Privileges.needed(way, Platform.CURRENT.isNative(), agent, guest, false);
        if (agent.uid() == 0) {
            return add(
                    Privileges.missing(needed, way == Way.NSENTER ? agent.ofRootsProgram() : agent.effective()),
                    agent,
                    guest);
        }
        if (group.isPresent()) {
            return Remedy.of(PodChange.ofAgent("runAsGroup", group.getAsLong()))
                    .and(": only that group may run the nsenter which has the privilege");
        }
        if (agent.noNewPrivs()) {
            return Remedy.of(PodChange.ofAgent("allowPrivilegeEscalation", true))
                    .and(": without it the capabilities of nsenter's file do not count");
        }
        Set<Capability> missing = Privileges.missing(needed, agent.bounding());
        return missing.isEmpty()
                ? Remedy.of("let the agent be root, or make its image with Dockerfile.agent, whose nsenter has file "
                        + "capabilities")
                : add(missing, agent, guest);
    }

    private static Remedy add(Set<Capability> missing, ProcessStatus agent, ProcessStatus guest) {
        if (missing.isEmpty()) {
            return FILTER;
        }
        boolean looks = missing.contains(Capability.SYS_PTRACE);
        if (looks && missing.size() == 1 && isOnlyOfAnotherGroup(agent, guest)) {
            return Remedy.of(PodChange.of(PodChange.In.GUEST, "securityContext.runAsGroup", agent.gid()))
                    .and(", the agent's");
        }
        Set<Capability> more = Privileges.missing(guest.permitted(), agent.bounding());
        return Privileges.adding(missing)
                .and(
                        looks && !more.isEmpty()
                                ? ", or give the guest no capability that the agent lacks (" + Privileges.names(more)
                                        + ")"
                                : "");
    }

    /** Then a guest of the agent's group takes no capability to look at. */
    public static boolean isOnlyOfAnotherGroup(ProcessStatus agent, ProcessStatus guest) {
        List<Long> groups = List.of(agent.gid(), agent.gid(), agent.gid(), agent.gid());
        ProcessStatus same = guest.ofGroups(groups);
        return Privileges.needed(Way.SETNS, false, agent, guest, false).contains(Capability.SYS_PTRACE)
                && !Privileges.needed(Way.SETNS, false, agent, same, false).contains(Capability.SYS_PTRACE);
    }

    /** To read its environment. */
    public static Remedy toLook(Target target, ProcFs proc) {
        Optional<ProcessStatus> agent = proc.status("self");
        Optional<ProcessStatus> guest = proc.status(target.pid());
        if (agent.isEmpty() || guest.isEmpty()) {
            return Remedy.of("look whether the guest still runs");
        }
        Set<Capability> needed =
                Privileges.needed(Way.CHROOT, Platform.CURRENT.isNative(), agent.get(), guest.get(), false);
        needed.remove(Capability.SYS_CHROOT);
        if (agent.get().uid() == 0) {
            return add(Privileges.missing(needed, agent.get().effective()), agent.get(), guest.get());
        }
        // what the Pod adds does not count for an agent that is not root
        return isOnlyOfAnotherGroup(agent.get(), guest.get())
                ? add(EnumSet.of(Capability.SYS_PTRACE), agent.get(), guest.get())
                : Remedy.of(PodChange.of(
                                        PodChange.In.GUEST,
                                        "securityContext.runAsUser",
                                        agent.get().uid())
                                .with("securityContext.runAsGroup", agent.get().gid()))
                        .and(", the agent's user, and no capability that it lacks");
    }
}
