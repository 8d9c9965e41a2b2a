package cd.go.contrib.k8sexec.cli.staging;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The folder {@code .k8s-exec} of the volume that agent and guest share. The guest can write to that volume at any
 * moment and is not trusted: nothing here is opened, made or deleted by a path that leads through a folder which the
 * guest could swap ({@link HeldDirectory}).
 */
public final class SharedVolume implements AutoCloseable {
    /** Below the shared root; there is one folder in it for each run. */
    public static final String FOLDER = ".k8s-exec";

    /**
     * A run that ends removes the folder when it is empty, so it may vanish between two looks; but not that often in a
     * row.
     */
    private static final int ATTEMPTS = 100;
    /** The script's user may pass through to its run, but only the owner can list the names of the runs. */
    private static final Set<PosixFilePermission> PASS_THROUGH = PosixFilePermissions.fromString("rwx--x--x");

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final HeldDirectory root;
    private HeldDirectory folder;

    private SharedVolume(Path path, HeldDirectory root, HeldDirectory folder) {
        this.path = path;
        this.root = root;
        this.folder = folder;
    }

    /**
     * Opens the folder, which is made where it is not there.
     *
     * @param sharedRoot where the volume is mounted in the agent
     * @throws K8sExecException SHARED_ROOT_INVALID where the shared root is missing, no directory or a symbolic link;
     *                          STAGING_FAILED where the folder cannot be made, or is not a folder of this user that
     *                          nobody else can write to
     */
    public static SharedVolume open(Path sharedRoot) {
        HeldDirectory root = openRoot(sharedRoot);
        try {
            return new SharedVolume(sharedRoot, root, openFolder(sharedRoot, root));
        } catch (IOException e) {
            root.close();
            throw failed(sharedRoot.resolve(FOLDER) + " cannot be made or opened (" + K8sExecException.reason(e) + ")");
        } catch (K8sExecException e) {
            root.close();
            throw e;
        }
    }

    private static HeldDirectory openRoot(Path sharedRoot) {
        try {
            if (Files.isSymbolicLink(sharedRoot)) {
                throw invalidRoot(sharedRoot, "is a symbolic link");
            }
            return HeldDirectory.open(sharedRoot);
        } catch (NoSuchFileException e) {
            throw invalidRoot(sharedRoot, "does not exist");
        } catch (IOException e) {
            throw invalidRoot(sharedRoot, "cannot be opened as a directory (" + K8sExecException.reason(e) + ")");
        }
    }

    private static HeldDirectory openFolder(Path sharedRoot, HeldDirectory root) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            boolean made = make(root);
            try {
                HeldDirectory folder = root.open(FOLDER);
                try {
                    if (!folder.isOwn()) {
                        throw failed(sharedRoot.resolve(FOLDER) + " belongs to "
                                + folder.attributes().owner().getName() + " with mode "
                                + PosixFilePermissions.toString(
                                        folder.attributes().permissions()) + ", not to this user alone");
                    }
                    if (made) {
                        // whatever the umask took away
                        Files.setPosixFilePermissions(folder.path(), PASS_THROUGH);
                    }
                    return folder;
                } catch (IOException | K8sExecException e) {
                    folder.close();
                    throw e;
                }
            } catch (NoSuchFileException e) {
                // once more
            }
        }
        throw failed(sharedRoot.resolve(FOLDER) + " vanishes as often as it is made");
    }

    private static boolean make(HeldDirectory root) throws IOException {
        try {
            Files.createDirectory(root.entry(FOLDER), PosixFilePermissions.asFileAttribute(PASS_THROUGH));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /**
     * Makes the folder of a run.
     *
     * @throws K8sExecException STAGING_FAILED
     */
    public StagedRun stage(RunId id) {
        try {
            makeRunFolder(id);
            HeldDirectory directory = folder.open(id.text());
            try {
                if (!directory.isOwn()) {
                    throw failed("the folder of the run was swapped while it was made");
                }
                return new StagedRun(this, id, directory);
            } catch (IOException | K8sExecException e) {
                directory.close();
                throw e;
            }
        } catch (IOException e) {
            remove(id);
            throw notWritten(e);
        } catch (K8sExecException e) {
            remove(id);
            throw e;
        }
    }

    private void makeRunFolder(RunId id) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                Files.createDirectory(folder.entry(id.text()), OWNER_ONLY);
                return;
            } catch (NoSuchFileException e) {
                // another run has ended since, and removed the empty folder
                folder.close();
                folder = openFolder(path, root);
            }
        }
        throw failed(path.resolve(FOLDER) + " vanishes as often as it is made");
    }

    /** The runs whose folders are there, whoever owns them. */
    public List<RunId> runs() {
        try {
            return folder.list().stream()
                    .map(RunId::parse)
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            throw failed(path.resolve(FOLDER) + " cannot be listed (" + K8sExecException.reason(e) + ")");
        }
    }

    /**
     * Removes the folder of a run with all that lies in it.
     *
     * @return what could not be removed, in words, or null
     */
    public String remove(RunId id) {
        try {
            folder.deleteTree(id.text());
            return null;
        } catch (IOException e) {
            return path.resolve(FOLDER).resolve(id.text()) + " could not be removed (" + K8sExecException.reason(e)
                    + ")";
        }
    }

    /** Closes the folder, and removes it where no other run uses it. */
    @Override
    public void close() {
        folder.close();
        try {
            if (Files.isDirectory(root.entry(FOLDER), LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(root.entry(FOLDER));
            }
        } catch (IOException e) {
            // not empty: another run goes on; or the guest was quicker
        }
        root.close();
    }

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

    private static K8sExecException failed(String what) {
        return new K8sExecException(
                ErrorId.STAGING_FAILED,
                what,
                "so the script cannot be handed to the guest",
                "give the agent's user a writable shared volume with free space, and remove a " + FOLDER
                        + " there that is not k8s-exec's own");
    }
}
