package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.enter.Running;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.platform.Status;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.nio.file.Path;
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
 * @param proc          the processes
 * @param plan          what to run
 * @param output        the file that it prints to; empty: where this process prints
 * @param tree          the run's processes
 * @param cancellation  tells when to end early
 * @param grace         from SIGTERM to SIGKILL
 * @param endBackground whether what the script leaves running is ended too
 * @param notes         gets lines for people
 */
public record ScriptRun(
        ProcFs proc,
        Plan plan,
        Optional<Path> output,
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
        cancellation.startClock();
        Status status;
        Running script = null;
        try {
            script = plan.entry().start(plan.program(staged, output), staged, notes);
            if (cancellation.signal() != 0) {
                // perhaps it looked just before there was a child
                ended.join();
                endTree();
            }
            script.begin();
            status = script.await();
            cancellation.stopClock();
            if (looksCanceled(status)) {
                cancellation.awaitFirst(SIGNAL_MILLIS);
            }
            if (cancellation.signal() == 0 && script.mayHaveLeftProcesses()) {
                afterwards();
            }
        } catch (K8sExecException e) {
            if (cancellation.signal() == 0) {
                throw e;
            }
            // it was ended on its way
            status = null;
        }
        if (cancellation.signal() != 0) {
            ended.join();
            return script == null
                    ? cancellation.outcome()
                    : cancellation.outcome().by(plan.entry().name());
        }
        return explained(ended(status).by(plan.entry().name()), memory);
    }

    /** A script may also fail because of a process that it waited for: not only SIGKILL may have to do with memory. */
    private Outcome explained(Outcome outcome, MemoryWatch memory) {
        Optional<String> reason = outcome.exitCode() == 0 ? Optional.empty() : memory.reason();
        reason.ifPresent(notes);
        return reason.map(outcome::because).orElse(outcome);
    }

    /** GoCD's agent sends SIGTERM to k8s-exec and to the script's processes alike: theirs may be felt before ours is heard of. */
    private static boolean looksCanceled(Status status) {
        return CANCELING.contains(status.exitCode() - 128);
    }

    private static Outcome ended(Status status) {
        return status.signal() == 0 ? Outcome.exited(status.exitCode()) : Outcome.signaled(status.signal());
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
