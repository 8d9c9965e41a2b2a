package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Stage;
import cd.go.contrib.k8sexec.cli.platform.StartException;

/** Why a relay could not start a program, in the words of the other ways if they have some. */
final class RelayFailures {
    private RelayFailures() {}

    static K8sExecException explained(
            RelayMessages.Failure failure, RelayGuest guest, GuestProgram program, Platform platform) {
        return switch (failure.stage()) {
            case RelayMessages.STAGE_STOPPING ->
                new K8sExecException(
                        ErrorId.TARGET_DEAD,
                        "the guest " + guest.name() + " is being stopped",
                        "so nothing is started in it any more",
                        "run it again once the guest has been restarted");
            case RelayMessages.STAGE_STRINGS ->
                refused(
                        guest,
                        "take arguments and environment of this size",
                        platform.relays().message(failure.number()));
            case RelayMessages.STAGE_TERMINAL ->
                refused(guest, "open a terminal", platform.relays().message(failure.number()));
            case RelayMessages.STAGE_LOST ->
                new K8sExecException(
                        ErrorId.OUTCOME_UNKNOWN,
                        "the relay's own process of this run was killed while it started the script",
                        "so it is not known whether the script had begun; what there was of it was ended",
                        "look what else runs in the guest " + guest.name() + ", and at its memory limit");
            default -> explained(platform.relays().failure(failure.stage(), failure.number()), guest, program);
        };
    }

    private static K8sExecException explained(StartException e, RelayGuest guest, GuestProgram program) {
        String reason = "(" + e.getMessage() + ")";
        return switch (e.stage()) {
            case VOLUME -> program.words().of(Obstacle.NO_VOLUME, reason);
            case DIRECTORY -> program.words().of(Obstacle.NO_DIRECTORY, reason);
            case SCRIPT -> program.words().of(Obstacle.NO_SCRIPT, reason);
            case PROGRAM -> program.words().of(e.isMissing() ? Obstacle.NO_PROGRAM : Obstacle.PROGRAM_FAILED, reason);
            default -> refused(guest, doing(e.stage()), e.getMessage());
        };
    }

    private static String doing(Stage stage) {
        return switch (stage) {
            case FILES -> "open the program's files";
            case ENDED -> "keep the process that was to become the program";
            default -> "make a process";
        };
    }

    static K8sExecException refused(RelayGuest guest, String doing, String reason) {
        return new K8sExecException(
                ErrorId.ENTER_REFUSED,
                "the guest " + guest.name() + " cannot " + doing + " (" + reason + ")",
                "so nothing was run",
                "look at the guest container's limits of processes, files and memory");
    }
}
