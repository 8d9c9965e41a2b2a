package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.SeenGuests;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Notices that the guest ends while the script runs. The script may go on, in what is left of the guest's files; but
 * somebody has to know it.
 */
final class GuestWatch {
    private final ProcFs proc;
    private final Optional<Target> target;
    private final Consumer<String> notes;
    private String name = "";
    private boolean watched;
    private Optional<String> end = Optional.empty();

    /** @param target empty: its way notices its end by itself */
    GuestWatch(ProcFs proc, Optional<Target> target, Consumer<String> notes) {
        this.proc = proc;
        this.target = target;
        this.notes = notes;
    }

    /** It has the shared volume, or the script would not have started. */
    void begin(Events events) {
        // it may have been found before its runtime had made its mounts
        Optional<String> container = target.flatMap(guest -> guest.name().or(() -> proc.containerName(guest.pid())));
        container.ifPresent(found -> SeenGuests.of(proc).add(Set.of(found)));
        name = container.map(found -> found + " ").orElse("");
        watched = target.isEmpty() || events.watch(target.get().pid());
    }

    /** The script has ended: if the guest's end could not be awaited, it is looked for now. */
    void finish() {
        if (!watched && hasEnded()) {
            tell();
        }
    }

    /** Why the script did not start: the guest's end goes before. */
    K8sExecException reason(K8sExecException otherwise) {
        return hasEnded() ? target.get().gone() : otherwise;
    }

    /** As far as this process can see it. */
    boolean hasEnded() {
        try {
            target.ifPresent(guest -> guest.checkUnchanged(proc));
            return false;
        } catch (K8sExecException e) {
            return true;
        }
    }

    /** Whether this process is what is watched. */
    boolean is(int pid) {
        return target.isPresent() && target.get().pid() == pid;
    }

    /** What is watched, for people. */
    String words() {
        return "the guest " + name + "(process " + target.get().pid() + ")";
    }

    void tell() {
        String what = words() + " ended at " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ", while the script ran";
        end = Optional.of(what);
        notes.accept(what + "; it goes on in what is left of that container's files");
    }

    /** What happened, in words; empty if the guest did not end. */
    Optional<String> end() {
        return end;
    }
}
