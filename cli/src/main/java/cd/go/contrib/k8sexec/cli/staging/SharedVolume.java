package cd.go.contrib.k8sexec.cli.staging;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The folder {@code .k8s-exec} of the volume that agent and guest share. The guest can write to that volume at any moment and is not
 * trusted: nothing here is opened, made or deleted by a path that leads through a folder which the guest could swap. Folders are held open
 * and used relative to themselves (openat(2)), without following a symbolic link.
 */
public final class SharedVolume implements AutoCloseable {
    /** Below the shared root; there is one folder in it for each run. */
    public static final String FOLDER = ".k8s-exec";

    private static final Path NAME = Path.of(FOLDER);
    /** The guest's user may pass through, but nobody can list the names of the runs. */
    private static final Set<PosixFilePermission> PASS_THROUGH = PosixFilePermissions.fromString("rwx--x--x");

    private final Path path;
    private final SecureDirectoryStream<Path> root;
    private final SecureDirectoryStream<Path> folder;

    private SharedVolume(Path path, SecureDirectoryStream<Path> root, SecureDirectoryStream<Path> folder) {
        this.path = path;
        this.root = root;
        this.folder = folder;
    }

    /**
     * Opens the folder, which is made where it is not there.
     *
     * @param sharedRoot where the volume is mounted in the agent
     * @throws K8sExecException SHARED_ROOT_INVALID where the shared root is missing, no directory or a symbolic link; STAGING_FAILED where
     *                          the folder cannot be made, or is not a folder of this user that nobody else can write to
     */
    public static SharedVolume open(Path sharedRoot) {
        SecureDirectoryStream<Path> root = openRoot(sharedRoot);
        try {
            return new SharedVolume(sharedRoot, root, openFolder(sharedRoot, root));
        } catch (IOException e) {
            throw closing(root, failed(sharedRoot.resolve(FOLDER) + " cannot be made or opened (" + reason(e) + ")"));
        } catch (K8sExecException e) {
            throw closing(root, e);
        }
    }

    private static SecureDirectoryStream<Path> openRoot(Path sharedRoot) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(sharedRoot, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                throw invalidRoot(sharedRoot, "is a symbolic link");
            }
            if (!attributes.isDirectory()) {
                throw invalidRoot(sharedRoot, "is not a directory");
            }
            SecureDirectoryStream<Path> root = (SecureDirectoryStream<Path>) Files.newDirectoryStream(sharedRoot);
            BasicFileAttributes opened = root.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
            if (!opened.fileKey().equals(attributes.fileKey())) {
                throw closing(root, invalidRoot(sharedRoot, "was swapped while it was opened"));
            }
            return root;
        } catch (NoSuchFileException e) {
            throw invalidRoot(sharedRoot, "does not exist");
        } catch (IOException e) {
            throw invalidRoot(sharedRoot, "cannot be opened (" + reason(e) + ")");
        }
    }

    private static SecureDirectoryStream<Path> openFolder(Path sharedRoot, SecureDirectoryStream<Path> root) throws IOException {
        // a run that ends removes the folder when it is empty, so it may vanish between two looks; not a hundred times though
        for (int attempt = 0; attempt < 100; attempt++) {
            boolean made = false;
            try {
                // the root is held by its mount, so only the last name could be swapped, and mkdir(2) does not follow that
                Files.createDirectory(sharedRoot.resolve(FOLDER), PosixFilePermissions.asFileAttribute(PASS_THROUGH));
                made = true;
            } catch (FileAlreadyExistsException e) {
                // the usual case, in which another run is going on
            }
            try {
                var folder = root.newDirectoryStream(NAME, LinkOption.NOFOLLOW_LINKS);
                PosixFileAttributeView view = folder.getFileAttributeView(PosixFileAttributeView.class);
                PosixFileAttributes attributes = view.readAttributes();
                if (!isOwn(attributes)) {
                    throw closing(folder, failed(sharedRoot.resolve(FOLDER) + " belongs to " + attributes.owner().getName() + " with mode "
                        + PosixFilePermissions.toString(attributes.permissions()) + ", not to this user alone"));
                }
                if (made && !attributes.permissions().equals(PASS_THROUGH)) {
                    view.setPermissions(PASS_THROUGH);
                }
                return folder;
            } catch (NoSuchFileException e) {
                continue;
            }
        }
        throw failed(sharedRoot.resolve(FOLDER) + " vanishes as often as it is made");
    }

    /**
     * Makes the folder of a run, with the script in it.
     *
     * @param script     the file's content
     * @param anyUser whether users other than this one must be able to read it; they then have to know the run's id
     * @throws K8sExecException STAGING_FAILED
     */
    public StagedRun stage(RunId id, byte[] script, boolean anyUser) {
        Path name = Path.of(id.text());
        try {
            // mkdirat(2) is not in the JDK: it is made in the root, which cannot be swapped, and moved into the folder that is held open
            FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            Files.createDirectory(path.resolve("." + id.text()), mode);
            try {
                root.move(Path.of("." + id.text()), folder, name);
            } catch (IOException e) {
                root.deleteDirectory(Path.of("." + id.text()));
                throw e;
            }
        } catch (IOException e) {
            throw failed("no folder can be made in " + path + " (" + reason(e) + ")");
        }
        try {
            SecureDirectoryStream<Path> directory = folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
            try {
                PosixFileAttributeView view = directory.getFileAttributeView(PosixFileAttributeView.class);
                if (!isOwn(view.readAttributes())) {
                    throw failed("the folder of the run was swapped while it was made");
                }
                if (anyUser) {
                    view.setPermissions(PASS_THROUGH);
                }
                return StagedRun.create(this, id, directory, script, anyUser);
            } catch (IOException | K8sExecException e) {
                throw closing(directory, e instanceof K8sExecException known ? known
                    : failed("the script cannot be written to " + path + " (" + reason((IOException) e) + ")"));
            }
        } catch (IOException e) {
            remove(id);
            throw failed("the folder of the run cannot be opened (" + reason(e) + ")");
        } catch (K8sExecException e) {
            remove(id);
            throw e;
        }
    }

    /** The runs whose folders are there, whoever owns them. */
    public List<RunId> runs() {
        List<RunId> runs = new ArrayList<>();
        try (DirectoryStream<Path> listing = root.newDirectoryStream(NAME, LinkOption.NOFOLLOW_LINKS)) {
            listing.forEach(entry -> RunId.parse(entry.getFileName().toString()).ifPresent(runs::add));
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            // gone or swapped: then there is nothing here that is ours
        }
        return runs;
    }

    /**
     * Removes the folder of a run with all that lies in it.
     *
     * @return what could not be removed, in words, or null
     */
    public String remove(RunId id) {
        try {
            removeTree(folder, Path.of(id.text()));
            return null;
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return path.resolve(FOLDER).resolve(id.text()) + " could not be removed (" + e + ")";
        }
    }

    /** Closes the folder, and removes it where no other run uses it. */
    @Override
    public void close() {
        try {
            folder.close();
            root.deleteDirectory(NAME);
        } catch (IOException e) {
            // not empty: another run goes on; or the guest removed it
        }
        try {
            root.close();
        } catch (IOException e) {
            // read only: nothing can be lost
        }
    }

    private static void removeTree(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try (SecureDirectoryStream<Path> directory = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : directory) {
                Path child = entry.getFileName();
                BasicFileAttributes attributes = directory.getFileAttributeView(child, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
                if (attributes.isDirectory()) {
                    removeTree(directory, child);
                } else {
                    directory.deleteFile(child);
                }
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (FileSystemException e) {
            if (isDirectory(parent, name)) {
                throw e;
            }
            parent.deleteFile(name);
            return;
        }
        parent.deleteDirectory(name);
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        return parent.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS).readAttributes().isDirectory();
    }

    private static boolean isOwn(PosixFileAttributes attributes) throws IOException {
        UserPrincipal self = Files.readAttributes(Path.of("/proc/self"), PosixFileAttributes.class).owner();
        return attributes.owner().equals(self) && !attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
            && !attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE);
    }

    /** The operating system's words alone, where there are some: the path is in the message already. */
    private static String reason(IOException e) {
        return e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.toString();
    }

    private static <E extends Exception> E closing(AutoCloseable open, E e) {
        try {
            open.close();
        } catch (Exception closing) {
            e.addSuppressed(closing);
        }
        return e;
    }

    private static K8sExecException invalidRoot(Path root, String what) {
        return new K8sExecException(ErrorId.SHARED_ROOT_INVALID, "the shared root " + root + " " + what, "so there is nowhere to put the script",
            "set GO_K8S_CONTAINER_SHARED_ROOT or --shared-root to where the shared volume is mounted in the agent");
    }

    private static K8sExecException failed(String what) {
        return new K8sExecException(ErrorId.STAGING_FAILED, what, "so the script cannot be handed to the guest",
            "give the agent's user a writable shared volume with free space, and remove a " + FOLDER + " there that is not k8s-exec's own");
    }
}
