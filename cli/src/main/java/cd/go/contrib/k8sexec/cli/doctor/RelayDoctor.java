package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.Containers;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.protocol.Way;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What doctor looks at where the guest has a relay: no privilege, and nothing of the guest's in /proc. */
record RelayDoctor(ProcFs proc, ProcessStatus agent, Settings settings, Events events, Consumer<Check> checks) {

    /** What can only be looked at by a script that runs in the guest. */
    private static final List<String> BY_TRIAL = List.of("shells", "script-user", "trial");
    /** What needs the guest, and the place of the volume there. */
    private static final List<String> OF_VOLUME = Stream.concat(
                    Stream.of(IdentityCheck.ID, GuestChecks.ENVIRONMENT), BY_TRIAL.stream())
            .toList();

    /**
     * @return the way by which a script has run in the guest; empty if none has
     * @throws Canceled by a signal
     */
    Optional<Way> examine(Entry entry) throws InterruptedException {
        Guest guest;
        try {
            guest = settings.guest(entry);
        } catch (K8sExecException e) {
            checks.accept(Check.failure("target", e));
            skip("there is no guest", List.of(VolumeChecks.SHARED_ROOT));
            skip("there is no guest", OF_VOLUME);
            return Optional.empty();
        }
        checks.accept(Check.ok("target", guest.describe()));
        User user;
        Path sharedRoot;
        String containerRoot;
        try {
            sharedRoot = settings.sharedRoot();
            containerRoot = settings.containerRoot(guest);
            checks.accept(Check.ok(
                    VolumeChecks.SHARED_ROOT, sharedRoot + " in the agent, " + containerRoot + " in the guest"));
        } catch (K8sExecException e) {
            checks.accept(Check.failure(VolumeChecks.SHARED_ROOT, e));
            skip("the shared root is not known", OF_VOLUME);
            return Optional.empty();
        }
        checks.accept(IdentityCheck.of(proc, settings.environment(), sharedRoot));
        checks.accept(
                guest.environment().isPresent()
                        ? Check.ok(GuestChecks.ENVIRONMENT, "the relay has sent it")
                        : Check.warning(GuestChecks.ENVIRONMENT, "the relay could not send it", guest.unreadable()));
        try {
            user = settings.user(guest);
        } catch (K8sExecException e) {
            checks.accept(Check.failure("script-user", e));
            skip("a script cannot be run for the reasons above", List.of("shells", "trial"));
            return Optional.empty();
        }
        TrialRun trial = TrialRun.run(proc, sharedRoot, containerRoot, guest, entry, user, events);
        trial(trial, user, entry, sharedRoot);
        return trial.outcome().map(ran -> Way.RELAY);
    }

    private void skip(String reason, List<String> ids) {
        ids.forEach(id -> checks.accept(Check.skipped(id, reason)));
    }

    private void trial(TrialRun trial, User user, Entry entry, Path sharedRoot) {
        if (trial.outcome().isPresent()) {
            checks.accept(Check.ok(
                    "shells",
                    Stream.of("sh", "bash", "zsh")
                            .map(shell -> trial.found(shell).orElse("no " + shell))
                            .collect(Collectors.joining(", "))));
            checks.accept(scriptUser(trial, user.change().orElseThrow(), sharedRoot));
        } else {
            skip("the trial did not run", List.of("shells", "script-user"));
        }
        checks.accept(trial.check(false, entry.name()));
        checks.accept(
                trial.outcome().isPresent()
                        ? Check.ok("way-" + entry.name(), "works here, and is taken; it takes no capability")
                        : Check.skipped("way-" + entry.name(), "the trial did not run"));
        skip("a relay is the way as long as GO_K8S_RELAY is set", List.of("way-setns", "way-nsenter", "way-chroot"));
        checks.accept(Spare.ofRelay(agent, !new Containers(proc).isAgentAlone()));
    }

    /** Two users have to let each other write and delete: by a group that both have, and by the umask. */
    private Check scriptUser(TrialRun trial, Identity guest, Path sharedRoot) {
        String finding = "scripts run as " + guest.uid() + ":" + guest.gid() + " with umask "
                + trial.found("umask").orElse("?") + ", the agent is " + agent.uid() + ":" + agent.gid();
        boolean writes = trial.found("writable").equals(Optional.of("yes"));
        if (writes && (guest.uid() == agent.uid() || agent.effective().contains(Capability.DAC_OVERRIDE))) {
            return Check.ok("script-user", finding + " and can delete what they leave");
        }
        Remedy remedy = Remedy.of(PodChange.of(PodChange.In.POD, "securityContext.fsGroup", 1000))
                .between("run both as one user (runAsUser), or ", ", and start the agent with umask 002");
        if (!writes) {
            return Check.warning("script-user", finding + "; they cannot write to " + sharedRoot, remedy);
        }
        List<Long> groups =
                Stream.concat(guest.groups().stream(), Stream.of(guest.gid())).toList();
        boolean shared = agent.groups().stream().anyMatch(groups::contains) || groups.contains(agent.gid());
        boolean open = trial.found("umask")
                .filter(umask -> umask.matches("0*0?0[0-7]"))
                .isPresent();
        return shared && open
                ? Check.ok("script-user", finding + " and can delete what they leave, by a group of both")
                : Check.warning(
                        "script-user",
                        finding + ": the agent cannot delete what they leave in folders of their own",
                        remedy);
    }
}
