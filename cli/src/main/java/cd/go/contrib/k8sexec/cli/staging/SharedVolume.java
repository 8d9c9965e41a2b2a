package cd.go.contrib.k8sexec.cli.staging;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Lock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * The folder {@code .k8s-exec} of the volume that agent and guest share. The guest can write to that volume at any
 * moment and is not trusted: nothing here is opened, made or deleted by a path that leads through a folder which the
 * guest could swap ({@link HeldDirectory}). A folder to which somebody else may write is not used, nor set back: runs
 * go to another one then, of a random name, and what is in that one is only cleaned up.
 */
public final class SharedVolume implements AutoCloseable {
    /** Below the shared root; there is one folder in it for each run. */
    public static final String FOLDER = RunsFolder.USUAL;

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final HeldDirectory root;
    private RunsFolders folders;

    private SharedVolume(Path path, HeldDirectory root) {
        this.path = path;
        this.root = root;
    }

    /**
     * Opens the folder, which is made if it is not there.
     *
     * @param sharedRoot where the volume is mounted in the agent
     * @throws K8sExecException SHARED_ROOT_INVALID if the shared root is missing, no directory or a symbolic link;
     *                          STAGING_FAILED if no folder can be made there
     */
    public static SharedVolume open(Path sharedRoot) {
        SharedVolume volume = new SharedVolume(sharedRoot, openRoot(sharedRoot));
        try {
            volume.folders = RunsFolders.open(volume.path, volume.root);
            return volume;
        } catch (IOException e) {
            volume.root.close();
            throw failed(sharedRoot.resolve(FOLDER) + " cannot be made or opened (" + K8sExecException.reason(e) + ")");
        } catch (K8sExecException e) {
            volume.root.close();
            throw e;
        }
    }

    private static HeldDirectory openRoot(Path sharedRoot) {
        try {
            return HeldDirectory.open(sharedRoot);
        } catch (NoSuchFileException e) {
            throw invalidRoot(sharedRoot, "does not exist");
        } catch (IOException e) {
            throw invalidRoot(
                    sharedRoot,
                    Files.isSymbolicLink(sharedRoot)
                            ? "is a symbolic link"
                            : "cannot be opened as a directory (" + K8sExecException.reason(e) + ")");
        }
    }

    private RunsFolder used() {
        return folders.used();
    }

    // ---- a run's folder

    /**
     * Makes the folder of a run.
     *
     * @param byAnother whether the script has another user than this process
     * @throws K8sExecException STAGING_FAILED
     */
    public StagedRun stage(RunId id, boolean byAnother) {
        String unlocked = id.text() + FoundRun.UNLOCKED;
        try {
            makeRunFolder(unlocked);
            if (byAnother && !used().name().equals(FOLDER)) {
                used().letThrough();
            }
            HeldDirectory directory = used().directory().open(unlocked);
            try {
                if (!directory.isOwn()) {
                    throw failed("the folder of the run was swapped while it was made");
                }
                return new StagedRun(this, id, directory, locked(directory, unlocked, id.text()));
            } catch (IOException | K8sExecException e) {
                directory.close();
                throw e;
            }
        } catch (IOException e) {
            remove(unlocked);
            throw notWritten(e);
        } catch (K8sExecException e) {
            remove(unlocked);
            throw e;
        }
    }

    private void makeRunFolder(String name) throws IOException {
        for (int attempt = 0; attempt < RunsFolders.ATTEMPTS; attempt++) {
            try {
                Files.createDirectory(used().directory().entry(name), OWNER_ONLY);
                return;
            } catch (NoSuchFileException e) {
                // another run has ended since, and removed the empty folder
                folders.close();
                folders = RunsFolders.open(path, root);
            }
        }
        throw failed(path.resolve(FOLDER) + " vanishes as often as it is made");
    }

    /** Locks it and then renames it: what has that name and no lock has no k8s-exec any more. */
    private String locked(HeldDirectory directory, String unlocked, String name) throws IOException {
        if (directory.lock() != Lock.TAKEN) {
            return unlocked;
        }
        HeldDirectory folder = used().directory();
        Files.move(folder.entry(unlocked), folder.entry(name), StandardCopyOption.ATOMIC_MOVE);
        return name;
    }

    /** What removes the usual folder, whoever's it is. */
    public String removal() {
        return "rm -rf " + path.resolve(FOLDER);
    }

    /** The name of the folder that new runs are put into, in the shared root. */
    String folder() {
        return used().name();
    }

    /** Removes a folder of a run that this process has made, with all that lies in it. */
    String remove(String name) {
        return remove(used(), name);
    }

    // ---- what others have left

    /**
     * The folders of runs, whoever's.
     *
     * @param most   how many, chosen at random
     * @param listed how many names of each folder are read for that
     */
    public List<FoundRun> runs(int most, int listed) {
        List<FoundRun> found = new ArrayList<>();
        folders.all().forEach(folder -> addRuns(found, folder, listed));
        if (found.size() > most) {
            Collections.shuffle(found, new Random(System.nanoTime()));
            return found.subList(0, most);
        }
        return found;
    }

    private static void addRuns(List<FoundRun> found, RunsFolder folder, int listed) {
        try {
            for (String name : folder.directory().list(listed)) {
                FoundRun.of(folder, name).ifPresent(found::add);
            }
        } catch (IOException e) {
            // another's, which stays: unused() tells
        }
    }

    /** Which folder is not used, and why, in words; empty if the usual one is, or if nothing is in that. */
    public Optional<String> unused() {
        return folders.unused();
    }

    /**
     * Removes the folder of a run with all that lies in it.
     *
     * @return what could not be removed, in words, or null
     */
    public String remove(FoundRun run) {
        return remove(run.folder(), run.name());
    }

    private String remove(RunsFolder folder, String name) {
        try {
            folder.directory().deleteTree(name);
            return null;
        } catch (IOException e) {
            return path.resolve(folder.name()).resolve(name) + " could not be removed (" + K8sExecException.reason(e)
                    + ")";
        }
    }

    /** Closes the folders, and removes those that no other run uses. */
    @Override
    public void close() {
        folders.close();
        root.close();
    }

    // ---- words

    K8sExecException notWritten(IOException e) {
        return failed("the folder of the run cannot be written in " + path + " (" + K8sExecException.reason(e) + ")");
    }

    private static K8sExecException invalidRoot(Path root, String what) {
        return new K8sExecException(
                ErrorId.SHARED_ROOT_INVALID,
                "the shared root " + root + " " + what,
                "so there is nowhere to put the script",
                "set GO_K8S_CONTAINER_SHARED_ROOT or --shared-root to where the shared volume is mounted in the agent");
    }

    static K8sExecException failed(String what) {
        return new K8sExecException(
                ErrorId.STAGING_FAILED,
                what,
                "so the script cannot be handed to the guest",
                "give the agent's user a shared volume with free space, to whose root folder it can write");
    }
}
