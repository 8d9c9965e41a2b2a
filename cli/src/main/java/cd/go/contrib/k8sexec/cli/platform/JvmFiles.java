package cd.go.contrib.k8sexec.cli.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;

/** Opens a file by the JDK, and looks which descriptor came with that. */
final class JvmFiles {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** Descriptors that were told and not closed yet: two of them can be of one file. */
    private final Set<Integer> held = new HashSet<>();

    Opened openDirectory(Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isDirectory()) {
            throw new FileSystemException(path.toString(), null, "Not a directory");
        }
        // by that name no pipe is opened, which would wait for its writer: not even one that was put there just now
        return open(path.resolve("."), attributes, Set.of(StandardOpenOption.READ));
    }

    Opened openFile(Path path) throws IOException {
        return open(path, Files.readAttributes(path, BasicFileAttributes.class), Set.of(StandardOpenOption.READ));
    }

    private synchronized Opened open(Path path, BasicFileAttributes attributes, Set<? extends OpenOption> options)
            throws IOException {
        FileChannel channel = FileChannel.open(path, options);
        for (String descriptor : DESCRIPTORS.toFile().list()) {
            if (!held.contains(Integer.valueOf(descriptor))
                    && attributes.fileKey().equals(keyOf(DESCRIPTORS.resolve(descriptor)))) {
                held.add(Integer.valueOf(descriptor));
                return new OpenedChannel(channel, Integer.parseInt(descriptor), this);
            }
        }
        channel.close();
        throw new FileSystemException(path.toString(), null, "Was swapped while it was opened");
    }

    private static Object keyOf(Path descriptor) {
        try {
            return Files.readAttributes(descriptor, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            // closed meanwhile by whoever had it
            return null;
        }
    }

    private synchronized void forget(int descriptor) {
        held.remove(descriptor);
    }

    private record OpenedChannel(FileChannel channel, int descriptor, JvmFiles files) implements Opened {
        @Override
        public void close() throws IOException {
            files.forget(descriptor);
            channel.close();
        }
    }
}
