package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.GuestEnvironment;
import cd.go.contrib.k8sexec.cli.enter.GuestProgram;
import cd.go.contrib.k8sexec.cli.enter.HeldPlace;
import cd.go.contrib.k8sexec.cli.enter.Obstacle;
import cd.go.contrib.k8sexec.cli.enter.ScriptEnvironment;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.outcome.DebugLog;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Place;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
    EnterOption enter;

    @Mixin
    VolumeOptions volume;

    @Mixin
    RunOption run;

    @Option(
            names = "--workdir",
            paramLabel = "DIR",
            description = "Where to start, as the guest sees it. Default: the current directory if that is on the "
                    + "shared volume, "
                    + "else where the guest mounts that volume, else where the guest's main process is, "
                    + "else /.")
    String workingDirectory;

    /**
     * Has a program in the guest take the place of this process.
     *
     * @param choice    commands of which the first is taken whose program is there, as byte strings
     * @param terminals which of 0, 1 and 2 have to be a terminal
     * @param variables on top of the guest's own, as byte strings
     * @return the program's exit code, if it has not taken the place of this process
     * @throws K8sExecException if the guest cannot be entered
     */
    int become(
            CommandSpec spec,
            ProcFs proc,
            List<List<String>> choice,
            boolean readsInput,
            List<Integer> terminals,
            Map<String, String> variables)
            throws InterruptedException {
        if (!terminals.stream().allMatch(Platform.CURRENT::isTerminal)) {
            throw noTerminal();
        }
        Optional<HeldPlace> held = run.place(spec, proc);
        Start start = held.isPresent() ? again(held.get(), proc, variables) : start(spec, proc, variables);
        String name = K8sExecException.quoted(
                ByteString.toText(choice.get(choice.size() - 1).get(0)));
        GuestProgram program = new GuestProgram(
                start.guest(),
                start.user(),
                start.environment(),
                held.map(HeldPlace::run),
                Optional.empty(),
                new Place(start.directory(), Optional.empty()),
                start.elsewhere(),
                choice,
                Optional.empty(),
                new Streams(readsInput ? Streams.Input.OWN : Streams.Input.NONE, Optional.empty(), Optional.empty()),
                start.warnings(),
                (obstacle, reason) -> explain(obstacle, reason, name, start.directory()),
                Setting.GRACE.defaultDuration());
        return start.entry().become(program, note -> spec.commandLine().getErr().println(Notes.line(note)));
    }

    /**
     * Where and as whom a program starts, as {@link GuestProgram} has it.
     *
     * @param elsewhere the warning with which it may start in / instead
     */
    private record Start(
            Entry entry,
            Guest guest,
            User user,
            ScriptEnvironment environment,
            String directory,
            Optional<String> elsewhere,
            List<String> warnings) {}

    private Start again(HeldPlace held, ProcFs proc, Map<String, String> variables) throws InterruptedException {
        Entry entry = held.entry(Platform.CURRENT, proc, Platform.CURRENT.variable("PATH"));
        return new Start(
                entry,
                held.guest(entry, proc),
                held.user(),
                held.environmentWith(variables),
                held.directory(),
                Optional.of("the script's directory "
                        + K8sExecException.quoted(ByteString.toText(held.directory()))
                        + " is not there any more, so the program starts in /"),
                List.of());
    }

    private Start start(CommandSpec spec, ProcFs proc, Map<String, String> variables) throws InterruptedException {
        Entry entry = enter.entry(proc);
        Guest guest = targetOptions.find(
                entry,
                proc,
                Optional.empty(),
                volume.sharedRootIfSet(),
                GuestWait.sleeping(
                        wait.duration(Duration.ZERO), spec.commandLine().getErr()));
        DebugLog.step(() -> "the guest is found: " + guest.describe());
        User who = user.of(guest);
        GuestEnvironment own = GuestEnvironment.of(guest, who);
        String directory = directory(proc, guest);
        return new Start(
                entry,
                guest,
                who,
                ScriptEnvironment.of(own.entries(), variables),
                directory,
                workingDirectory == null ? Optional.of(startsElsewhere(directory)) : Optional.empty(),
                own.loss().stream().toList());
    }

    private static K8sExecException noTerminal() {
        return new K8sExecException(
                ErrorId.TERMINAL_MISSING,
                "standard input or output is no terminal",
                "which was asked for",
                "run it on one, as in kubectl exec -it POD -c CONTAINER -- k8s-exec ..., or without it: k8s-exec "
                        + "exec -i -- sh");
    }

    private static String startsElsewhere(String directory) {
        return "the guest has no " + K8sExecException.quoted(ByteString.toText(directory))
                + ", so the program starts in /; --workdir names a directory";
    }

    private static K8sExecException explain(Obstacle obstacle, String reason, String program, String directory) {
        return switch (obstacle) {
            case NO_VOLUME, NO_DIRECTORY ->
                new K8sExecException(
                        ErrorId.WORKING_DIRECTORY_MISSING,
                        "the guest cannot change to the working directory "
                                + K8sExecException.quoted(ByteString.toText(directory)),
                        "so the program has nowhere to run",
                        "name another with --workdir, like /, or set GO_K8S_CONTAINER_ROOT to where the guest "
                                + "mounts the shared volume");
            case NO_PROGRAM ->
                new K8sExecException(
                        ErrorId.PROGRAM_MISSING,
                        "the guest has no " + program + ", or not the interpreter that it names",
                        "so it cannot be run",
                        "look for it along the PATH that k8s-exec env --values shows, or install it in the "
                                + "guest's image");
            case NO_SCRIPT, PROGRAM_FAILED ->
                new K8sExecException(
                        ErrorId.PROGRAM_FAILED,
                        "the guest's " + program + " cannot be run",
                        reason,
                        "look at it in the guest: its permissions, the mount it lies on, and the size of "
                                + "arguments and environment");
        };
    }

    private String directory(ProcFs proc, Guest guest) {
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
            String root = ByteString.of(volume.containerRoot(guest));
            return proc.workingDirectory("self")
                    .flatMap(current -> below(volume.sharedRoot(), current))
                    .map(path -> root + path)
                    .orElse(root);
        }
        return guest.directory().orElse("/");
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
