package cd.go.contrib.k8sexec.cli.outcome;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The file that tells the plugin how a run ended. It is made with mode 0600 if it is not there, and never through a
 * symbolic link.
 */
public record ResultFile(Path path) {

    /**
     * Empties the file, so that what an earlier run wrote is not taken for this one's.
     *
     * @throws K8sExecException {@link ErrorId#RESULT_FILE}
     */
    public void clear() {
        write("");
    }

    /**
     * @throws K8sExecException {@link ErrorId#RESULT_FILE}
     */
    public void write(Outcome outcome, long durationMillis) {
        write(outcome.toJson(durationMillis));
    }

    private void write(String json) {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            // to open a named pipe would wait for somebody to read it
            throw failed("it is there and no regular file");
        }
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        // for reading too: if it has become a named pipe since, that does not wait for a reader (fifo(7))
        try (SeekableByteChannel file = Files.newByteChannel(
                path, Set.of(CREATE, READ, WRITE, TRUNCATE_EXISTING, LinkOption.NOFOLLOW_LINKS), ownerOnly)) {
            ByteBuffer bytes = ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw failed(K8sExecException.reason(e));
        }
    }

    private K8sExecException failed(String reason) {
        return new K8sExecException(
                ErrorId.RESULT_FILE,
                "the result file " + path + " cannot be written (" + reason + ")",
                "so nobody would know how the script ended",
                "name a file in an existing folder of the agent, not a symbolic link");
    }
}
