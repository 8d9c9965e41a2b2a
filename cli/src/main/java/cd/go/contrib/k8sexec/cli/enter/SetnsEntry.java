package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Command;
import cd.go.contrib.k8sexec.cli.platform.Event;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Place;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Program;
import cd.go.contrib.k8sexec.cli.platform.Setting;
import cd.go.contrib.k8sexec.cli.platform.Stage;
import cd.go.contrib.k8sexec.cli.platform.StartException;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Way;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Joins the guest's namespaces by setns(2), without any other program: for the native executable of an agent that has
 * the privilege.
 */
record SetnsEntry(Platform platform, ProcFs proc) implements Entry {
    private static final String NAME = Way.SETNS.text();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> describe(GuestProgram program) {
        return List.of(NAME);
    }

    @Override
    public Running start(GuestProgram program, StagedRun staged, Events events, Consumer<String> notes) {
        HeldGuest guest = hold(program.target());
        events.launch(toProgram(program, program.directory()), guest.namespaces(), Optional.empty());
        return new Running() {
            private int pid;

            @Override
            public Optional<Progress> on(Event event) {
                if (event instanceof Event.Started started) {
                    pid = started.pid();
                    guest.close();
                    warn(program.warnings(), notes);
                    return Optional.of(new Progress.Started());
                } else if (event instanceof Event.Failed failed) {
                    guest.close();
                    return Optional.of(new Progress.NotStarted(explained(failed.reason(), program)));
                }
                if (event instanceof Event.Lost) {
                    return Optional.of(Running.lost());
                }
                return event instanceof Event.ChildEnded ended && ended.pid() == pid
                        ? Optional.of(new Progress.Ended(ended.status()))
                        : Optional.empty();
            }
        };
    }

    @Override
    public int become(GuestProgram program, Consumer<String> notes) throws InterruptedException {
        try (HeldGuest guest = hold(program.target())) {
            warn(program.warnings(), notes);
            return platform.become(toProgram(program, program.directory()), guest.namespaces());
        } catch (StartException e) {
            if (e.stage() == Stage.DIRECTORY && program.elsewhere().isPresent()) {
                warn(List.of(program.elsewhere().get()), notes);
                return becomeInRoot(program);
            }
            throw explained(e, program);
        }
    }

    private static void warn(List<String> warnings, Consumer<String> notes) {
        warnings.forEach(warning -> notes.accept("warning: " + warning));
    }

    /** In the guest, and as its user: what comes before the directory has been done. */
    private int becomeInRoot(GuestProgram program) throws InterruptedException {
        Program there = toProgram(program, new Place("/", Optional.empty()));
        Setting setting = new Setting(Optional.empty(), there.setting().directory(), Optional.empty(), false);
        try {
            return platform.become(new Program(there.command(), there.streams(), setting), List.of());
        } catch (StartException e) {
            throw explained(e, program);
        }
    }

    private HeldGuest hold(Target target) {
        try {
            return HeldGuest.open(target, proc, platform);
        } catch (IOException e) {
            throw refused(target, K8sExecException.reason(e));
        }
    }

    private static Program toProgram(GuestProgram program, Place directory) {
        return new Program(
                new Command(
                        program.paths(),
                        program.neededPaths(),
                        program.arguments(),
                        program.environment().entriesIn(directory.path(), program.run())),
                program.streams(),
                new Setting(
                        program.runFolder(),
                        Optional.of(directory),
                        program.user().identityIn(program.target()),
                        program.run().isPresent()));
    }

    private static Refused refused(Target target, String reason) {
        return new Refused(
                ErrorId.ENTER_REFUSED,
                "setns(2) into the guest (process " + target.pid() + ") is refused (" + reason + ")",
                "so the guest cannot be entered",
                "give the agent container the capability SYS_ADMIN, and SYS_PTRACE where the guest runs as another "
                        + "user or has more capabilities");
    }

    private static K8sExecException explained(StartException e, GuestProgram program) {
        String reason = "(" + e.getMessage() + ")";
        return switch (e.stage()) {
            case VOLUME -> program.words().of(Obstacle.NO_VOLUME, reason);
            case DIRECTORY -> program.words().of(Obstacle.NO_DIRECTORY, reason);
            case PROGRAM -> program.words().of(e.isMissing() ? Obstacle.NO_PROGRAM : Obstacle.PROGRAM_FAILED, reason);
            case ENTER -> refused(program.target(), e.getMessage());
            case ENDED ->
                new K8sExecException(
                        ErrorId.OUTCOME_UNKNOWN,
                        e.getMessage() + " ended the launch before the guest was entered",
                        "so nothing was run",
                        "look at the memory limit of the agent container, which counts in the guest too");
            case PROCESS, USER, FILES ->
                new Refused(
                        ErrorId.ENTER_REFUSED,
                        "the system refuses to " + doing(e.stage()) + " (" + e.getMessage() + ")",
                        "so nothing was run",
                        "look at the agent container's limits of processes, files and memory, and whether it has "
                                + "the capabilities SETUID and SETGID that --user takes");
        };
    }

    private static String doing(Stage stage) {
        return switch (stage) {
            case USER -> "change the user";
            case FILES -> "open the program's files";
            default -> "make a process";
        };
    }
}
