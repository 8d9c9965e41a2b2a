package cd.go.contrib.k8sexec.cli.enter;

import static cd.go.contrib.k8sexec.cli.enter.Processes.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrivilegesTest {
    private static final Set<Capability> AGENTS = with(Capability.SYS_ADMIN);

    @Test
    void a_guest_of_the_agents_user_with_no_more_capabilities_takes_sys_admin_and_sys_chroot() {
        assertEquals(
                Set.of(Capability.SYS_ADMIN, Capability.SYS_CHROOT),
                Privileges.needed(Way.SETNS, false, process(0, 0, AGENTS), process(0, 0, Privileges.DEFAULT), false));
        assertEquals(
                Set.of(Capability.SYS_ADMIN, Capability.SYS_CHROOT),
                Privileges.needed(
                        Way.SETNS, false, process(1000, 1000, Set.of()), process(1000, 1000, Set.of()), false));
    }

    @Test
    void a_guest_of_another_user_or_group_or_with_more_capabilities_takes_sys_ptrace_too() {
        Set<Capability> all = Set.of(Capability.SYS_ADMIN, Capability.SYS_CHROOT, Capability.SYS_PTRACE);

        assertEquals(
                all, Privileges.needed(Way.SETNS, false, process(0, 0, AGENTS), process(1000, 0, Set.of()), false));
        assertEquals(
                all,
                Privileges.needed(Way.SETNS, false, process(1000, 0, Set.of()), process(1000, 1000, Set.of()), false));
        assertEquals(
                all,
                Privileges.needed(
                        Way.SETNS, false, process(0, 0, AGENTS), process(0, 0, with(Capability.NET_ADMIN)), false));
        // drop: [ALL], add: [SYS_ADMIN, SYS_CHROOT]
        assertEquals(
                all,
                Privileges.needed(
                        Way.SETNS, false, process(0, 0, Privileges.SETNS), process(0, 0, Privileges.DEFAULT), false));
        assertEquals(
                all,
                Privileges.needed(
                        Way.SETNS, false, process(1000, 1000, Set.of()), process(0, 0, Privileges.DEFAULT), false));
    }

    @Test
    void to_become_another_user_takes_two_more() {
        assertEquals(
                Set.of(Capability.SYS_ADMIN, Capability.SYS_CHROOT, Capability.SETUID, Capability.SETGID),
                Privileges.needed(Way.SETNS, false, process(0, 0, AGENTS), process(0, 0, Privileges.DEFAULT), true));
    }

    @Test
    void sets_are_described_as_a_difference_to_what_a_container_has() {
        assertEquals("none", Privileges.describe(Set.of()));
        assertEquals("all", Privileges.describe(EnumSet.allOf(Capability.class)));
        assertEquals("Kubernetes' default", Privileges.describe(Privileges.DEFAULT));
        assertEquals("Kubernetes' default with SYS_ADMIN", Privileges.describe(AGENTS));
        assertEquals("SYS_CHROOT, SYS_ADMIN", Privileges.describe(Privileges.SETNS));
        Set<Capability> less = EnumSet.copyOf(Privileges.DEFAULT);
        less.remove(Capability.KILL);
        assertEquals("Kubernetes' default without KILL", Privileges.describe(less));
    }

    private static ProcessStatus process(long uid, long gid, Set<Capability> permitted) {
        return Processes.process(uid, gid, permitted, permitted, false);
    }
}
