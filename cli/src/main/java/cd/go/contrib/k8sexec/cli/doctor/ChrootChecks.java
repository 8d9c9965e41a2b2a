package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Privileges;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether the agent may enter the guest by chroot(2): the same checks as for the other ways, by their names. */
record ChrootChecks(ProcessStatus agent, Optional<ProcessStatus> guest, Set<Capability> needed) {

    private static final String[] SECCOMP = {"no filter", "strict mode", "a filter is on"};

    List<Check> all() {
        return List.of(
                Check.skipped("nsenter", "not needed: the guest is entered by chroot"),
                capabilities(),
                isRoot()
                        ? Check.ok("file-capabilities", "not needed: the agent is root")
                        : Check.failure(
                                "file-capabilities",
                                "the agent is user " + agent.uid() + ", not root, and chroot takes root",
                                Privileges.AS_ROOT),
                Check.ok("no-new-privs", agent.noNewPrivs() ? "on, which does no harm: no program is needed" : "off"),
                Check.skipped("seccomp", seccompMode(agent) + "; the trial shows whether it lets chroot through"));
    }

    private Check capabilities() {
        Set<Capability> missing = Privileges.missing(needed, agent.effective());
        String why = Privileges.names(needed) + " are needed for chroot into this guest"
                + guest.map(process -> " (user " + process.uid() + ":" + process.gid() + ")")
                        .orElse("") + "; effective: " + Privileges.describe(agent.effective());
        return missing.isEmpty() || !isRoot()
                ? Check.ok("capabilities", why)
                : Check.failure(
                        "capabilities",
                        "the agent container lacks " + Privileges.names(missing) + ": " + why,
                        Privileges.adding(missing));
    }

    static String seccompMode(ProcessStatus agent) {
        return SECCOMP[Math.min(agent.seccomp(), SECCOMP.length - 1)];
    }

    private boolean isRoot() {
        return agent.uid() == 0;
    }
}
