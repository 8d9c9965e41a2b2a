package cd.go.contrib.k8sexec.cli.staging;

import cd.go.contrib.k8sexec.cli.libc.Libc;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.graalvm.nativeimage.c.type.CTypeConversion;

/** Opens a directory by open(2), which does not wait on a pipe that was put in its place. */
public final class PosixDirectoryOpener implements DirectoryOpener {

    @Override
    public Opened open(Path path) throws IOException {
        int descriptor;
        int errno;
        try (CTypeConversion.CCharPointerHolder name = CTypeConversion.toCString(path.toString())) {
            descriptor = Libc.open(name.get(), Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC);
            errno = descriptor < 0 ? Libc.errno() : 0;
        }
        if (errno == Libc.ENOENT) {
            throw new NoSuchFileException(path.toString());
        }
        if (errno != 0) {
            throw new FileSystemException(path.toString(), null, Libc.message(errno));
        }
        return new OpenedDescriptor(descriptor);
    }

    private record OpenedDescriptor(int descriptor) implements Opened {
        @Override
        public void close() {
            Libc.close(descriptor);
        }
    }
}
