package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Event;
import cd.go.contrib.k8sexec.cli.platform.Status;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.io.IOException;
import java.util.Optional;

/**
 * A script that nsenter and the launching shell start: how far they came stands in the run's folder, and is not known
 * before they have ended.
 */
final class ThroughShell implements Running {
    private final Nsenter nsenter;
    private final ProcFs proc;
    private final GuestProgram program;
    private final StagedRun staged;
    private final Optional<HeldGuest> guest;
    private int pid;

    /** @param guest is held until the end */
    ThroughShell(Nsenter nsenter, ProcFs proc, GuestProgram program, StagedRun staged, Optional<HeldGuest> guest) {
        this.nsenter = nsenter;
        this.proc = proc;
        this.program = program;
        this.staged = staged;
        this.guest = guest;
    }

    @Override
    public Optional<Progress> on(Event event) {
        if (event instanceof Event.Started started) {
            pid = started.pid();
            return Optional.of(new Progress.Started());
        } else if (event instanceof Event.Failed failed) {
            guest.ifPresent(HeldGuest::close);
            return Optional.of(new Progress.NotStarted(nsenter.notStarted(failed.reason(), proc)));
        } else if (event instanceof Event.ChildEnded ended && ended.pid() == pid) {
            guest.ifPresent(HeldGuest::close);
            return Optional.of(end(ended.status()));
        }
        return event instanceof Event.Lost ? Optional.of(Running.lost()) : Optional.empty();
    }

    private Progress end(Status status) {
        String state;
        try {
            state = staged.state();
        } catch (IOException e) {
            state = K8sExecException.reason(e);
        }
        return state.equals(LaunchProgram.STARTED)
                ? new Progress.Ended(status)
                : new Progress.NotStarted(explained(state, status));
    }

    private K8sExecException explained(String state, Status status) {
        return switch (state) {
            case StagedRun.ENTERING ->
                switch (status.signal() == 0 ? status.exitCode() : 0) {
                    case LaunchProgram.NO_VOLUME -> program.words().of(Obstacle.NO_VOLUME, "");
                    case LaunchProgram.ELSEWHERE -> program.target().gone();
                    default -> nsenter.notEntered(program.target(), status, proc);
                };
            case LaunchProgram.NO_DIRECTORY -> program.words().of(Obstacle.NO_DIRECTORY, "");
            case LaunchProgram.NO_SCRIPT -> program.words().of(Obstacle.NO_SCRIPT, "");
            case LaunchProgram.NO_SHELL -> program.words().of(Obstacle.NO_PROGRAM, "");
            case LaunchProgram.EXEC_FAILED -> program.words().of(Obstacle.PROGRAM_FAILED, Obstacle.ABOVE);
            default ->
                new K8sExecException(
                        ErrorId.OUTCOME_UNKNOWN,
                        "the launch ended with exit code " + status.exitCode() + " in a state that is not known ("
                                + K8sExecException.quoted(state) + ")",
                        "so the script counts as failed",
                        "look what else in the guest writes to "
                                + program.runFolder().get().path());
        };
    }
}
