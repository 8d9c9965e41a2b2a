package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Whether the container that this is in is being stopped: a file outside of the shared volume says so, which names the
 * container's main process. So it holds for that container as it was started, and not after a restart of it.
 */
public record Stopping(ProcFs proc, List<Path> folders) {
    private static final String NAME = "k8s-exec-stopping";
    /** Of which a container has one that can be written, whoever its user, and if its root is read-only. */
    private static final List<Path> FOLDERS = List.of(Path.of("/tmp"), Path.of("/run"), Path.of("/dev"));

    public static Stopping of(ProcFs proc) {
        return new Stopping(proc, FOLDERS);
    }

    /**
     * From now on no run begins.
     *
     * @param main the container's main process
     * @return whether that could be said
     */
    public boolean begin(ProcessInfo main) {
        for (Path folder : folders) {
            Path file = folder.resolve(NAME);
            Path beside = folder.resolve(NAME + "." + ProcessHandle.current().pid());
            try {
                Files.writeString(beside, main.pid() + " " + main.startTicks() + "\n");
                Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                return true;
            } catch (IOException e) {
                // the next one may do
            }
        }
        return false;
    }

    public boolean hasBegun() {
        return folders.stream().anyMatch(this::says);
    }

    /** @throws K8sExecException STOPPING */
    public void check() {
        if (hasBegun()) {
            throw new K8sExecException(
                    ErrorId.STOPPING,
                    "the agent is being stopped (k8s-exec stop)",
                    "so no script is begun any more",
                    "run the job again: another agent takes it");
        }
    }

    private boolean says(Path folder) {
        Path file = folder.resolve(NAME);
        // no other kind of file: to open a named pipe would wait for somebody to write
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            String[] main = Files.readString(file).strip().split(" ");
            return main.length == 2
                    && proc.process(Integer.parseInt(main[0]))
                            .filter(now -> String.valueOf(now.startTicks()).equals(main[1]))
                            .isPresent();
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }
}
