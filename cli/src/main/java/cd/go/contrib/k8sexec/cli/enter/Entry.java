package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ContainerView;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A way into the guest. Who has one knows no more of it than this: a new way is a new implementation, a line in {@link
 * Ways}, a check of doctor's, a row in the documentation and a column in the Pod tests.
 */
public interface Entry {

    /** As --enter names it; if there is more than one to try, the one that was taken, or is tried first. */
    String name();

    /**
     * Finds the guest, which is waited for if it may come yet.
     *
     * @throws K8sExecException one of the TARGET_… errors, or one of this way's own
     */
    default Guest find(Search search) throws InterruptedException {
        return search.inProc();
    }

    /**
     * The containers of the Pod, as far as they can be seen by this way.
     *
     * @param target the guest of a run, empty if it is not clear which that would be
     */
    default List<ContainerView> containers(ProcFs proc, Optional<Guest> target) {
        return ContainerView.all(proc, target.map(guest -> ((ProcGuest) guest).target()));
    }

    /**
     * Begins to start a program in the guest. What becomes of it comes by events, as {@link Running} reads them; if
     * this way does not lead into this guest, that is a {@link Progress.NotStarted} with {@link Refused}.
     *
     * <p>The program leads a session and a process group of its own, and nobody's signal to all descendants of this
     * process, or of its parent, reaches it or what it starts: to end a run is the run's own matter, whatever the way.
     *
     * @param staged the run's folder, into which what the way needs may be put
     * @param notes  gets warnings for people
     * @throws Refused          if that is known at once
     * @throws K8sExecException if the program cannot be started for another reason
     */
    Running start(GuestProgram program, StagedRun staged, Events events, Consumer<String> notes);

    /**
     * Has a program take the place of this process: so the terminal's signals, job control, every other signal and the
     * exit status are the program's own, and whoever ends k8s-exec ends the program. Nothing has to be cleaned up after
     * it.
     *
     * @param notes gets warnings for people
     * @return its exit code, or 128+n if signal n ended it, if this process could not be replaced
     * @throws Refused          if this way does not lead into this guest
     * @throws K8sExecException if the program cannot be started for another reason; this process may be in the guest
     *                          then, and can only tell
     */
    int become(GuestProgram program, Consumer<String> notes) throws InterruptedException;

    /**
     * By which another process finds the same guest by the same way, as {@link HeldPlace} does: byte strings, of which
     * the first is the way's name.
     */
    default List<String> reference(Guest guest) {
        ProcessInfo main = ((ProcGuest) guest).target().process();
        return List.of(name(), String.valueOf(main.pid()), String.valueOf(main.startTicks()));
    }

    /** What would be done, for people, without the value of a variable: one line for each way that would be tried. */
    List<String> describe(GuestProgram program);
}
