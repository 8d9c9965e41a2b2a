package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.target.Limits;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import java.util.Optional;

/**
 * Tells whether the kernel killed a process for lack of memory since this was made: the script stays in the agent
 * container's control group, of which this process is a member, and the kernel counts there.
 */
record MemoryWatch(ProcFs proc, long killsBefore) {

    static MemoryWatch begin(ProcFs proc) {
        return new MemoryWatch(proc, Limits.ownMemoryKills(proc));
    }

    /** What to tell people if something was killed; empty if nothing was, or if that cannot be seen. */
    Optional<String> reason() {
        return Limits.of(proc, "self")
                .filter(now -> now.memoryKills() > killsBefore)
                .map(now -> (now.memoryLimit() == Limits.NONE
                                ? "the memory of the Pod or of its node ran out"
                                : "the agent container's memory limit of " + Sizes.bytes(now.memoryLimit())
                                        + " was reached")
                        + ", and the kernel killed a process in that container; the script runs in the agent "
                        + "container's control group, so raise "
                        + "resources.limits.memory of the agent container, not of the guest");
    }
}
