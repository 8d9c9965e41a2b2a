package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.launch.ByteString;
import cd.go.contrib.k8sexec.cli.launch.GuestProgram;
import cd.go.contrib.k8sexec.cli.launch.Launcher;
import cd.go.contrib.k8sexec.cli.launch.Nsenter;
import cd.go.contrib.k8sexec.cli.launch.ScriptEnvironment;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a program gets into the guest that takes the place of k8s-exec. */
final class EntryOptions {
    @Mixin
    TargetOptions targetOptions;

    @Mixin
    WaitOption wait;

    @Mixin
    UserOption user;

    @Mixin
    VolumeOptions volume;

    @Option(
            names = "--workdir",
            paramLabel = "DIR",
            description =
                    "Where to start, as the guest sees it. Default: the current directory where that is on the shared volume, "
                            + "else where the guest mounts that volume, else where the guest's main process is, else /.")
    String workingDirectory;

    /**
     * @param choice    commands of which the first is taken whose program is there, as byte strings
     * @param terminals which of 0, 1 and 2 have to be a terminal
     * @param variables on top of the guest's own, as byte strings
     * @return the program's exit code, where it has not taken the place of this process
     */
    int become(
            ProcFs proc,
            List<List<String>> choice,
            boolean readsInput,
            List<Integer> terminals,
            Map<String, String> variables)
            throws InterruptedException {
        Target target = targetOptions.find(proc, wait.duration());
        Optional<byte[]> guestEnvironment = proc.environment(target.pid());
        List<String> warnings = guestEnvironment.isPresent()
                ? List.of()
                : List.of("the guest's own environment cannot be read, so the program gets a "
                        + "standard PATH only; give the agent container the capability SYS_PTRACE");
        ScriptEnvironment environment = ScriptEnvironment.of(guestEnvironment.orElse(new byte[0]), variables);
        return new GuestProgram(
                        target,
                        Nsenter.find(System.getenv("PATH")),
                        user.of(target, proc),
                        environment,
                        directory(proc, target),
                        workingDirectory != null,
                        choice,
                        readsInput,
                        terminals,
                        warnings)
                .become(Launcher.DEFAULT, proc);
    }

    private String directory(ProcFs proc, Target target) {
        if (workingDirectory != null) {
            // what Java could not decode in this locale is no longer what was typed
            if (!workingDirectory.startsWith("/") || workingDirectory.indexOf('\ufffd') >= 0) {
                throw new K8sExecException(
                        ErrorId.SETTING_INVALID,
                        "--workdir is " + K8sExecException.quoted(workingDirectory),
                        "which is not an absolute path that this locale can name",
                        "give a path as the guest sees it, like /, and set LC_ALL=C.UTF-8 if need be");
            }
            return ByteString.of(workingDirectory);
        }
        if (volume.isSet()) {
            String root = ByteString.of(volume.containerRoot());
            return proc.workingDirectory("self")
                    .flatMap(current -> below(volume.sharedRoot(), current))
                    .map(path -> root + path)
                    .orElse(root);
        }
        return proc.workingDirectory(target.pid()).map(ByteString::of).orElse("/");
    }

    private static Optional<String> below(Path root, Path directory) {
        try {
            return directory.startsWith(root.toRealPath())
                    ? Optional.of(ByteString.below(root.toRealPath(), directory))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
