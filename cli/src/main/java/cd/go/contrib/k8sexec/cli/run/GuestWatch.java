package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.target.Namespace;
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
    private final Optional<Target> target;
    private final ProcessTree tree;
    private final Consumer<String> notes;
    private boolean watched;
    private Optional<String> end = Optional.empty();

    /** @param target empty: its way notices that by itself */
    GuestWatch(ProcFs proc, Optional<Target> target, ProcessTree tree, Consumer<String> notes) {
        this.proc = proc;
        this.target = target;
        this.tree = tree;
        this.notes = notes;
    }

    void begin(Events events) {
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

    private boolean hasEnded() {
        try {
            target.ifPresent(guest -> guest.checkUnchanged(proc));
            return false;
        } catch (K8sExecException e) {
            return true;
        }
    }

    void tell() {
        String what = "the guest " + name() + "(process " + target.get().pid() + ") ended at "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ", while the script ran";
        end = Optional.of(what);
        notes.accept(what + "; it goes on in what is left of that container's files");
    }

    /** What happened, in words; empty if the guest did not end. */
    Optional<String> end() {
        return end;
    }

    /** As one of the script's processes sees it. */
    private String name() {
        return tree.members().stream()
                .filter(process -> proc.namespace(process.pid(), Namespace.MOUNT)
                        .equals(target.get().mounts()))
                .flatMap(process -> proc.containerName(process.pid()).stream())
                .findFirst()
                .map(name -> name + " ")
                .orElse("");
    }
}
