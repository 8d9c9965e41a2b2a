package cd.go.contrib.k8sexec.plugin.run;

import cd.go.contrib.k8sexec.plugin.run.Outcome.Unknown;
import cd.go.contrib.k8sexec.plugin.task.TaskFailure;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The file in which k8s-exec tells how the script ended: mode 0600, in the agent's own temporary folder, gone on close. */
final class ResultFile implements AutoCloseable {

    private static final int LARGEST = 1 << 20;

    private final Path path;

    private ResultFile(Path path) {
        this.path = path;
    }

    static ResultFile create(Path folder) throws TaskFailure {
        try {
            return new ResultFile(Files.createTempFile(
                    folder,
                    "k8s-exec-",
                    ".json",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
        } catch (IOException e) {
            throw new TaskFailure(
                    "No file could be created in the agent's temporary folder " + folder + " ("
                            + e.getClass().getSimpleName() + "), so nothing was run."
                            + " See that the folder exists, that the agent's user can write to it and that its disk is not full.");
        }
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

    @Override
    public void close() {
        delete();
    }

    /** Deletes the file; one that is already gone is no error. */
    void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // Nothing secret is in it, and the outcome is known: not a reason to fail the task.
        }
    }
}
