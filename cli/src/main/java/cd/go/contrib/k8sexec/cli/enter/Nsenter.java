package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.StartException;
import cd.go.contrib.k8sexec.cli.platform.Status;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Signals;
import cd.go.contrib.k8sexec.protocol.Way;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * nsenter(1) on the agent: util-linux's or BusyBox's.
 *
 * @param program absolute path
 * @param busyBox whether it is BusyBox's, which lacks some options
 */
public record Nsenter(Path program, boolean busyBox) {
    /**
     * An nsenter with file capabilities (capabilities(7)) for an agent that is not root, if the agent image has one
     * (Dockerfile.agent). Root has its capabilities without it, and could not even start it in a Pod that grants fewer
     * than the file asks for (execve(2), EPERM).
     */
    private static final Path PRIVILEGED = Path.of("/usr/local/libexec/k8s-exec/nsenter");

    /** What the file has in an image that Dockerfile.agent made; it cannot be started in a container that lacks one. */
    private static final Set<Capability> FILE =
            EnumSet.of(Capability.SYS_ADMIN, Capability.SYS_CHROOT, Capability.SYS_PTRACE);

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
        throw new K8sExecException(
                ErrorId.NSENTER_MISSING,
                "there is no nsenter along the agent's PATH (" + path + ")",
                "so the guest cannot be entered",
                "install util-linux in the agent image (apt-get install util-linux, apk add util-linux)");
    }

    /**
     * The only group that may run the nsenter which has the privilege, if that is there and this process is not in it.
     */
    public static OptionalLong groupOfPrivileged() {
        try {
            return isRoot() || Files.isExecutable(PRIVILEGED)
                    ? OptionalLong.empty()
                    : OptionalLong.of((int) Files.getAttribute(PRIVILEGED, "unix:gid"));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
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
     * The command line that runs {@code program} in the guest. Only what differs is entered, so that nsenter has no
     * reason to fork: with the same PID namespace the program is k8s-exec's own child, and signals and the exit status
     * are the true ones.
     *
     * @param files where the guest's namespaces can be opened; empty: nsenter finds them by the guest's process id
     */
    public List<String> commandLine(Target target, Map<Namespace, String> files, User user, List<String> program) {
        List<String> command = new ArrayList<>(List.of(this.program.toString()));
        if (files.isEmpty()) {
            command.addAll(List.of("-t", String.valueOf(target.pid())));
        }
        for (Namespace namespace : target.namespaces()) {
            if (!busyBox || namespace.inBusyBox()) {
                command.add(namespace.option() + files.getOrDefault(namespace, ""));
            }
        }
        command.addAll(user.nsenterOptions());
        command.add("--");
        command.addAll(program);
        return command;
    }

    /** Why it could not be started. */
    K8sExecException notStarted(StartException e, ProcFs proc) {
        String reason = String.valueOf(e.getMessage());
        // the JDK tells which of its own calls failed
        String told = reason.replaceFirst("^posix_spawn failed, ", "");
        Set<Capability> missing = proc.status("self")
                .map(agent -> Privileges.missing(FILE, agent.bounding()))
                .orElse(Set.of());
        boolean ofFile = !isRoot() && reason.contains("Operation not permitted") && !missing.isEmpty();
        return new K8sExecException(
                ErrorId.NSENTER_FAILED,
                program + " cannot be started (" + told + ")",
                "so the guest cannot be entered",
                ofFile
                        ? Privileges.adding(missing).between("its file has capabilities that the container lacks: ", "")
                        : Remedy.of("look at its permissions, and at the process and memory limits of the agent "
                                + "container"));
    }

    /**
     * Why it ended before the guest's sh did anything.
     *
     * @param status if it is neither a signal nor 1, 126 or 127, sh has run
     */
    K8sExecException notEntered(Target target, Status status, ProcFs proc) {
        if (status.signal() != 0) {
            return new K8sExecException(
                    ErrorId.OUTCOME_UNKNOWN,
                    Signals.describe(status.signal()) + " ended the launch before the guest was entered",
                    "so nothing was run",
                    "look at the memory limit of the agent container, which counts in the guest too");
        }
        return switch (status.exitCode()) {
            case 126 ->
                new K8sExecException(
                        ErrorId.SH_FAILED,
                        "the guest's sh cannot be run",
                        "for the reason in nsenter's line above",
                        "look at its permissions in the guest");
            case 127 ->
                new K8sExecException(
                        ErrorId.SH_MISSING,
                        "the guest has no sh along its own PATH",
                        "and k8s-exec needs one to start anything",
                        "use a guest image with a shell");
            case 1 ->
                new K8sExecException(
                        ErrorId.NSENTER_FAILED,
                        "nsenter could not enter " + target.words(),
                        "for the reason in its line above",
                        EntryAdvice.of(Way.NSENTER, target, proc));
            default ->
                new K8sExecException(
                        ErrorId.OUTCOME_UNKNOWN,
                        "the guest's sh ended with exit code " + status.exitCode() + " for no reason that is known",
                        "so nothing was run",
                        "look at the sh in the guest's image");
        };
    }
}
