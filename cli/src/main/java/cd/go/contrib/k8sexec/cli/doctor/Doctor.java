package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Privileges;
import cd.go.contrib.k8sexec.cli.enter.ProcGuest;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Way;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks at every precondition of a run, each on its own, and then really runs a script. What cannot be looked at is
 * skipped, with the reason.
 */
public final class Doctor {
    /** The trial is a script of sh. */
    private static final Set<ErrorId> NO_SH = Set.of(ErrorId.SH_MISSING, ErrorId.SHELL_MISSING);

    private final ProcFs proc;
    private final Settings settings;
    private final Events events;
    private final Consumer<Check> checks;
    private boolean failed;
    private Optional<Way> taken = Optional.empty();

    /**
     * @param events what happens to this process meanwhile
     * @param checks gets them, in the order in which they are made
     */
    public Doctor(ProcFs proc, Settings settings, Events events, Consumer<Check> checks) {
        this.proc = proc;
        this.settings = settings;
        this.events = events;
        this.checks = check -> {
            failed |= check.status() == Check.Status.FAILURE;
            checks.accept(check);
        };
    }

    /**
     * Ends within some seconds, whatever is wrong.
     *
     * @throws Canceled by a signal
     */
    public void examine() throws InterruptedException {
        ProcessStatus agent = proc.status("self").orElse(null);
        if (agent == null) {
            checks.accept(Check.failure(
                    "proc",
                    proc.root() + " cannot be read, so no process can be found",
                    "mount procfs there: it is in every container"));
            return;
        }
        checks.accept(SettingsCheck.of(settings.environment()));
        Optional<Entry> relay;
        try {
            relay = relay();
        } catch (K8sExecException e) {
            // no other check is about this way
            checks.accept(Check.failure("enter", e));
            return;
        }
        if (relay.isPresent()) {
            taken = new RelayDoctor(proc, agent, settings, events, checks).examine(relay.get());
            return;
        }
        checks.accept(SharedProcessesCheck.of(proc));
        Target target = target();
        User user = null;
        Check wrongUser = null;
        try {
            user = target == null ? null : settings.user(target);
        } catch (K8sExecException e) {
            wrongUser = Check.failure("script-user", e);
        }
        Entry entry = entry();
        boolean changesUser = user != null && user.change().isPresent();
        String path = settings.environment().get("PATH");
        WayChecks ways = WayChecks.of(proc, agent, target, changesUser, path);
        EnteringChecks entering =
                entry == null ? null : EnteringChecks.of(entry, path, proc, agent, target, changesUser);
        if (entering != null) {
            ways.chosen(settings.way(), entering).forEach(checks);
        }
        Path sharedRoot = volume(target);
        if (target == null) {
            skip("there is no guest", GuestChecks.ENVIRONMENT, GuestChecks.MEMORY, GuestChecks.CPU);
        } else {
            new GuestChecks(proc, target).all().forEach(checks);
        }
        checks.accept(
                target == null || sharedRoot == null
                        ? Check.skipped(IdentityCheck.ID, "there is no guest with the shared volume")
                        : IdentityCheck.of(proc, settings.environment(), sharedRoot, settings.containerRoot(), target));
        if (target == null || user == null || entering == null || !entering.mayBeTried() || sharedRoot == null) {
            String reason = "a script cannot be run for the reasons above";
            skip(reason, "shells");
            checks.accept(wrongUser == null ? Check.skipped("script-user", reason) : wrongUser);
            skip(reason, ScriptChecks.HOME, ScriptChecks.JAVA, "trial");
            ways.all(Optional.empty(), way -> Optional.empty()).forEach(checks);
        } else {
            taken = trial(agent, target, user, entry, entering, sharedRoot);
            User scripts = user;
            WayChecks.Trial other = way -> {
                Entry entered = settings.entry(way);
                Check check = TrialRun.run(
                                proc,
                                sharedRoot,
                                settings.containerRoot(),
                                new ProcGuest(target, proc),
                                entered,
                                scripts,
                                events)
                        .check(false, way.text());
                return check.status() == Check.Status.OK ? Optional.empty() : Optional.of(check.finding());
            };
            ways.all(taken, other).forEach(checks);
        }
    }

    /** The way by which a script has run in the guest; empty if none has. */
    public Optional<Way> taken() {
        return taken;
    }

    /**
     * The way, if it goes by relay.
     *
     * @throws K8sExecException if it is asked for, and not possible
     */
    private Optional<Entry> relay() {
        boolean asked = false;
        try {
            asked = settings.way() == Way.RELAY;
            return Optional.of(settings.entry(settings.way()))
                    .filter(entry -> entry.name().equals(Way.RELAY.text()));
        } catch (K8sExecException e) {
            if (asked || e.id() == ErrorId.NATIVE_ONLY) {
                throw e;
            }
            // it is told where the way is looked at
            return Optional.empty();
        }
    }

    private void skip(String reason, String... ids) {
        Stream.of(ids).forEach(id -> checks.accept(Check.skipped(id, reason)));
    }

    private Target target() throws InterruptedException {
        try {
            Target target = settings.target();
            checks.accept(TargetCheck.of(target));
            return target;
        } catch (K8sExecException e) {
            checks.accept(TargetCheck.of(proc, e));
            return null;
        }
    }

    /** Null if it is not known how to enter. */
    private Entry entry() {
        try {
            return settings.entry(settings.way());
        } catch (K8sExecException e) {
            checks.accept(Check.failure("enter", e));
            skip("it is not known how to enter the guest", EnteringChecks.IDS);
            return null;
        }
    }

    /** Empty-handed if there is no volume to put a script into. */
    private Path volume(Target target) {
        Path sharedRoot;
        String containerRoot;
        try {
            sharedRoot = settings.sharedRoot();
            containerRoot = settings.containerRoot();
        } catch (K8sExecException e) {
            checks.accept(VolumeChecks.unset(e, proc, target));
            skip(
                    "the shared root is not known",
                    VolumeChecks.CONTAINER_ROOT,
                    VolumeChecks.MOUNT_OPTIONS,
                    VolumeChecks.FREE_SPACE,
                    VolumeChecks.WRITABLE);
            return null;
        }
        List<Check> found = new VolumeChecks(proc, sharedRoot, target).all(containerRoot);
        found.forEach(checks);
        return found.stream().anyMatch(check -> check.status() == Check.Status.FAILURE) ? null : sharedRoot;
    }

    /** @return the way that it took, empty where it did not run */
    private Optional<Way> trial(
            ProcessStatus agent, Target target, User user, Entry entry, EnteringChecks entering, Path sharedRoot)
            throws InterruptedException {
        TrialRun trial = TrialRun.run(
                proc, sharedRoot, settings.containerRoot(), new ProcGuest(target, proc), entry, user, events);
        boolean ran = trial.outcome().isPresent();
        if (trial.error() != null && NO_SH.contains(trial.error().id())) {
            checks.accept(Check.failure("shells", trial.error().finding(), "use a guest image with a shell"));
        } else if (ran) {
            checks.accept(shells(trial, entering));
        } else {
            skip("the trial did not run", "shells");
        }
        if (ran) {
            checks.accept(scriptUser(agent, user, trial));
            checks.accept(
                    ScriptChecks.home(trial, user.change().map(Identity::uid).orElse(agent.uid())));
            checks.accept(ScriptChecks.java(trial, proc));
        } else {
            skip("the trial did not run", "script-user", ScriptChecks.HOME, ScriptChecks.JAVA);
        }
        checks.accept(trial.check(failed, entry.name()));
        return Stream.of(Way.values())
                .filter(way -> ran && way.text().equals(entry.name()))
                .findFirst();
    }

    private static Check shells(TrialRun trial, EnteringChecks entering) {
        String found = Stream.of("sh", "bash", "zsh")
                .map(shell -> trial.found(shell).orElse("no " + shell))
                .collect(Collectors.joining(", "));
        return entering.mayHaveRunAnotherSh(trial)
                ? Check.warning(
                        "shells",
                        found + ": sh is not the guest's, but the agent's BusyBox, which prefers its own",
                        EnteringChecks.INSTALL)
                : Check.ok("shells", found);
    }

    private Check scriptUser(ProcessStatus agent, User user, TrialRun trial) {
        long uid = user.change().map(owner -> owner.uid()).orElse(agent.uid());
        long gid = user.change().map(owner -> owner.gid()).orElse(agent.gid());
        String finding = "scripts run as " + uid + ":" + gid + " with umask "
                + trial.found("umask").orElse("?") + ", the agent is " + agent.uid() + ":" + agent.gid();
        Optional<String> writable = trial.found("writable");
        if (writable.isEmpty()) {
            return Check.skipped(
                    "script-user", finding + "; the trial did not tell whether they can write to the shared volume");
        }
        if (writable.get().equals("no")) {
            return Check.warning(
                    "script-user",
                    finding + "; they cannot write to the shared volume",
                    "chown " + uid + ":" + gid + " "
                            + K8sExecException.quoted(settings.sharedRoot().toString()));
        }
        if (uid != agent.uid() && !agent.effective().contains(Capability.DAC_OVERRIDE)) {
            return Check.warning(
                    "script-user",
                    finding + ", without DAC_OVERRIDE: it cannot delete what they leave in folders of their own",
                    agent.uid() == 0
                            ? Privileges.adding(EnumSet.of(Capability.DAC_OVERRIDE))
                            : Remedy.of("leave --user and GO_K8S_USER unset"));
        }
        return Check.ok("script-user", finding + " and can delete what they leave");
    }
}
