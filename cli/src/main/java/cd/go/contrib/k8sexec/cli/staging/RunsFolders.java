package cd.go.contrib.k8sexec.cli.staging;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folders of runs in a shared root: one for new runs, and those in which runs may have been left. */
final class RunsFolders {
    /**
     * A run that ends removes the folder when it is empty, so it may vanish between two looks; but not that often in a
     * row.
     */
    static final int ATTEMPTS = 100;
    /** In the shared root, for folders of a random name. A job's folders are few; a broken job's files may be many. */
    private static final int NAMES_LOOKED_AT = 1000;

    private static final int MOST_OTHERS = 16;

    private final Path path;
    private final HeldDirectory root;
    private final List<RunsFolder> others = new ArrayList<>();
    private RunsFolder used;
    /** Why the usual one is not used, if it is not. */
    private Optional<String> fault = Optional.empty();

    private RunsFolders(Path path, HeldDirectory root) {
        this.path = path;
        this.root = root;
    }

    /**
     * @param path where the shared root is, for messages
     * @throws K8sExecException STAGING_FAILED
     */
    static RunsFolders open(Path path, HeldDirectory root) throws IOException {
        RunsFolders folders = new RunsFolders(path, root);
        try {
            folders.open();
            return folders;
        } catch (IOException | K8sExecException e) {
            folders.close();
            throw e;
        }
    }

    private void open() throws IOException {
        openUsual();
        for (String name : root.list(NAMES_LOOKED_AT)) {
            if (RunsFolder.isOther(name) && others.size() < MOST_OTHERS) {
                openOther(name);
            }
        }
        if (used == null) {
            RunsFolder made = RunsFolder.makeAnother(root);
            take(made);
            if (!made.isSafe()) {
                throw SharedVolume.failed(
                        path.resolve(made.name()) + " " + made.fault().get() + ", although it has just been made");
            }
        }
    }

    private void openUsual() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            boolean made = RunsFolder.makeUsual(root);
            try {
                RunsFolder folder = RunsFolder.open(root, RunsFolder.USUAL);
                fault = folder.fault();
                take(folder);
                if (made && folder.isSafe()) {
                    // whatever the umask took away
                    folder.letThrough();
                }
                return;
            } catch (NoSuchFileException e) {
                // once more
            } catch (IOException e) {
                fault = Optional.of("cannot be opened as a directory (" + K8sExecException.reason(e) + ")");
                return;
            }
        }
        throw SharedVolume.failed(path.resolve(RunsFolder.USUAL) + " vanishes as often as it is made");
    }

    private void openOther(String name) {
        try {
            take(RunsFolder.open(root, name));
        } catch (IOException e) {
            // it has gone meanwhile, or is no folder of ours
        }
    }

    private void take(RunsFolder folder) {
        if (used == null && folder.isSafe()) {
            used = folder;
        } else {
            others.add(folder);
        }
    }

    /** For new runs. */
    RunsFolder used() {
        return used;
    }

    Stream<RunsFolder> all() {
        return Stream.concat(Stream.ofNullable(used), others.stream());
    }

    /** Which one is not used, and why, in words; empty if it is, or if nothing is in it. */
    Optional<String> unused() {
        return fault.filter(why -> others.stream()
                        .filter(folder -> folder.name().equals(RunsFolder.USUAL))
                        .noneMatch(RunsFolders::isEmpty))
                .map(why -> path.resolve(RunsFolder.USUAL) + " " + why);
    }

    private static boolean isEmpty(RunsFolder folder) {
        try {
            return folder.directory().list(1).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** Closes them, and removes those in which nothing is. */
    void close() {
        all().forEach(folder -> {
            folder.close();
            folder.removeIfEmpty(root);
        });
        others.clear();
    }
}
