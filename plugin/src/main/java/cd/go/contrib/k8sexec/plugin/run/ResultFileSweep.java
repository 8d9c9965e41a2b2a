package cd.go.contrib.k8sexec.plugin.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Deletes what killed agents, and a killed {@code k8s-exec doctor}, have left in the temporary folder: result files
 * that nobody has locked, and files that are older than their use.
 */
final class ResultFileSweep {

    /** Version 2.0.0 locks nothing. Its k8s-exec makes the file again if it is missing at the end of a longer run. */
    private static final Duration LEFT_BY_2_0_0 = Duration.ofDays(1);

    /** For what a program prints that ends within seconds: its version, or what doctor asks for. */
    private static final Duration LEFT_BY_A_QUESTION = Duration.ofMinutes(10);

    /**
     * The files of this JVM's own tasks. They must not even be opened here: a close would end the lock that another
     * descriptor of the same process holds (fcntl(2), "Advisory record locking").
     */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private ResultFileSweep() {}

    static void spare(Path own) {
        OWN.add(own);
    }

    static void forget(Path own) {
        OWN.remove(own);
    }

    /** Sweeps the folder once, on a thread of its own: it may have many files. */
    static void start(Path folder) {
        Thread sweep = new Thread(() -> sweep(folder), "k8s-exec sweep");
        sweep.setDaemon(true);
        sweep.start();
    }

    static void sweep(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "k8s-exec-*")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(ResultFile.SUFFIX) && !OWN.contains(file)) {
                    deleteIfLeft(file, name.startsWith(ResultFile.PREFIX));
                } else if (name.endsWith(ExecutableVersions.SUFFIX) || name.startsWith("k8s-exec-doctor-")) {
                    deleteIfOld(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // The next task's sweep may do better.
        }
    }

    /** No other kind of file than a regular one: to open a named pipe would wait for somebody to read it. */
    private static void deleteIfLeft(Path file, boolean wasLocked) {
        try {
            if (wasLocked ? isRegular(file) : isOlder(file, LEFT_BY_2_0_0)) {
                deleteIfUnlocked(file);
            }
        } catch (IOException e) {
            // It is another user's, or gone.
        }
    }

    private static void deleteIfOld(Path file) {
        try {
            if (isOlder(file, LEFT_BY_A_QUESTION)) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // It is another user's, or gone.
        }
    }

    private static boolean isRegular(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isOlder(Path file, Duration age) throws IOException {
        Instant modified =
                Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        return isRegular(file) && modified.isBefore(Instant.now().minus(age));
    }

    private static void deleteIfUnlocked(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                Files.deleteIfExists(file);
            }
        }
    }
}
