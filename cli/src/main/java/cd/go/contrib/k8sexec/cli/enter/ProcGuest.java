package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A guest that was found in /proc, because the Pod's containers share their processes. */
public record ProcGuest(Target target, ProcFs proc) implements Guest {

    @Override
    public String describe() {
        return target.describe();
    }

    @Override
    public Facts about() {
        int pid = target.pid();
        return new Facts(
                pid,
                proc.containerName(pid).orElse(null),
                proc.containerId(pid).orElse(null),
                proc.user(pid).orElse(null),
                proc.commandLine(pid),
                target.reason());
    }

    @Override
    public Optional<Target> process() {
        return Optional.of(target);
    }

    @Override
    public List<String> details() {
        return List.of("namespaces:        "
                + target.namespaces().stream().map(Namespace::fileName).collect(Collectors.joining(", ")));
    }

    @Override
    public Optional<byte[]> environment() {
        return GuestFiles.of(target, proc, Platform.CURRENT).environment();
    }

    @Override
    public String unreadable() {
        return "give the agent container the capability SYS_PTRACE or, if the agent is not root, "
                + "the guest the agent's user and group";
    }

    @Override
    public Optional<String> directory() {
        return proc.workingDirectory(target.pid()).map(ByteString::of);
    }

    @Override
    public User user(String text) {
        return User.of(text, target, proc);
    }
}
