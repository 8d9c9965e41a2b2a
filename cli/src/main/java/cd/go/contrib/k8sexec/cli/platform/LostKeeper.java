package cd.go.contrib.k8sexec.cli.platform;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file by which it is told that a keeper was killed; its name is gone as soon as the other process has opened it. */
final class LostKeeper implements AutoCloseable {
    private Optional<Path> file = Optional.empty();
    private InputStream content = InputStream.nullInputStream();

    LostKeeper() {
        try {
            file = Optional.of(Files.createTempFile("k8s-exec-", ""));
            content = new FileInputStream(file.get().toFile());
        } catch (IOException e) {
            // nowhere can a file be made: then it is taken for a script that was killed
        }
    }

    Optional<Path> file() {
        return file;
    }

    boolean isTold() throws IOException {
        return content.read() >= 0;
    }

    @Override
    public void close() throws IOException {
        content.close();
        if (file.isPresent()) {
            Files.deleteIfExists(file.get());
        }
    }
}
