package cd.go.contrib.k8sexec.cli.target;

import java.util.List;

/**
 * The processes of the Pod that share one mount namespace.
 *
 * @param main      the container's main process
 * @param processes all of them, the main one first
 */
public record Container(Role role, ProcessInfo main, List<ProcessInfo> processes) {

    /** What it is to the agent. */
    public enum Role {
        AGENT,
        PAUSE,
        GUEST
    }

    public boolean has(int pid) {
        return processes.stream().anyMatch(process -> process.pid() == pid);
    }
}
