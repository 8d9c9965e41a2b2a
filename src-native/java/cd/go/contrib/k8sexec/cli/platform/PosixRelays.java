package cd.go.contrib.k8sexec.cli.platform;

import java.io.IOException;
import java.nio.file.Path;
import org.graalvm.nativeimage.PinnedObject;

final class PosixRelays implements Relays {

    @Override
    public Opened openForWriting(Path path) throws IOException {
        return PosixPlatform.open(path, Libc.O_WRONLY | Libc.O_TRUNC | Libc.O_CLOEXEC);
    }

    @Override
    public String message(int errno) {
        return Libc.message(errno);
    }

    @Override
    public StartException failure(int stage, int number) {
        return PosixPlatform.failed(stage, number);
    }

    @Override
    public Opened sealed(byte[] content) throws IOException {
        int file;
        try (PinnedObject bytes = PinnedObject.create(content)) {
            file = Core.file(bytes.addressOfArrayElement(0), content.length);
        }
        if (file < 0) {
            throw new IOException(Libc.message(Libc.errno()));
        }
        if (Libc.fcntl(file, Libc.F_GET_SEALS, 0) <= 0) {
            Libc.close(file);
            throw new IOException("the kernel has no memfd_create(2), or refuses it");
        }
        return new PosixPlatform.OpenedDescriptor(file);
    }

    @Override
    public Connection connect(Path directory, String file) throws IOException {
        return PosixConnection.connect(directory, file);
    }
}
