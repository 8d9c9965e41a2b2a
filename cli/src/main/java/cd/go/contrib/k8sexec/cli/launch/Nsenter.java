package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * nsenter(1) on the agent: util-linux's or BusyBox's.
 *
 * @param program absolute path
 * @param busyBox whether it is BusyBox's, which lacks some options
 */
public record Nsenter(Path program, boolean busyBox) {
    /** Marks the processes of a run in their environment. */
    public static final String RUN_ID = "K8S_EXEC_RUN_ID";

    /**
     * An nsenter with file capabilities (capabilities(7)) for an agent that is not root, where the agent image has one (Dockerfile.agent). Root
     * has its capabilities without it, and could not even start it in a Pod that grants fewer than the file asks for (execve(2), EPERM).
     */
    private static final Path PRIVILEGED = Path.of("/usr/local/libexec/k8s-exec/nsenter");

    /**
     * @param path the agent's PATH, or null
     * @throws K8sExecException NSENTER_MISSING
     */
    public static Nsenter find(String path) {
        return find(path, isRoot(), PRIVILEGED);
    }

    static Nsenter find(String path, boolean root, Path privileged) {
        if (!root && Files.isExecutable(privileged)) {
            return new Nsenter(privileged, false);
        }
        for (String folder : (path == null ? ScriptEnvironment.DEFAULT_PATH : path).split(":")) {
            if (folder.startsWith("/")) {
                Path program = Path.of(folder, "nsenter");
                if (Files.isExecutable(program) && Files.isRegularFile(program)) {
                    return new Nsenter(program, isBusyBox(program));
                }
            }
        }
        throw new K8sExecException(ErrorId.NSENTER_MISSING, "there is no nsenter along the agent's PATH (" + path + ")",
            "so the guest cannot be entered", "install util-linux in the agent image (apt-get install util-linux, apk add util-linux)");
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isBusyBox(Path program) {
        try {
            return program.toRealPath().getFileName().toString().startsWith("busybox");
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The command line that runs {@code program} in the guest. Only what differs is entered, so that nsenter has no reason to fork: with
     * the same PID namespace the program is k8s-exec's own child, and signals and the exit status are the true ones.
     */
    public List<String> commandLine(Target target, User user, List<String> program) {
        List<String> command = new ArrayList<>(List.of(this.program.toString(), "-t", String.valueOf(target.pid())));
        for (Namespace namespace : target.namespaces()) {
            if (!busyBox || namespace.inBusyBox()) {
                command.add(namespace.option());
            }
        }
        command.addAll(user.nsenterOptions());
        command.add("--");
        command.addAll(program);
        return command;
    }

    /** The whole environment of nsenter: nothing of the pipeline's, so that no LD_PRELOAD of a pipeline is loaded in the agent. */
    public static Map<String, String> environment(RunId id, ScriptEnvironment script) {
        return Map.of("PATH", script.launchPath(), RUN_ID, id.text());
    }
}
