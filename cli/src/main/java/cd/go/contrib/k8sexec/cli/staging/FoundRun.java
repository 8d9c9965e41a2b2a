package cd.go.contrib.k8sexec.cli.staging;

import cd.go.contrib.k8sexec.cli.platform.Lock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.Optional;

/**
 * The folder of a run, whoever's, as it was found in the shared volume.
 *
 * @param name   of the folder
 * @param locked whether its k8s-exec had locked the folder before that had this name
 */
public record FoundRun(RunsFolder folder, String name, RunId id, boolean locked) {
    /** Follows the run's id as long as the folder is not locked, or if it cannot be. */
    static final String UNLOCKED = "_unlocked";

    static Optional<FoundRun> of(RunsFolder folder, String name) {
        boolean locked = !name.endsWith(UNLOCKED);
        String id = locked ? name : name.substring(0, name.length() - UNLOCKED.length());
        return RunId.parse(id)
                .map(run ->
                        new FoundRun(folder, name, run, locked && !run.origin().isOnlyNumber()));
    }

    /** Whether it is there now: its own k8s-exec removes it before it ends. */
    public boolean isThere() {
        return Files.exists(folder.directory().entry(name), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Whether the k8s-exec of the run has it locked, or a child of it that is on its way to be the script: the kernel
     * ends the lock with the last of them.
     *
     * @return TAKEN if nobody has; it is given back at once
     */
    public Lock lock() {
        if (!locked) {
            return Lock.UNKNOWN;
        }
        try (HeldDirectory directory = folder.directory().open(name)) {
            return directory.lock();
        } catch (IOException e) {
            return Lock.UNKNOWN;
        }
    }
}
