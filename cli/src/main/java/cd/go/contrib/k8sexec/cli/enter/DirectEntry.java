package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Command;
import cd.go.contrib.k8sexec.cli.platform.Event;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Inside;
import cd.go.contrib.k8sexec.cli.platform.Opened;
import cd.go.contrib.k8sexec.cli.platform.Place;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Program;
import cd.go.contrib.k8sexec.cli.platform.Setting;
import cd.go.contrib.k8sexec.cli.platform.Stage;
import cd.go.contrib.k8sexec.cli.platform.StartException;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A way that takes no other program: this process's child goes into the guest by a system call, and becomes the program
 * there. For the native executable alone.
 */
abstract class DirectEntry implements Entry {
    private final Platform platform;

    DirectEntry(Platform platform) {
        this.platform = platform;
    }

    /** What of the guest is held open from before it is entered until the program has ended. */
    interface Held extends AutoCloseable {
        Inside inside();

        /** What a program has to hold itself that takes the place of this process. */
        List<Opened> forProgram();

        @Override
        void close();
    }

    /**
     * Opens what is entered, and looks then whether it is the guest's.
     *
     * @throws Refused          if the guest cannot be entered this way
     * @throws K8sExecException TARGET_DEAD
     */
    abstract Held hold(GuestProgram program);

    /** The system call is refused. */
    abstract Refused refused(Target target, String reason);

    @Override
    public List<String> describe(GuestProgram program) {
        return List.of(name());
    }

    @Override
    public Running start(GuestProgram program, StagedRun staged, Events events, Consumer<String> notes) {
        Held guest = hold(program);
        events.launch(toProgram(program, program.directory(), List.of()), guest.inside(), Optional.empty());
        return new Running() {
            private int pid;

            @Override
            public Optional<Progress> on(Event event) {
                if (event instanceof Event.Started started) {
                    pid = started.pid();
                    warn(program.warnings(), notes);
                    return Optional.of(new Progress.Started());
                } else if (event instanceof Event.Failed failed) {
                    guest.close();
                    return Optional.of(new Progress.NotStarted(explained(failed.reason(), program)));
                } else if (event instanceof Event.ChildEnded ended && ended.pid() == pid) {
                    guest.close();
                    return Optional.of(new Progress.Ended(ended.status()));
                } else if (event instanceof Event.Lost) {
                    guest.close();
                    return Optional.of(Running.lost());
                }
                return Optional.empty();
            }
        };
    }

    @Override
    public int become(GuestProgram program, Consumer<String> notes) throws InterruptedException {
        try (Held guest = hold(program)) {
            warn(program.warnings(), notes);
            return become(toProgram(program, program.directory(), guest.forProgram()), program, guest, notes);
        }
    }

    private int become(Program there, GuestProgram program, Held guest, Consumer<String> notes)
            throws InterruptedException {
        try {
            return platform.become(there, guest.inside());
        } catch (StartException e) {
            if (e.stage() == Stage.DIRECTORY && program.elsewhere().isPresent()) {
                warn(List.of(program.elsewhere().get()), notes);
                return becomeInRoot(program, guest);
            }
            throw explained(e, program);
        }
    }

    private static void warn(List<String> warnings, Consumer<String> notes) {
        warnings.forEach(warning -> notes.accept("warning: " + warning));
    }

    /** In the guest, and as its user: what comes before the directory has been done. */
    private int becomeInRoot(GuestProgram program, Held guest) throws InterruptedException {
        Program there = toProgram(program, new Place("/", Optional.empty()), guest.forProgram());
        Setting setting = new Setting(Optional.empty(), there.setting().directory(), Optional.empty(), false);
        try {
            return platform.become(new Program(there.command(), there.streams(), setting), Inside.HERE);
        } catch (StartException e) {
            throw explained(e, program);
        }
    }

    private static Program toProgram(GuestProgram program, Place directory, List<Opened> more) {
        Streams streams = program.streams();
        return new Program(
                new Command(
                        program.paths(),
                        program.neededPaths(),
                        program.arguments(),
                        program.environment().entriesIn(directory.path(), program.run())),
                new Streams(streams.input(), streams.output(), streams.script(), more),
                new Setting(
                        program.runFolder(),
                        Optional.of(directory),
                        program.user().identityIn(program.target()),
                        program.isScript()));
    }

    private K8sExecException explained(StartException e, GuestProgram program) {
        String reason = "(" + e.getMessage() + ")";
        return switch (e.stage()) {
            case VOLUME -> program.words().of(Obstacle.NO_VOLUME, reason);
            case DIRECTORY -> program.words().of(Obstacle.NO_DIRECTORY, reason);
            case SCRIPT -> program.words().of(Obstacle.NO_SCRIPT, reason);
            case PROGRAM -> program.words().of(e.isMissing() ? Obstacle.NO_PROGRAM : Obstacle.PROGRAM_FAILED, reason);
            case ENTER -> refused(program.target(), e.getMessage());
            case ENDED ->
                new K8sExecException(
                        ErrorId.OUTCOME_UNKNOWN,
                        e.getMessage() + " ended the launch before the guest was entered",
                        "so nothing was run",
                        "look at the memory limit of the agent container, which counts in the guest too");
            case USER ->
                new Refused(
                        ErrorId.ENTER_REFUSED,
                        "the system refuses to change the user to " + program.user() + " " + reason,
                        "so nothing was run",
                        Privileges.adding(EnumSet.of(Capability.SETUID, Capability.SETGID))
                                .and(", or leave --user and GO_K8S_USER unset"));
            case PROCESS, FILES ->
                new Refused(
                        ErrorId.ENTER_REFUSED,
                        "the system refuses to "
                                + (e.stage() == Stage.FILES ? "open the program's files" : "make a process") + " "
                                + reason,
                        "so nothing was run",
                        e.stage() == Stage.FILES
                                ? "look at the limits of open files and of memory in the agent container (ulimit -n)"
                                : "the limit of processes (the kubelet's podPidsLimit, or ulimit -u) or the memory of "
                                        + "the Pod is used up: look what else runs there");
        };
    }
}
