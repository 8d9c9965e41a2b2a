package cd.go.contrib.k8sexec.cli.outcome;

import java.io.IOException;
import java.util.List;

/** A limit of the agent container that is reached: what cannot be done for it is not taken for something else. */
public final class AgentLimit {
    /** EMFILE and ENFILE, as musl and glibc have them. */
    private static final List<String> OPEN_FILES =
            List.of("No file descriptors available", "Too many open files", "Too many open files in system");

    private AgentLimit() {}

    /** @throws K8sExecException AGENT_LIMIT */
    public static void check(IOException e) {
        String reason = String.valueOf(e.getMessage());
        if (OPEN_FILES.stream().anyMatch(reason::contains)) {
            throw of(reason);
        }
    }

    /** @param reason the system's words */
    public static K8sExecException of(String reason) {
        return new K8sExecException(
                ErrorId.AGENT_LIMIT,
                "a limit of the agent container is reached (" + reason + ")",
                "so nothing was run",
                "look at the limits of processes, open files (ulimit -n) and memory that k8s-exec is started with");
    }
}
