package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.GuestEnvironment;
import cd.go.contrib.k8sexec.cli.enter.GuestFiles;
import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Limits;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What of the two containers does not stop a script, but surprises people. */
final class GuestChecks {
    static final String ENVIRONMENT = "guest-environment";
    static final String MEMORY = "memory-limit";
    static final String CPU = "cpu-limit";

    /** The one secret among what the elastic agent plugin sets in each container. */
    private static final String KEY = "GO_EA_AUTO_REGISTER_KEY";

    private final ProcFs proc;
    private final Target target;

    GuestChecks(ProcFs proc, Target target) {
        this.proc = proc;
        this.target = target;
    }

    List<Check> all() {
        return List.of(
                environment(),
                limit(MEMORY, "memory", Limits::memoryLimit, Sizes::bytes),
                limit(CPU, "cpu", Limits::milliCpus, milliCpus -> milliCpus + "m"));
    }

    /** k8s-exec keeps it from scripts; but a script can read the environment of another process of its user. */
    private Check environment() {
        Optional<byte[]> environment =
                GuestFiles.of(target, proc, Platform.CURRENT).environment();
        if (environment.isEmpty()) {
            return Check.skipped(
                    ENVIRONMENT,
                    "the agent may not read the guest's environment, so scripts get GoCD's variables and a "
                            + "standard PATH only");
        }
        if (GuestEnvironment.isOverwritten(environment.get())) {
            return Check.failure(
                    ENVIRONMENT,
                    "the guest's main process (" + target.process().command() + ") has written its title over its own "
                            + "environment, so scripts get GoCD's variables and a standard PATH only",
                    GuestEnvironment.KEEPS_ENVIRONMENT);
        }
        boolean hasKey = Stream.of(new String(environment.get(), StandardCharsets.ISO_8859_1).split("\0"))
                .anyMatch(entry -> entry.startsWith(KEY + "="));
        return hasKey
                ? Check.warning(
                        ENVIRONMENT,
                        "the guest's main process has " + KEY
                                + ", by which anybody could register an agent: scripts do not get it, but can read it "
                                + "in /proc/" + target.pid() + "/environ",
                        Remedy.of(PodChange.of(PodChange.In.GUEST, "command", List.of("env", "-u", KEY, "COMMAND")))
                                .and(", with its own in the place of COMMAND"))
                : Check.ok(ENVIRONMENT, "readable, and without the elastic agent's key (" + KEY + ")");
    }

    /** The script stays in the agent's control group. */
    private Check limit(String id, String resource, Function<Limits, Long> amount, Function<Long, String> format) {
        Optional<Long> agent = Limits.of(proc, "self").map(amount);
        Optional<Long> guest = Limits.of(proc, target.pid()).map(amount);
        Function<Optional<Long>, String> text =
                limit -> limit.isEmpty() ? "unknown" : limit.get() == Limits.NONE ? "none" : format.apply(limit.get());
        String finding = "agent: " + text.apply(agent) + ", guest: " + text.apply(guest);
        if (agent.isEmpty()) {
            return Check.skipped(id, finding + "; the agent has no /sys/fs/cgroup");
        }
        if (guest.isEmpty() && agent.get() != Limits.NONE) {
            return Check.skipped(
                    id, finding + ": the agent may not look into the guest's /sys/fs/cgroup, or there is none");
        }
        if (guest.isEmpty() || agent.get() >= guest.get()) {
            return Check.ok(id, finding + "; scripts run under the agent's");
        }
        return Check.warning(
                id,
                finding + ": scripts run under the agent's, the lower one",
                guest.get() == Limits.NONE
                        ? Remedy.of("in the agent container: no resources.limits." + resource
                                + ", or one that is high enough for its scripts too")
                        : Remedy.of(PodChange.of(PodChange.In.AGENT, "resources.limits." + resource, text.apply(guest)))
                                .and(", and what the agent itself takes on top"));
    }
}
