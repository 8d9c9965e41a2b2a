package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Event;
import java.time.Duration;
import java.util.Optional;

/** A program that is started in the guest, or runs there. */
public interface Running {

    /**
     * What an event means for it.
     *
     * @return empty if it is about something else
     */
    Optional<Progress> on(Event event);

    /** What to say if its keeper is lost. */
    static Progress lost() {
        return new Progress.Lost(new K8sExecException(
                ErrorId.OUTCOME_UNKNOWN,
                "the process that k8s-exec keeps beside the script was killed",
                "so nobody knows how the script ended, and what was left of it was ended",
                "look what in the script ends processes that it has not started, like kill -9 $PPID, and at the "
                        + "memory limit of the agent container"));
    }

    /** The run is about to be ended: no other attempt to start it is made. */
    default void giveUp() {}

    /**
     * Ends all of the run's processes, if this process cannot do so itself: SIGTERM, after the grace period SIGKILL.
     * Said again, it can shorten the grace period, and sends no second SIGTERM.
     */
    default void end(Duration grace) {}

    /** Whether {@link #end} goes on. */
    default boolean isEnding() {
        return false;
    }

    /** Said every few seconds after the program's end, as long as somebody wants to know of the guest's. */
    default void keep() {}

    /** What the run has left; empty if this process sees that for itself. */
    default Optional<Account> account() {
        return Optional.empty();
    }
}
