package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.BothMounts;
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
                target.name().orElse(null),
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
    public Remedy unreadable() {
        return EntryAdvice.toLook(target, proc);
    }

    @Override
    public String words() {
        return target.words();
    }

    @Override
    public Optional<BothMounts> mounts() {
        return Optional.of(BothMounts.of(proc, target));
    }

    /** As its /etc/passwd has it, else /. */
    @Override
    public Optional<String> home(Identity user) {
        boolean isOwn = proc.status(target.pid())
                .filter(main -> main.uid() == user.uid())
                .isPresent();
        return isOwn
                ? Optional.empty()
                : GuestFiles.of(target, proc, Platform.CURRENT)
                        .passwd()
                        .map(ByteString::of)
                        .flatMap(text -> text.lines()
                                .map(line -> line.split(":", -1))
                                .filter(fields -> fields.length > 5 && fields[2].equals(String.valueOf(user.uid())))
                                .map(fields -> fields[5])
                                .findFirst())
                        .filter(home -> home.startsWith("/"))
                        .or(() -> Optional.of("/"));
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
