package cd.go.contrib.k8sexec.cli.enter;

import static cd.go.contrib.k8sexec.cli.enter.Processes.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Of the JVM build, which cannot look at a guest as the guest's user. */
class EntryAdviceTest {
    private static final OptionalLong NO_GROUP = OptionalLong.empty();
    private static final Set<Capability> ALL = with(Capability.SYS_ADMIN, Capability.SYS_PTRACE);

    @Test
    void what_root_has_is_not_asked_for() {
        ProcessStatus guest = process(0, 0, Privileges.DEFAULT, false);
        assertEquals(
                "in the agent container: securityContext: {capabilities: {add: [SYS_ADMIN]}}",
                of(process(0, 0, Privileges.DEFAULT, false), guest, NO_GROUP));
        assertEquals(
                "in the agent container: securityContext: {capabilities: {add: [SYS_PTRACE]}}",
                of(process(0, 0, with(Capability.SYS_ADMIN), false), process(1000, 1000, Set.of(), false), NO_GROUP));
        String more = of(
                process(0, 0, with(Capability.SYS_ADMIN), false),
                process(0, 0, with(Capability.NET_ADMIN), false),
                NO_GROUP);
        assertTrue(more.contains("add: [SYS_PTRACE]}}, or give the guest no capability"), more);
        assertTrue(more.contains("(NET_ADMIN)"), more);
        String filter = of(process(0, 0, ALL, false), guest, NO_GROUP);
        assertTrue(filter.startsWith("what is needed is there, so a seccomp filter"), filter);
    }

    @Test
    void an_agent_that_is_not_root_is_told_what_switches_its_nsenter_on() {
        ProcessStatus guest = process(0, 0, Privileges.DEFAULT, false);
        String group = of(process(1234, 1234, ALL, false), guest, OptionalLong.of(0));
        assertTrue(group.startsWith("in the agent container: securityContext: {runAsGroup: 0}"), group);
        String escalation = of(process(1000, 0, ALL, true), guest, NO_GROUP);
        assertTrue(escalation.contains("{allowPrivilegeEscalation: true}"), escalation);
        assertEquals(
                "in the agent container: securityContext: {capabilities: {add: [SYS_PTRACE, SYS_ADMIN]}}",
                of(process(1000, 0, Privileges.DEFAULT, false), guest, NO_GROUP));
        String file = of(process(1000, 0, ALL, false), guest, NO_GROUP);
        assertTrue(file.contains("Dockerfile.agent"), file);
    }

    /** GoCD's images are user 1000 and group 0. */
    @Test
    void a_guest_that_only_has_another_group_is_given_the_agents() {
        assertEquals(
                "in the guest container: securityContext: {runAsGroup: 0}, the agent's",
                of(
                        process(1000, 0, with(Capability.SYS_ADMIN), false),
                        process(1000, 1000, Set.of(), false),
                        NO_GROUP));
    }

    private static String of(ProcessStatus agent, ProcessStatus guest, OptionalLong group) {
        return EntryAdvice.of(Way.NSENTER, agent, guest, group).text();
    }

    private static ProcessStatus process(long uid, long gid, Set<Capability> bounding, boolean noNewPrivs) {
        return Processes.process(uid, gid, uid == 0 ? bounding : Set.of(), bounding, noNewPrivs);
    }
}
