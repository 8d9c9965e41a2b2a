package cd.go.contrib.k8sexec.plugin.run;

import cd.go.contrib.k8sexec.plugin.run.Outcome.Unknown;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The file in which k8s-exec tells how the script ended: mode 0600, in the agent's own temporary folder, gone on close.
 *
 * <p>It is locked as long as this JVM runs the task. So an agent that is killed leaves a file that is not, and
 * {@link ResultFileSweep} finds it, whoever else uses the folder, in this container or another.
 */
final class ResultFile implements AutoCloseable {

    /** Version 2.0.0 had no "run-", and no lock. */
    static final String PREFIX = "k8s-exec-run-";

    static final String SUFFIX = ".json";

    private static final int LARGEST = 1 << 20;

    private final Path path;
    private final FileChannel locked;

    private ResultFile(Path path, FileChannel locked) {
        this.path = path;
        this.locked = locked;
    }

    static ResultFile create(Path folder) throws TaskFailure {
        try {
            Optional<ResultFile> file;
            do {
                file = createAndLock(folder);
            } while (file.isEmpty());
            return file.get();
        } catch (IOException e) {
            throw new TaskFailure("No file could be created in the agent's temporary folder " + folder + " ("
                    + e.getClass().getSimpleName() + "), so nothing was run."
                    + " See that the folder exists, that the agent's user can write to it and that its "
                    + "disk is not full.");
        }
    }

    /** Nothing if another agent's sweep came between the two. */
    private static Optional<ResultFile> createAndLock(Path folder) throws IOException {
        Path path = folder.resolve(PREFIX + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE) + SUFFIX);
        ResultFileSweep.spare(path);
        FileChannel channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            channel.tryLock();
        } catch (IOException e) {
            // A file system without locks: nobody can lock the file to sweep it, either.
        }
        ResultFile file = new ResultFile(path, channel);
        if (Files.exists(path)) {
            return Optional.of(file);
        }
        file.close();
        return Optional.empty();
    }

    Path path() {
        return path;
    }

    /** Reads by a plain stream: a channel would refuse to read while the task's thread is interrupted. */
    Outcome read(ObjectMapper json) throws Unknown {
        try (InputStream in = new FileInputStream(path.toFile())) {
            return Outcome.parse(json, in.readNBytes(LARGEST));
        } catch (FileNotFoundException e) {
            throw new Unknown("its result file is gone");
        } catch (IOException e) {
            throw new Unknown("its result file cannot be read");
        }
    }

    /** Deletes the file; one that is already gone is no error. */
    @Override
    public void close() {
        try (locked) {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // Nothing secret is in it, and the outcome is known: not a reason to fail the task.
        }
        ResultFileSweep.forget(path);
    }
}
