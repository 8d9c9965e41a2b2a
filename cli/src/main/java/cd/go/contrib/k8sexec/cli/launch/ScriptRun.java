package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Runs a staged script in the guest to its end.
 *
 * @param launcher      starts it
 * @param proc          where the target is looked at once more
 * @param plan          what to run
 * @param tree          the run's processes
 * @param cancellation  tells when to end early
 * @param grace         from SIGTERM to SIGKILL
 * @param endBackground whether what the script leaves running is ended too
 * @param notes         gets lines for people
 */
public record ScriptRun(
        Launcher launcher,
        ProcFs proc,
        Plan plan,
        ProcessTree tree,
        Cancellation cancellation,
        Duration grace,
        boolean endBackground,
        Consumer<String> notes) {
    /** SIGHUP, SIGINT, SIGKILL and SIGTERM. */
    private static final Set<Integer> CANCELING = Set.of(1, 2, 9, 15);

    private static final long SIGNAL_MILLIS = 100;

    /**
     * @throws K8sExecException where the script's shell could not be started, or it is not known what became of it
     */
    public Outcome run(StagedRun staged) throws InterruptedException {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Runnable ending = () -> {
            try {
                cancellation
                        .timedOutAfter()
                        .ifPresent(timeout -> notes.accept("the script is ended: it has run longer than its timeout of "
                                + timeout.toString().substring(2).toLowerCase(Locale.ROOT)
                                + " (--timeout, GO_K8S_TIMEOUT)"));
                endTree();
            } finally {
                ended.complete(null);
            }
        };
        // before there is a child, which a file system can keep waiting on its way into the guest
        if (!cancellation.onFirst(signal -> new Thread(ending, "ending").start())) {
            return cancellation.outcome();
        }
        MemoryWatch memory = MemoryWatch.begin(proc);
        plan.target().checkUnchanged(proc);
        cancellation.startClock();
        Optional<Launcher.Child> entered = launcher.enter(plan, staged);
        if (entered.isEmpty() && cancellation.signal() != 0) {
            ended.join();
            return cancellation.outcome();
        }
        Launcher.Child child = entered.isPresent() ? entered.get() : start(staged);
        if (cancellation.signal() != 0) {
            // perhaps it looked just before there was a child
            ended.join();
            endTree();
        }
        if (entered.isEmpty()) {
            child.feed(plan.program(!launcher.passesScript()));
        }
        Launcher.Status status = child.await();
        cancellation.stopClock();
        if (looksCanceled(status)) {
            cancellation.awaitFirst(SIGNAL_MILLIS);
        }
        if (cancellation.signal() == 0 && child.mayHaveLeftProcesses()) {
            afterwards();
        }
        if (cancellation.signal() != 0) {
            ended.join();
            return cancellation.outcome();
        }
        return explained(entered.isPresent() ? ended(status) : outcome(status, staged), memory);
    }

    /** A script may also fail because of a process that it waited for: not only SIGKILL may have to do with memory. */
    private Outcome explained(Outcome outcome, MemoryWatch memory) {
        Optional<String> reason = outcome.exitCode() == 0 ? Optional.empty() : memory.reason();
        reason.ifPresent(notes);
        return reason.map(outcome::because).orElse(outcome);
    }

    /** GoCD's agent sends SIGTERM to k8s-exec and to the script's processes alike: theirs may be felt before ours is heard of. */
    private static boolean looksCanceled(Launcher.Status status) {
        return CANCELING.contains(status.exitCode() - 128);
    }

    private Launcher.Child start(StagedRun staged) {
        staged.prepare(
                launcher.passesScript() ? Optional.empty() : Optional.of(plan.script()),
                plan.user().change());
        try {
            return launcher.start(plan.commandLine(), plan.nsenterEnvironment(staged.id()), plan.script());
        } catch (IOException e) {
            throw plan.nsenter().notStarted(e);
        }
    }

    private static Outcome ended(Launcher.Status status) {
        return status.signal() == 0 ? Outcome.exited(status.exitCode()) : Outcome.signaled(status.signal());
    }

    /** By the long way it is not known yet whether the script's shell was started at all. */
    private Outcome outcome(Launcher.Status status, StagedRun staged) {
        String state;
        try {
            state = staged.state();
        } catch (IOException e) {
            state = e.toString();
        }
        if (state.equals(LaunchProgram.STARTED)) {
            return ended(status);
        }
        throw switch (state) {
            case StagedRun.ENTERING -> notEntered(status);
            case LaunchProgram.NO_DIRECTORY ->
                new K8sExecException(
                        ErrorId.WORKING_DIRECTORY_MISSING,
                        "the guest cannot change to the working directory " + plan.workingDirectory(),
                        "so the script has nowhere to run",
                        "mount the shared volume in the guest where the agent has it, or set GO_K8S_CONTAINER_ROOT to its place there; a symbolic link on "
                                + "the way must lead to the same place in both");
            case LaunchProgram.NO_SHELL ->
                new K8sExecException(
                        ErrorId.SHELL_MISSING,
                        "the guest has no "
                                + String.join(", or no ", plan.interpreter().required()) + " along the script's PATH",
                        "so the script cannot run",
                        "choose a shell that the guest's image has (sh is in most), or install "
                                + plan.interpreter().name() + " there; where the job sets PATH, mind that "
                                + "GoCD does not expand a $PATH in it");
            case LaunchProgram.EXEC_FAILED ->
                new K8sExecException(
                        ErrorId.SHELL_FAILED,
                        "the guest's " + plan.interpreter().program() + " cannot be run",
                        "for the reason in the line above",
                        "look at it in the guest: its permissions, the mount it lies on, and the size of the environment");
            default -> unknown(state, status);
        };
    }

    private K8sExecException unknown(String state, Launcher.Status status) {
        return new K8sExecException(
                ErrorId.OUTCOME_UNKNOWN,
                "the launch ended with exit code " + status.exitCode() + " in a state that is not known ("
                        + K8sExecException.quoted(state) + ")",
                "so the script counts as failed",
                "look what else in the guest writes to " + plan.runFolder());
    }

    private K8sExecException notEntered(Launcher.Status status) {
        return status.signal() == 0 && status.exitCode() == LaunchProgram.NO_VOLUME
                ? new K8sExecException(
                        ErrorId.CONTAINER_ROOT_INVALID,
                        "the guest does not see the script in " + plan.runFolder() + ", or may not write there",
                        "so the script cannot run",
                        "mount the shared volume in the guest too, set GO_K8S_CONTAINER_ROOT or --container-root to its place there, and let the user "
                                + "of the script read it")
                : plan.nsenter().notEntered(plan.target(), status);
    }

    private void endTree() {
        try {
            ProcessTree.Ended ended = tree.end(grace, cancellation);
            if (!ended.killed().isEmpty()) {
                notes.accept("ended with SIGKILL, because SIGTERM did not end it: " + ended.killed());
            }
            if (!ended.left().isEmpty()) {
                notes.accept("still there in spite of SIGKILL: " + ended.left());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void afterwards() throws InterruptedException {
        if (endBackground) {
            endTree();
            return;
        }
        List<ProcessInfo> left = tree.members();
        if (!left.isEmpty()) {
            cancellation.awaitFirst(SIGNAL_MILLIS);
        }
        if (!left.isEmpty() && cancellation.signal() == 0) {
            notes.accept("the script left running in the background: " + ProcessTree.describe(left)
                    + "; --end-background ends such processes");
        }
    }
}
