package cd.go.contrib.k8sexec.cli.staging;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A run's folder: the script, and a state file in which the launching shell notes how far it came. */
public final class StagedRun implements AutoCloseable {
    /** The state before the launching shell has run its first command. */
    public static final String ENTERING = "entering";

    private static final int LONGEST_STATE = 64;

    private final SharedVolume volume;
    private final RunId id;
    private final SecureDirectoryStream<Path> directory;
    private final SeekableByteChannel state;

    private StagedRun(SharedVolume volume, RunId id, SecureDirectoryStream<Path> directory, SeekableByteChannel state) {
        this.volume = volume;
        this.id = id;
        this.directory = directory;
        this.state = state;
    }

    static StagedRun create(SharedVolume volume, RunId id, SecureDirectoryStream<Path> directory, byte[] script, boolean anyUser)
        throws IOException {
        try (SeekableByteChannel file = createFile(directory, "script", anyUser ? "rwxr-xr-x" : "rwx------")) {
            write(file, script);
        }
        SeekableByteChannel state = createFile(directory, "state", anyUser ? "rw--w--w-" : "rw-------");
        write(state, ENTERING.getBytes(StandardCharsets.US_ASCII));
        return new StagedRun(volume, id, directory, state);
    }

    public RunId id() {
        return id;
    }

    /**
     * What the launching shell wrote: empty once it has handed over to the script. It is read from the file that was made here, also where
     * the guest has put another one in its place.
     */
    public String state() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_STATE);
        state.position(0);
        while (bytes.hasRemaining() && state.read(bytes) > 0) {
            // until it is full or at its end
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1).strip();
    }

    /**
     * Removes the folder.
     *
     * @return what could not be removed, in words, or null
     */
    public String remove() {
        close();
        return volume.remove(id);
    }

    @Override
    public void close() {
        try (directory; state) {
            // both are closed, whatever happens to one
        } catch (IOException e) {
            // what the state file held has been read, and the folder was only held open
        }
    }

    /** With exactly these permissions: a umask could take away what other users need. */
    private static SeekableByteChannel createFile(SecureDirectoryStream<Path> directory, String name, String permissions) throws IOException {
        Set<OpenOption> options = Set.of(CREATE_NEW, READ, WRITE, LinkOption.NOFOLLOW_LINKS);
        FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
        SeekableByteChannel file = directory.newByteChannel(Path.of(name), options, mode);
        if (!permissions.endsWith("------")) {
            directory.getFileAttributeView(Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setPermissions(PosixFilePermissions.fromString(permissions));
        }
        return file;
    }

    private static void write(SeekableByteChannel file, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
    }
}
