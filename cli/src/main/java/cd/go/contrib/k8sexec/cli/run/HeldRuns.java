package cd.go.contrib.k8sexec.cli.run;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.staging.Origin;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The runs of this container whose place is held now, by what their processes have open ({@link HeldRun}). */
public final class HeldRuns {
    private static final String MEMORY = "/memfd:";

    private final ProcFs proc;
    private final List<Holder> holders = new ArrayList<>();
    /** Runs of which it is not known, for this process may not look. */
    private final List<ProcessInfo> others = new ArrayList<>();

    private record Holder(ProcessInfo process, HeldRun run) {}

    private HeldRuns(ProcFs proc) {
        this.proc = proc;
    }

    /** Those that there are. */
    public static HeldRuns now(ProcFs proc) {
        HeldRuns now = new HeldRuns(proc);
        OwnRuns.in(OwnRuns.container(proc), proc).runs().forEach(now::look);
        return now;
    }

    private void look(ProcessInfo process) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(proc.file(process.pid(), "fd"))) {
            for (Path file : files) {
                read(file).filter(run -> isOf(run, process)).ifPresent(run -> holders.add(new Holder(process, run)));
            }
        } catch (DirectoryIteratorException e) {
            // it has ended meanwhile
        } catch (IOException e) {
            others.add(process);
        }
    }

    /** By chroot(2) a script is in this container, too, and could pass for a k8s-exec that holds another's run. */
    private static boolean isOf(HeldRun run, ProcessInfo process) {
        return run.id().owner() == process.pid() && run.id().ownerStartTicks() == process.startTicks();
    }

    /** Nothing else is opened: to open a pipe can take a byte from it, or wait. */
    private static Optional<HeldRun> read(Path file) throws IOException {
        try {
            return Files.readSymbolicLink(file).toString().startsWith(MEMORY)
                    ? HeldRun.of(Files.readAllBytes(file))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            // it was closed meanwhile
            return Optional.empty();
        }
    }

    /**
     * The run of this id.
     *
     * @throws K8sExecException RUN_NOT_HELD
     */
    public HeldRun get(String id) {
        return holder(id).run();
    }

    /**
     * Ends the hold of a run.
     *
     * @param id  empty: of the only one that is held
     * @return which one
     * @throws K8sExecException RUN_NOT_HELD
     */
    public RunId resume(Optional<String> id) {
        Holder holder = id.map(this::holder).orElseGet(this::only);
        try {
            if (!isThere(holder.process())) {
                throw notHeld(holder.run().id().text(), "has gone on by now");
            }
            Platform.CURRENT.holds().resume(holder.process().pid());
        } catch (IOException e) {
            throw notHeld(holder.run().id().text(), "cannot be told to go on by this user (" + e.getMessage() + ")");
        }
        return holder.run().id();
    }

    /** Its number alone may be another process's by now. */
    private boolean isThere(ProcessInfo process) {
        return proc.process(process.pid())
                .filter(now -> now.startTicks() == process.startTicks() && !now.ended())
                .isPresent();
    }

    private Holder holder(String id) {
        Holder holder = holders.stream()
                .filter(each -> each.run().id().text().equals(id))
                .findFirst()
                .orElseThrow(() -> notHeld(id, why(id)));
        long uid = proc.status(holder.process().pid())
                .map(status -> status.uid())
                .orElseThrow(() -> notHeld(id, "has gone on by now"));
        if (uid != Platform.CURRENT.uid()) {
            throw notHeld(
                    id,
                    "is of the user " + uid + ", not of this one (" + Platform.CURRENT.uid()
                            + "), as whom a program would not run as the script did");
        }
        return holder;
    }

    private Holder only() {
        if (holders.size() == 1) {
            return holder(holders.get(0).run().id().text());
        }
        throw new K8sExecException(
                ErrorId.RUN_NOT_HELD,
                holders.isEmpty() ? "no run is held in this container" + notSeen() : "more than one run is " + now(),
                holders.isEmpty() ? "so there is none to go on" : "so it is not clear which one is to go on",
                holders.isEmpty() ? "look whether it has gone on by itself" : "name one of them");
    }

    private String why(String text) {
        Optional<RunId> id = RunId.parse(text);
        if (id.isEmpty()) {
            return "is no run's id";
        }
        Origin here = Run.origin(proc);
        if (!here.isSameNamespace(id.get().origin())) {
            return "is of another Pod, container or start of the machine than this";
        }
        Optional<ProcessInfo> owner = proc.process(id.get().owner())
                .filter(now -> now.startTicks() == id.get().ownerStartTicks() && !now.ended());
        if (owner.isEmpty()) {
            return "is over";
        }
        return others.stream().anyMatch(other -> other.pid() == id.get().owner())
                ? "is of another user than this, who may not look at it"
                : "is not of this container, or its script has not failed yet, and is not held";
    }

    private K8sExecException notHeld(String id, String why) {
        return new K8sExecException(
                ErrorId.RUN_NOT_HELD,
                "the run " + quoted(id) + " " + why + "; " + (holders.isEmpty() ? "none is held" : now()) + notSeen(),
                "so there is no place of a script to look into",
                "take the id from the line that says until when the place stays, in the same container");
    }

    private String now() {
        return "held now: "
                + holders.stream()
                        .map(holder ->
                                holder.run().id().text() + " (" + holder.run().failure() + ", until "
                                        + holder.run().until() + ")")
                        .collect(Collectors.joining(", "));
    }

    private String notSeen() {
        return others.isEmpty() ? "" : " as far as this user may look";
    }
}
