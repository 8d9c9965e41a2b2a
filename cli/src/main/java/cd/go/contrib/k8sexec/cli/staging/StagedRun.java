package cd.go.contrib.k8sexec.cli.staging;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A run's folder. For a launching shell there is a state file in it, where that notes how far it came, and perhaps the
 * script.
 */
public final class StagedRun implements AutoCloseable {
    /** The state before the launching shell has run its first command. */
    public static final String ENTERING = "entering";

    private static final String SCRIPT = "script";
    private static final String STATE = "state";
    private static final int LONGEST_STATE = 64;

    private final SharedVolume volume;
    private final RunId id;
    private final HeldDirectory directory;
    private final String name;
    /** Null as long as there is no such file. */
    private SeekableByteChannel state;

    StagedRun(SharedVolume volume, RunId id, HeldDirectory directory, String name) {
        this.volume = volume;
        this.id = id;
        this.directory = directory;
        this.name = name;
    }

    /**
     * Puts there what the launching shell needs.
     *
     * @param script what the shell opens as the script, if it does not get that in another way
     * @param owner  who shall own the folder and what is in it, if that is not this user
     * @throws K8sExecException STAGING_FAILED
     */
    public void prepare(Optional<byte[]> script, Optional<Owner> owner) {
        try {
            state = createFile(directory, STATE);
            write(state, ENTERING.getBytes(StandardCharsets.US_ASCII));
            if (script.isPresent()) {
                try (SeekableByteChannel file = createFile(directory, SCRIPT)) {
                    write(file, script.get());
                }
            }
            if (owner.isPresent()) {
                for (String file : directory.list()) {
                    changeOwner(directory.entry(file), owner.get(), LinkOption.NOFOLLOW_LINKS);
                }
                changeOwner(directory.path(), owner.get());
            }
        } catch (IOException e) {
            throw volume.notWritten(e);
        }
    }

    public RunId id() {
        return id;
    }

    /** Where the folder is below the shared root. */
    public String place() {
        return volume.folder() + "/" + name;
    }

    /** A path to the folder for this process, which holds it open until it is removed. */
    public Path path() {
        return directory.path();
    }

    /**
     * What the launching shell wrote. It is read from the file that was made here, also if
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
        try {
            if (state != null) {
                // usually that is all there is, which spares a look
                Files.delete(directory.entry(STATE));
            }
        } catch (IOException e) {
            // it goes with the folder, or tells why not
        }
        closeState();
        // whose lock says until then that the run goes on
        String notRemoved = volume.remove(name);
        directory.close();
        return notRemoved;
    }

    @Override
    public void close() {
        directory.close();
        closeState();
    }

    private void closeState() {
        try {
            if (state != null) {
                state.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SeekableByteChannel createFile(HeldDirectory directory, String name) throws IOException {
        return Files.newByteChannel(
                directory.entry(name),
                Set.of(CREATE_NEW, READ, WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static void changeOwner(Path path, Owner owner, LinkOption... options) throws IOException {
        try {
            // the JDK hands on the 32 bits of an int as they are
            Files.setAttribute(path, "unix:uid", (int) owner.uid(), options);
            Files.setAttribute(path, "unix:gid", (int) owner.gid(), options);
        } catch (IOException e) {
            throw new K8sExecException(
                    ErrorId.STAGING_FAILED,
                    "the folder of the run cannot be given to user " + owner.uid() + ":" + owner.gid() + " ("
                            + K8sExecException.reason(e) + ")",
                    "so the script could not run as that user",
                    "run it as the agent's user, without --user and GO_K8S_USER, or let the "
                            + "agent be root with the capability CHOWN");
        }
    }

    private static void write(SeekableByteChannel file, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
    }
}
