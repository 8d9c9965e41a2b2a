package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.target.Containers;
import cd.go.contrib.k8sexec.cli.target.ProcFs;

/** Whether the agent sees the processes of other containers, which all ways but the one by relay take. */
final class SharedProcessesCheck {
    private static final String ID = "shared-process-namespace";

    private static final Remedy SHARE = Remedy.of(PodChange.of(PodChange.In.POD, "shareProcessNamespace", true));

    private SharedProcessesCheck() {}

    static Check of(ProcFs proc) {
        Containers containers = new Containers(proc);
        if (containers.isAgentAlone()) {
            return Check.failure(
                    ID,
                    "process 1 is the agent container's own (" + K8sExecException.quoted(proc.commandLine(1))
                            + "), so no other container can be seen",
                    SHARE);
        }
        if (containers.isNode()) {
            return Check.warning(
                    ID,
                    "the Pod has hostPID: true, so the agent sees, and could signal, all processes of the node",
                    SHARE.and(", in the place of hostPID"));
        }
        return Check.ok(
                ID, "process 1 is the Pod's, and " + containers.guests().size() + " other container(s) can be seen");
    }
}
