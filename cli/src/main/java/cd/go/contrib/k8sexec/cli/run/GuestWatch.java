package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Notices that the guest ends while the script runs. The script may go on, in what is left of the guest's files; but
 * somebody has to know it.
 */
final class GuestWatch {
    private final ProcFs proc;
    private final Target target;
    private final Consumer<String> notes;
    private String name = "";
    private boolean watched;
    private Optional<String> end = Optional.empty();

    GuestWatch(ProcFs proc, Target target, Consumer<String> notes) {
        this.proc = proc;
        this.target = target;
        this.notes = notes;
    }

    /** While it lives its name can be read. */
    void begin(Events events) {
        name = proc.containerName(target.pid()).map(name -> name + " ").orElse("");
        watched = events.watch(target.pid());
    }

    /** The script has ended: if the guest's end could not be awaited, it is looked for now. */
    void finish() {
        if (!watched && hasEnded()) {
            tell();
        }
    }

    boolean hasEnded() {
        try {
            target.checkUnchanged(proc);
            return false;
        } catch (K8sExecException e) {
            return true;
        }
    }

    void tell() {
        String what = "the guest " + name + "(process " + target.pid() + ") ended at "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ", while the script ran";
        end = Optional.of(what);
        notes.accept(what + "; it goes on in what is left of that container's files");
    }

    /** What happened, in words; empty if the guest did not end. */
    Optional<String> end() {
        return end;
    }
}
