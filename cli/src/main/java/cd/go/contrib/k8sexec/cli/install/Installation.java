package cd.go.contrib.k8sexec.cli.install;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.staging.HeldDirectory;
import cd.go.contrib.k8sexec.cli.staging.RandomName;
import cd.go.contrib.k8sexec.cli.target.Mount;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Programs that are put into a directory of the shared volume. Whoever else may write to the volume, the guest of an
 * earlier life of the Pod among them, cannot lead them elsewhere: no symbolic link is followed, neither on the way to
 * the directory nor in it.
 */
public final class Installation implements Closeable {
    private static final String UNFINISHED = ".k8s-exec-install-";
    /** Longer than it takes to write a program, so what is older was left by an installation that was killed. */
    private static final Duration ABANDONED = Duration.ofMinutes(10);

    private static final FileAttribute<Set<PosixFilePermission>> MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x"));

    private final Path path;
    private final HeldDirectory directory;

    private Installation(Path path, HeldDirectory directory) {
        this.path = path;
        this.directory = directory;
    }

    /** @throws K8sExecException INSTALL_DIRECTORY */
    public static Installation into(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        Path walked = path.getRoot();
        try {
            HeldDirectory held = HeldDirectory.open(walked);
            for (Path name : path) {
                walked = walked.resolve(name);
                try (HeldDirectory parent = held) {
                    held = parent.open(name.toString());
                }
            }
            return new Installation(path, held);
        } catch (IOException e) {
            String reason = Files.isSymbolicLink(walked)
                    ? "is a symbolic link"
                    : e instanceof NoSuchFileException
                            ? "does not exist"
                            : "cannot be opened as a directory (" + K8sExecException.reason(e) + ")";
            throw new K8sExecException(
                    ErrorId.INSTALL_DIRECTORY,
                    walked + " " + reason,
                    "so nothing can be installed into " + path,
                    "mount the shared volume there, and name its own path");
        }
    }

    /**
     * Puts a program there with mode 555, in place of what has its name. Whoever starts that name meanwhile gets the
     * old one or the new one, each whole; the old one runs on if it runs.
     *
     * @return what was done, in words
     * @throws K8sExecException INSTALL_FAILED
     */
    public String put(String name, InputStream program) {
        Path file = directory.entry(UNFINISHED + RandomName.create());
        try {
            removeAbandoned();
            long size;
            // with its mode from the start: to set that later would open what has the name by then
            Platform.CURRENT.clearUmask();
            try (FileChannel channel =
                    FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), MODE)) {
                size = program.transferTo(Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(file, directory.entry(name), StandardCopyOption.ATOMIC_MOVE);
            sync();
            return "installed " + path.resolve(name) + " (" + size + " bytes, mode 555)";
        } catch (IOException e) {
            remove(file);
            String reason = K8sExecException.reason(e);
            throw new K8sExecException(
                    ErrorId.INSTALL_FAILED,
                    path.resolve(name) + " cannot be written (" + reason + ")",
                    "so what is there stays as it was",
                    "give this user a writable volume with room for it, and no directory of that name");
        }
    }

    private void removeAbandoned() throws IOException {
        Instant latest = Instant.now().minus(ABANDONED);
        for (String name : directory.list()) {
            Path file = directory.entry(name);
            if (name.startsWith(UNFINISHED)
                    && Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                            .toInstant()
                            .isBefore(latest)) {
                remove(file);
            }
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // what matters is said already, or will be
        }
    }

    /** Makes the new name outlast a crash of the node (fsync(2)). */
    private void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(directory.path())) {
            channel.force(true);
        }
    }

    /** Whether nothing can be started from there, because of the option noexec of its mount (mount(8)). */
    public boolean forbidsExecution() {
        return Mount.holding(path.toString(), ProcFs.mounted().mounts("self"))
                .filter(mount -> mount.options().contains("noexec"))
                .isPresent();
    }

    @Override
    public void close() {
        directory.close();
    }
}
