package cd.go.contrib.k8sexec.cli.staging;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.ServiceLoader;
import java.util.Set;

/** Opens a directory and tells its file descriptor, which the JDK keeps to itself. */
interface DirectoryOpener {

    /**
     * The native executable's own, which uses open(2), or else {@link Jvm}; chosen while the image is built, as a
     * static field's value.
     */
    DirectoryOpener DEFAULT = System.getProperty("org.graalvm.nativeimage.imagecode") == null
            ? new Jvm()
            : ServiceLoader.load(DirectoryOpener.class).findFirst().orElseGet(Jvm::new);

    /**
     * @param path its last name is not followed where it is a symbolic link
     * @throws java.nio.file.NoSuchFileException where there is nothing of that name
     * @throws FileSystemException               where it is no directory
     */
    Opened open(Path path) throws IOException;

    /** A directory that stays open until it is closed. */
    interface Opened extends Closeable {
        int descriptor();
    }

    /** For the JVM build: opens it as a file, and looks which descriptor came with that. */
    final class Jvm implements DirectoryOpener {
        private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

        /** Descriptors that were told and not closed yet: two of them can be of one directory. */
        private final Set<Integer> held = new HashSet<>();

        @Override
        public synchronized Opened open(Path path) throws IOException {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isDirectory()) {
                throw new FileSystemException(path.toString(), null, "Not a directory");
            }
            FileChannel channel = FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
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
                return Files.readAttributes(descriptor, BasicFileAttributes.class)
                        .fileKey();
            } catch (IOException e) {
                // closed meanwhile by whoever had it
                return null;
            }
        }

        private synchronized void forget(int descriptor) {
            held.remove(descriptor);
        }

        private record OpenedChannel(FileChannel channel, int descriptor, Jvm opener) implements Opened {
            @Override
            public void close() throws IOException {
                opener.forget(descriptor);
                channel.close();
            }
        }
    }
}
