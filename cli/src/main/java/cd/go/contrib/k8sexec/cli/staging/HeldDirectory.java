package cd.go.contrib.k8sexec.cli.staging;

import cd.go.contrib.k8sexec.cli.platform.Lock;
import cd.go.contrib.k8sexec.cli.platform.Opened;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * A directory that is held open and used relative to itself, whatever happens to its name meanwhile. Its entries are
 * reached by /proc/self/fd/N/NAME, which the kernel resolves from the open directory as openat(2) would
 * (proc_pid_fd(5)). (The JDK's own SecureDirectoryStream is not there in a static executable, and cannot make
 * directories.)
 */
public final class HeldDirectory implements Closeable {
    /** S_IWGRP and S_IWOTH (inode(7)). */
    private static final int WRITABLE_BY_OTHERS = 022;

    private static final int DEEPEST = 16;
    private static final int PASSES = 10_000;

    private final Opened opened;
    private final Path path;

    private HeldDirectory(Opened opened) {
        this.opened = opened;
        this.path = Path.of("/proc/self/fd/" + opened.descriptor());
    }

    /**
     * @throws NoSuchFileException if there is none
     * @throws FileSystemException if it is no directory, or a symbolic link
     */
    public static HeldDirectory open(Path path) throws IOException {
        return new HeldDirectory(Platform.CURRENT.openDirectory(path));
    }

    /** As {@link #open(Path)}, for a directory in this one. */
    public HeldDirectory open(String name) throws IOException {
        return open(entry(name));
    }

    /** A path to this directory, for as long as it is held. */
    public Path path() {
        return path;
    }

    /**
     * A path to what has this name here. Only its last name can be swapped: whoever uses it must not follow a symbolic
     * link.
     */
    public Path entry(String name) {
        return path.resolve(name);
    }

    /** Whether it is this user's, and nobody else may write to it. */
    boolean isOwn() throws IOException {
        // numbers, not names: for those the JDK would read /etc/passwd each time
        var attributes = Files.readAttributes(path, "unix:uid,mode");
        return Integer.toUnsignedLong((int) attributes.get("uid")) == Platform.CURRENT.uid()
                && ((int) attributes.get("mode") & WRITABLE_BY_OTHERS) == 0;
    }

    PosixFileAttributes attributes() throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class);
    }

    /** Locks it for this process, until it is closed (flock(2)). */
    Lock lock() {
        return Platform.CURRENT.lock(opened);
    }

    public List<String> list() throws IOException {
        return list(Integer.MAX_VALUE);
    }

    /** So many of the names in it, at most, and no more is read than it takes. */
    List<String> list(int most) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                if (names.size() == most) {
                    break;
                }
                names.add(entry.getFileName().toString());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    /**
     * Deletes what has this name here, with all that lies in it, however deep; what is not there is no error.
     *
     * @throws IOException also if somebody goes on putting files there
     */
    void deleteTree(String name) throws IOException {
        try {
            try {
                Files.delete(entry(name));
            } catch (DirectoryNotEmptyException e) {
                try (HeldDirectory directory = open(name)) {
                    for (int pass = 0; pass < PASSES && !directory.list().isEmpty(); pass++) {
                        directory.deleteContent(directory, 0);
                    }
                }
                Files.delete(entry(name));
            }
        } catch (NoSuchFileException e) {
            // somebody else was quicker
        }
    }

    /** What lies deeper than a process may hold directories open is moved up, for the next pass. */
    private void deleteContent(HeldDirectory top, int depth) throws IOException {
        for (String child : list()) {
            try {
                if (isDirectory(child) && depth == DEEPEST) {
                    Files.move(
                            entry(child), top.entry("k8s-exec-" + System.nanoTime()), StandardCopyOption.ATOMIC_MOVE);
                } else {
                    if (isDirectory(child)) {
                        try (HeldDirectory directory = open(child)) {
                            directory.deleteContent(top, depth + 1);
                        }
                    }
                    Files.delete(entry(child));
                }
            } catch (NoSuchFileException | DirectoryNotEmptyException e) {
                // somebody else was quicker, or puts more there: the next pass sees
            }
        }
    }

    private boolean isDirectory(String name) {
        return Files.isDirectory(entry(name), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void close() {
        try {
            opened.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
