package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.target.Limits;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import java.util.Optional;

/**
 * Tells whether a limit was reached since this was made, of memory or of the number of processes: the script stays in
 * the agent container's control group, of which this process is a member, and the kernel counts there.
 */
record MemoryWatch(ProcFs proc, Limits.Hits before) {
    private static final String OWN_MEMORY = "the agent container's memory limit of %s was reached, and the kernel "
            + "killed a process in that container; the script runs in the agent container's control group, so raise "
            + "resources.limits.memory of the agent container, not of the guest";
    private static final String OTHER_MEMORY = "the memory of the Pod or of its node ran out, not that of the agent "
            + "container, and the kernel killed a process in that; raise the Pod's own limit "
            + "(spec.resources.limits.memory) if it has one, or let resources.requests.memory find a node with more";
    private static final String PROCESSES = "a limit of the number of processes was reached, so some could not be "
            + "started; the script runs in the agent container's control group: look what goes on there in the "
            + "background, and at the kubelet's podPidsLimit";

    static MemoryWatch begin(ProcFs proc) {
        return new MemoryWatch(proc, Limits.Hits.own(proc));
    }

    /** What to tell people if something was killed or refused; empty if nothing was, or if that cannot be seen. */
    Optional<String> reason() {
        Limits.Hits now = Limits.Hits.own(proc);
        if (now.memoryKills() > before.memoryKills()) {
            return Optional.of(memory(now));
        }
        return now.processHits() > before.processHits() ? Optional.of(PROCESSES) : Optional.empty();
    }

    private String memory(Limits.Hits now) {
        long limit = Limits.of(proc, "self").map(Limits::memoryLimit).orElse(Limits.NONE);
        boolean own = limit != Limits.NONE && (now.memoryHits() < 0 || now.memoryHits() > before.memoryHits());
        return own ? String.format(OWN_MEMORY, Sizes.bytes(limit)) : OTHER_MEMORY;
    }
}
