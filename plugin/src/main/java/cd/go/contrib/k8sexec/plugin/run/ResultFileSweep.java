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
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Deletes the result files that killed agents have left in the temporary folder: those that nobody has locked. */
final class ResultFileSweep {

    /** Version 2.0.0 locks nothing. Its k8s-exec makes the file again if it is missing at the end of a longer run. */
    private static final Duration LEFT_BY_2_0_0 = Duration.ofDays(1);

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
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "k8s-exec-*" + ResultFile.SUFFIX)) {
            for (Path file : files) {
                if (!OWN.contains(file)) {
                    deleteIfLeft(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // The next task's sweep may do better.
        }
    }

    private static void deleteIfLeft(Path file) {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean isOld = attributes
                    .lastModifiedTime()
                    .toInstant()
                    .isBefore(Instant.now().minus(LEFT_BY_2_0_0));
            boolean wasLocked = file.getFileName().toString().startsWith(ResultFile.PREFIX);
            // no other kind of file: to open a named pipe would wait for somebody to read it
            if (attributes.isRegularFile() && (wasLocked || isOld)) {
                deleteIfUnlocked(file);
            }
        } catch (IOException e) {
            // It is another user's, or gone.
        }
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
