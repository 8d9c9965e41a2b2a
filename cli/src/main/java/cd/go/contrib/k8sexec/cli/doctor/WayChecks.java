package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Nsenter;
import cd.go.contrib.k8sexec.cli.enter.Privileges;
import cd.go.contrib.k8sexec.cli.enter.Ways;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * For each way whether it leads into the guest here, and what it lacks.
 *
 * @param guest       empty if there is none
 * @param changesUser whether the script runs as another user than the agent
 * @param path        the agent's PATH, or null
 */
record WayChecks(ProcessStatus agent, Optional<ProcessStatus> guest, boolean changesUser, String path) {
    private static final String ID = "way-";

    /** Has a script run in the guest, by a way. */
    interface Trial {
        /** @return what was wrong, empty if it ran */
        Optional<String> run(Way way) throws InterruptedException;
    }

    /** @param target or null */
    static WayChecks of(ProcFs proc, ProcessStatus agent, Target target, boolean changesUser, String path) {
        Optional<ProcessStatus> guest = Optional.ofNullable(target).flatMap(found -> proc.status(found.pid()));
        return new WayChecks(agent, guest, changesUser, path);
    }

    /** What the way that is asked for takes, or the one that is taken if none is. */
    List<Check> chosen(Way asked, EnteringChecks entering) {
        if (taken(asked) == Way.CHROOT) {
            return new ChrootChecks(agent, guest, needed(Way.CHROOT)).all();
        }
        // if setns is refused in spite of all, chroot is taken
        boolean another = asked == Way.AUTO && mayChroot();
        return entering.all().stream()
                .map(check -> another ? check.asWarning() : check)
                .toList();
    }

    /** The way that is taken, as far as that depends on privileges. */
    private Way taken(Way asked) {
        List<Way> tried = asked == Way.AUTO ? Ways.tried(Platform.CURRENT, Optional.of(agent)) : List.of(asked);
        return tried.stream().filter(way -> lacks(way).isEmpty()).findFirst().orElse(tried.get(tried.size() - 1));
    }

    /** Whether chroot leads in if setns is refused. */
    private boolean mayChroot() {
        return Ways.tried(Platform.CURRENT, Optional.of(agent)).contains(Way.CHROOT)
                && lacks(Way.CHROOT).isEmpty();
    }

    /**
     * One for each way, and what the Pod could do without.
     *
     * @param taken the way that the trial took, empty where it did not run
     * @param trial for the other ways
     */
    List<Check> all(Optional<Way> taken, Trial trial) throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        for (Way way : List.of(Way.SETNS, Way.NSENTER, Way.CHROOT)) {
            checks.add(taken.filter(way::equals).isPresent() ? works(way, ", and is taken") : check(way, taken, trial));
        }
        boolean chrootWorks = checks.get(checks.size() - 1).status() == Check.Status.OK;
        checks.add(Check.skipped(ID + Way.RELAY.text(), "GO_K8S_RELAY is not set, so the guest has no relay"));
        checks.add(taken.map(way -> Spare.of(
                        agent, way, needed(way), chrootWorks ? Optional.of(needed(Way.CHROOT)) : Optional.empty()))
                .orElseGet(() -> Check.skipped(Spare.ID, "it is not known which way will be taken")));
        return checks;
    }

    private Check check(Way way, Optional<Way> taken, Trial trial) throws InterruptedException {
        Optional<String> lacks = lacks(way);
        if (lacks.isEmpty() && taken.isEmpty()) {
            return Check.skipped(ID + way.text(), "the agent may take it; whether it works shows once a script runs");
        }
        Optional<String> wrong = lacks.isPresent() ? lacks : trial.run(way);
        return wrong.isPresent()
                ? Check.skipped(ID + way.text(), "does not lead into this guest: " + wrong.get())
                : works(way, "");
    }

    private Check works(Way way, String more) {
        return Check.ok(ID + way.text(), "works here" + more + "; it takes " + Privileges.names(needed(way)));
    }

    private Set<Capability> needed(Way way) {
        return Privileges.needed(way, Platform.CURRENT.isNative(), agent, guest.orElse(agent), changesUser);
    }

    /** What is missing for a way, in words. */
    private Optional<String> lacks(Way way) {
        if (way == Way.NSENTER) {
            return nsenterLacks();
        }
        if (!Platform.CURRENT.isNative()) {
            return Optional.of("this is the JVM build");
        }
        return Ways.isDirect(Platform.CURRENT)
                ? lacks(way, agent.effective())
                : Optional.of("the agent is user " + agent.uid() + ", not root");
    }

    private Optional<String> nsenterLacks() {
        try {
            Nsenter nsenter = Nsenter.find(path);
            if (agent.uid() == 0) {
                return lacks(Way.NSENTER, agent.ofRootsProgram());
            }
            Set<Capability> file = agent.noNewPrivs()
                    ? Set.of()
                    : FileCapabilities.of(nsenter.program())
                            .orElse(FileCapabilities.NONE)
                            .permitted();
            return agent.ambient().containsAll(needed(Way.NSENTER)) ? Optional.empty() : lacks(Way.NSENTER, file);
        } catch (K8sExecException e) {
            return Optional.of(e.what());
        }
    }

    private Optional<String> lacks(Way way, Set<Capability> there) {
        Set<Capability> missing = Privileges.missing(needed(way), there);
        return missing.isEmpty() ? Optional.empty() : Optional.of("it lacks " + Privileges.names(missing));
    }
}
