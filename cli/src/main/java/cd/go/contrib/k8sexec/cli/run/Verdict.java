package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.enter.Account;
import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Running;
import cd.go.contrib.k8sexec.cli.outcome.Cost;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.platform.Status;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.OutcomeKind;
import cd.go.contrib.k8sexec.protocol.Signals;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What is known of how a run ends, and what becomes of that in the end. */
final class Verdict {
    private static final String STOPPED = "the agent is being stopped";

    private final ProcFs proc;
    private final Consumer<String> notes;
    private final MemoryWatch memory;
    private final Meter meter;

    private boolean started;
    private Optional<Status> status = Optional.empty();
    private Optional<K8sExecException> failure = Optional.empty();
    /** How the run ends, if that is not the script's doing. */
    private Optional<Outcome> cut = Optional.empty();

    private Optional<Cost> cost = Optional.empty();

    /** The script is about to be started. */
    Verdict(ProcFs proc, Meter meter, Consumer<String> notes) {
        this.proc = proc;
        this.meter = meter;
        this.notes = notes;
        this.memory = MemoryWatch.begin(proc);
    }

    /** The script runs. */
    void started() {
        started = true;
        meter.begin();
    }

    /** What the script took is read now, and not once more: the run may have to wait for somebody else. */
    void measure(Running script) {
        cost = cost.or(() -> Optional.of(meter.read(script.account())));
    }

    /** The script has ended. */
    void ended(Status end) {
        status = Optional.of(end);
    }

    /** It could not run, or nobody will know how it ended. */
    void failed(K8sExecException reason) {
        failure = Optional.of(reason);
    }

    /** A fault of k8s-exec's own, after which less is known than before. */
    void broken(Throwable fault) {
        failure = failure.or(() -> Optional.of(K8sExecException.of(fault)));
    }

    /** The run is ended, whatever the script does. */
    void cut(Outcome how) {
        cut = Optional.of(how);
    }

    /** How the run is ended, if that is not the script's doing. */
    Optional<Outcome> cut() {
        return cut;
    }

    /** Whether nothing of the script is to come any more. */
    boolean isKnown() {
        return status.isPresent() || failure.isPresent();
    }

    /** In which way the script has failed, in words; empty if it has not, or has been cancelled, or could not run. */
    Optional<String> scriptsFailure() {
        if (!started || failure.isPresent() || status.isEmpty()) {
            return Optional.empty();
        } else if (cut.isPresent()) {
            return cut.filter(how -> how.kind() == OutcomeKind.TIMED_OUT).map(how -> "it ran longer than it may");
        }
        Status end = status.get();
        return end.signal() != 0
                ? Optional.of("SIG" + Signals.name(end.signal()) + " ended it")
                : Optional.of(end.exitCode()).filter(code -> code != 0).map(code -> "exit code " + code);
    }

    /** @throws K8sExecException if the script could not run, or nobody knows how it ended */
    Outcome outcome(Running script, Entry entry, GuestWatch guest) {
        Outcome outcome = outcomeAlone(script, entry, guest);
        if (!started) {
            return outcome;
        }
        measure(script);
        return outcome.after(cost.get());
    }

    private Outcome outcomeAlone(Running script, Entry entry, GuestWatch guest) {
        String way = started ? entry.name() : null;
        if (cut.isPresent()) {
            if (script.isEnding()) {
                notes.accept("the guest does not answer: what was started there may still run");
            } else if (!started) {
                notes.accept("it was ended before the script began: nothing was run");
            }
            Outcome outcome = cut.get().by(way);
            if (outcome.kind() == OutcomeKind.CANCELED && Stopping.of(proc).hasBegun()) {
                notes.accept("the script was ended: " + STOPPED);
                return outcome.because(STOPPED);
            }
            return outcome;
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        int signal = status.get().signal();
        Outcome end = signal == 0 ? Outcome.exited(status.get().exitCode()) : Outcome.signaled(signal);
        Outcome outcome = end.by(way);
        // a script may also fail because of a process that it waited for: not only SIGKILL may have to do with memory
        Optional<String> reason = script.account()
                .map(Account::shortage)
                .orElseGet(() -> outcome.exitCode() == 0 ? Optional.empty() : memory.reason());
        return Stream.of(reason, outcome.exitCode() == 0 ? Optional.<String>empty() : guest.end())
                .flatMap(Optional::stream)
                .reduce((first, second) -> first + "; " + second)
                .map(outcome::because)
                .orElse(outcome);
    }
}
