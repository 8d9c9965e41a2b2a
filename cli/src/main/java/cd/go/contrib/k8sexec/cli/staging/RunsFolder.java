package cd.go.contrib.k8sexec.cli.staging;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A folder of runs in the shared root, held open: {@code .k8s-exec}, or one of a random name, if somebody else may
 * write to that one. kubelet gives all that is on a volume to the Pod's fsGroup, at each mount.
 *
 * @param name  in the shared root
 * @param fault why no run is put there, in words; empty if it is this user's, and nobody else may write to it
 */
record RunsFolder(String name, HeldDirectory directory, Optional<String> fault) implements Closeable {
    static final String USUAL = ".k8s-exec";

    private static final Pattern OTHER = Pattern.compile("\\.k8s-exec-[0-9a-f]{32}");
    /** Only for the owner: whoever else has to find a run there gets a way through. */
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");

    /** Others may pass through to a run, but only the owner can list the names of the runs. */
    private static final Set<PosixFilePermission> PASS_THROUGH = PosixFilePermissions.fromString("rwx--x--x");

    /** Whether it is a name of {@link #makeAnother}. */
    static boolean isOther(String name) {
        return OTHER.matcher(name).matches();
    }

    /** Opens it, whoever's it is. */
    static RunsFolder open(HeldDirectory root, String name) throws IOException {
        HeldDirectory directory = root.open(name);
        try {
            return new RunsFolder(name, directory, fault(directory));
        } catch (IOException e) {
            directory.close();
            throw e;
        }
    }

    private static Optional<String> fault(HeldDirectory directory) throws IOException {
        if (directory.isOwn()) {
            return Optional.empty();
        }
        var attributes = directory.attributes();
        return Optional.of("belongs to " + attributes.owner().getName() + " with mode "
                + PosixFilePermissions.toString(attributes.permissions()) + ", not to this user alone");
    }

    /** Makes the usual one; false if it is there already. */
    static boolean makeUsual(HeldDirectory root) throws IOException {
        return make(root, USUAL, PASS_THROUGH);
    }

    /** Makes one of a name that nobody can guess. */
    static RunsFolder makeAnother(HeldDirectory root) throws IOException {
        String name = USUAL + "-" + RandomName.create();
        make(root, name, OWNER);
        return open(root, name);
    }

    private static boolean make(HeldDirectory root, String name, Set<PosixFilePermission> mode) throws IOException {
        try {
            Files.createDirectory(root.entry(name), PosixFilePermissions.asFileAttribute(mode));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    boolean isSafe() {
        return fault.isEmpty();
    }

    /** Lets other users through to a run whose name they are told. */
    void letThrough() throws IOException {
        Files.setPosixFilePermissions(directory.path(), PASS_THROUGH);
    }

    /** Removes it from the shared root, if nothing is in it. */
    void removeIfEmpty(HeldDirectory root) {
        try {
            if (Files.isDirectory(root.entry(name), LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(root.entry(name));
            }
        } catch (IOException e) {
            // not empty: another run goes on; or the guest was quicker
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
