package cd.go.contrib.k8sexec.cli.platform;

import java.io.IOException;
import java.nio.file.Path;

/** The port's share that the way in by relay alone takes: files that can be passed, and connections. */
public interface Relays {

    /** Opens a file for writing, which is emptied. */
    Opened openForWriting(Path path) throws IOException;

    /** The system's words for the number of an error. */
    String message(int errno);

    /** What a stage and an error's number (or a signal's) of src-native/c/process.h stand for. */
    StartException failure(int stage, int number);

    /**
     * A file without a name that has this content, and that nobody can change.
     *
     * @throws IOException where the system has none
     */
    Opened sealed(byte[] content) throws IOException;

    /**
     * Connects to a relay.
     *
     * @param directory whose path may be of any length
     * @param file      the socket's name there
     * @throws java.net.ConnectException where nobody listens to it
     * @throws java.nio.file.NoSuchFileException where there is nothing of that name
     * @throws java.io.InterruptedIOException where so many wait for it that it takes no more
     * @throws IOException               where it is refused for another reason
     */
    Connection connect(Path directory, String file) throws IOException;
}
