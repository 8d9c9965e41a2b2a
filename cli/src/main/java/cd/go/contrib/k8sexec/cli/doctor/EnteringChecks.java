package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Nsenter;
import cd.go.contrib.k8sexec.cli.enter.Privileges;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.Mount;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether the agent may enter the guest, by the way that is taken. What another way lacks is a warning at most: it may
 * be needed for another guest.
 */
final class EnteringChecks {
    static final String INSTALL = "in the agent's Dockerfile: RUN apt-get update && apt-get install -y util-linux "
            + "(Alpine: apk add util-linux)";

    /** Of all checks, in their order. */
    static final String[] IDS = {"nsenter", "capabilities", "file-capabilities", "no-new-privs", "seccomp"};

    private static final String FILE_CAPABILITIES = "file-capabilities";
    private static final String NO_NEW_PRIVS = "no-new-privs";
    private static final Pattern VERSION = Pattern.compile("(util-linux|BusyBox|k8s-exec) v?([\\w.-]+)");

    private final ProcFs proc;
    private final ProcessStatus agent;
    private final boolean byNsenter;
    private final Optional<Nsenter> nsenter;
    /** Why there is no nsenter; else null. */
    private final K8sExecException missing;

    private final Target target;
    private final Set<Capability> needed;
    private final FileCapabilities file;

    /**
     * @param path        the agent's PATH, or null
     * @param target      or null
     * @param changesUser whether the script runs as another user than the agent
     */
    static EnteringChecks of(
            Entry entry, String path, ProcFs proc, ProcessStatus agent, Target target, boolean changesUser) {
        Optional<Nsenter> nsenter = Optional.empty();
        K8sExecException missing = null;
        try {
            nsenter = Optional.of(Nsenter.find(path));
        } catch (K8sExecException e) {
            missing = e;
        }
        boolean byNsenter = entry.name().equals(Way.NSENTER.text());
        return new EnteringChecks(byNsenter, nsenter, missing, proc, agent, target, changesUser);
    }

    private EnteringChecks(
            boolean byNsenter,
            Optional<Nsenter> nsenter,
            K8sExecException missing,
            ProcFs proc,
            ProcessStatus agent,
            Target target,
            boolean changesUser) {
        this.byNsenter = byNsenter;
        this.nsenter = nsenter;
        this.missing = missing;
        this.proc = proc;
        this.agent = agent;
        this.target = target;
        this.needed =
                Privileges.needed(Way.SETNS, Platform.CURRENT.isNative(), agent, guest().orElse(agent), changesUser);
        this.file = isRoot() || nsenter.isEmpty()
                ? FileCapabilities.NONE
                : FileCapabilities.of(nsenter.get().program()).orElse(null);
    }

    /** Whether there is what the way takes, so that it can be tried. */
    boolean mayBeTried() {
        return !byNsenter || nsenter.isPresent();
    }

    List<Check> all() {
        if (!mayBeTried()) {
            List<Check> checks = new ArrayList<>(List.of(Check.failure(IDS[0], missing.finding(), INSTALL)));
            Stream.of(IDS).skip(1).forEach(id -> checks.add(Check.skipped(id, "there is no nsenter")));
            return checks;
        }
        Check capabilities = capabilities();
        Check fileCapabilities = fileCapabilities();
        Check noNewPrivs = noNewPrivs();
        boolean mayEnter = List.of(capabilities, fileCapabilities, noNewPrivs).stream()
                .noneMatch(check -> check.status() == Check.Status.FAILURE);
        Check flavour = flavour(capabilities);
        boolean known = flavour.status() == Check.Status.OK;
        return List.of(flavour, capabilities, fileCapabilities, noNewPrivs, seccomp(mayEnter, known));
    }

    /**
     * Whether the trial's sh may not be the guest's: some builds of BusyBox run themselves for a program that they
     * have, in whatever file system, and call it by its name alone.
     */
    boolean mayHaveRunAnotherSh(TrialRun trial) {
        return byNsenter
                && nsenter.filter(Nsenter::busyBox).isPresent()
                && trial.found("sh").filter(path -> path.startsWith("/")).isEmpty();
    }

    private Check flavour(Check capabilities) {
        if (nsenter.isEmpty()) {
            return Check.skipped(
                    "nsenter", "there is none along the agent's PATH, and setns, which is tried first, needs none");
        }
        String program = nsenter.get().program().toString();
        Optional<AgentProgram.Output> output = AgentProgram.run(program, "--version");
        if (output.isEmpty() && capabilities.status() == Check.Status.FAILURE && file != null && file.effective()) {
            return Check.skipped(
                    "nsenter",
                    program
                            + " cannot be run as long as its file has capabilities that the container lacks "
                            + "(execve(2), EPERM)");
        }
        if (output.isEmpty()) {
            String finding = program + " cannot be run";
            String remedy = "make it executable for the agent's user: chmod 755 " + program;
            return byNsenter
                    ? Check.failure("nsenter", finding, remedy)
                    : Check.warning("nsenter", finding + ", and a guest that setns cannot enter needs it", remedy);
        }
        Matcher version = VERSION.matcher(output.get().text());
        if (!version.find()) {
            return Check.warning(
                    "nsenter",
                    program + " tells no version that is known: "
                            + K8sExecException.quoted(output.get().text().strip()),
                    INSTALL);
        }
        String found = program + ", " + version.group();
        Set<Namespace> out = EnumSet.noneOf(Namespace.class);
        if (version.group(1).equals("BusyBox") && target != null) {
            target.namespaces().stream()
                    .filter(namespace -> !namespace.inBusyBox())
                    .forEach(out::add);
        }
        return out.isEmpty()
                ? Check.ok("nsenter", found + "; it has all that this guest takes")
                : Check.warning(
                        "nsenter",
                        found + ", cannot enter the guest's "
                                + out.stream().map(Namespace::fileName).collect(Collectors.joining(" and "))
                                + " namespace: the script stays in the agent's",
                        INSTALL);
    }

    /** The limits of all that the container may get, which only the Pod can change. */
    private Check capabilities() {
        Set<Capability> there = isRoot() ? agent.ofRootsProgram() : Privileges.union(agent.bounding(), agent.ambient());
        Set<Capability> wanted =
                isRoot() || file == null || !file.effective() ? needed : Privileges.union(needed, file.permitted());
        Set<Capability> missing = Privileges.missing(wanted, there);
        String sets = "; effective: " + Privileges.describe(agent.effective()) + "; bounding: "
                + Privileges.describe(agent.bounding()) + "; ambient: " + Privileges.describe(agent.ambient());
        if (missing.isEmpty()) {
            return Check.ok("capabilities", Privileges.names(needed) + " " + reason() + sets);
        }
        Set<Capability> add = Privileges.missing(wanted, Privileges.missing(Privileges.DEFAULT, missing));
        return Check.failure(
                "capabilities",
                "the agent container lacks " + Privileges.names(missing) + ": " + Privileges.names(wanted) + " "
                        + reason() + sets,
                Privileges.adding(add));
    }

    /** Why so many are needed. */
    private String reason() {
        Optional<ProcessStatus> guest = guest();
        if (guest.isEmpty()) {
            return "are needed for a guest of the agent's own user";
        }
        String user = guest.get().uid() + ":" + guest.get().gid();
        return "are needed for this guest (user " + user
                + (!needed.contains(Capability.SYS_PTRACE)
                        ? ""
                        : user.equals(agent.uid() + ":" + agent.gid())
                                ? ", with more capabilities"
                                : ", not " + agent.uid() + ":" + agent.gid())
                + ")";
    }

    private Check fileCapabilities() {
        if (isRoot()) {
            return Check.ok(FILE_CAPABILITIES, "not needed: the agent is root");
        }
        String program = nsenter.get().program().toString();
        if (agent.ambient().containsAll(needed)) {
            return Check.ok(FILE_CAPABILITIES, "not needed: the agent hands its own on, as ambient capabilities");
        }
        OptionalLong group = Nsenter.groupOfPrivileged();
        if (group.isPresent()) {
            return Check.failure(
                    FILE_CAPABILITIES,
                    "the agent is user " + agent.uid() + ":" + agent.gid() + ", and only group " + group.getAsLong()
                            + " may run the nsenter which has the capabilities",
                    Remedy.of(PodChange.ofAgent("runAsGroup", group.getAsLong())));
        }
        if (file == null) {
            return Check.skipped(
                    FILE_CAPABILITIES, "those of " + program + " cannot be read (this build needs getcap for that)");
        }
        String remedy = "in the agent's Dockerfile: RUN setcap "
                + needed.stream()
                        .map(capability -> "cap_" + capability.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(","))
                + "+ep " + program;
        Set<Capability> missing = Privileges.missing(needed, file.permitted());
        if (!missing.isEmpty() || !file.effective()) {
            return Check.failure(
                    FILE_CAPABILITIES,
                    "the agent is user " + agent.uid() + ", not root, and the file " + program + " gives no "
                            + Privileges.names(missing.isEmpty() ? needed : missing)
                            + (missing.isEmpty() ? " that is effective" : ""),
                    remedy);
        }
        if (Mount.holding(program, proc.mounts("self"))
                .filter(mount -> mount.options().contains("nosuid"))
                .isPresent()) {
            return Check.failure(
                    FILE_CAPABILITIES,
                    program + " lies on a file system that is mounted nosuid, where its capabilities do not count",
                    "put nsenter into the agent's image, not onto a volume");
        }
        return Check.ok(FILE_CAPABILITIES, program + " has " + Privileges.names(file.permitted()));
    }

    private Check noNewPrivs() {
        if (!agent.noNewPrivs()) {
            return Check.ok(NO_NEW_PRIVS, "off");
        }
        if (isRoot() || agent.ambient().containsAll(needed)) {
            return Check.ok(NO_NEW_PRIVS, "on, which does no harm: nsenter needs no file capabilities");
        }
        return Check.failure(
                NO_NEW_PRIVS,
                "on, which switches file capabilities off, and the agent (user " + agent.uid()
                        + ") needs them on nsenter",
                Remedy.of(PodChange.ofAgent("allowPrivilegeEscalation", true)));
    }

    /** A filter's rules cannot be read, so setns(2) is tried: into the namespace in which the agent is anyway. */
    private Check seccomp(boolean mayEnter, boolean nsenterRuns) {
        String mode = ChrootChecks.seccompMode(agent);
        if (!mayEnter) {
            return Check.skipped(
                    "seccomp", mode + "; whether it lets setns through shows once the privileges are there");
        }
        if (!nsenterRuns && !byNsenter) {
            return Check.skipped("seccomp", mode + "; the trial shows whether it lets setns through");
        }
        String program = nsenter.get().program().toString();
        Optional<AgentProgram.Output> output = AgentProgram.run(
                program, "-t", String.valueOf(ProcessHandle.current().pid()), "-m", "--", program, "--version");
        // BusyBox has no --version, and says so
        if (output.filter(tried -> VERSION.matcher(tried.text()).find()).isPresent()) {
            return Check.ok("seccomp", mode + (agent.seccomp() == 0 ? "" : ", and lets setns through"));
        }
        return Check.failure(
                "seccomp",
                "setns is refused in spite of the privileges, by a seccomp filter, AppArmor or SELinux (" + mode + "): "
                        + output.map(AgentProgram.Output::lastLine).orElse("nsenter cannot be run"),
                Remedy.of(PodChange.ofAgent("seccompProfile.type", "RuntimeDefault")));
    }

    private boolean isRoot() {
        return agent.uid() == 0;
    }

    private Optional<ProcessStatus> guest() {
        return Optional.ofNullable(target).flatMap(found -> proc.status(found.pid()));
    }
}
