package cd.go.contrib.k8sexec.cli.platform;

import cd.go.contrib.k8sexec.cli.outcome.AgentLimit;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * What the JDK cannot do, or not well: one port, which the native executable implements by the C library and
 * src-native/c.
 */
public interface Platform {

    /** The native executable's, or else the JVM build's. Chosen while the image is built, as a static field's value. */
    Platform CURRENT = System.getProperty("org.graalvm.nativeimage.imagecode") == null
            ? new JvmPlatform()
            : ServiceLoader.load(Platform.class).findFirst().orElseGet(JvmPlatform::new);

    /** Bytes. Most files of procfs have less. */
    int USUAL_SIZE = 512;

    /** Bytes: no environment is longer (execve(2)), but in procfs a process can make its own endless (prctl(2)). */
    int LONGEST_FILE = 8_000_000;

    /** {@link #ask} found no such host. */
    String NO_HOST = "there is no host of that name";

    /** {@link #ask} found nobody who knows names. */
    String NO_NAMES = "no name server answers";

    /** The connection was ended before {@link #ask} had a line. */
    String NO_ANSWER = "it ended the connection without an answer";

    /** Whether this is the native executable, which can do all that the methods here promise. */
    boolean isNative();

    /** Effective user of this process. */
    long uid();

    /**
     * What happens to this process from now on, these signals among it.
     *
     * @param signals their numbers
     */
    Events events(List<Integer> signals);

    /**
     * The ids of the processes that a procfs lists.
     *
     * @param procfs     where it is mounted
     * @param parentless only those whose parent is outside this PID namespace, or of which that cannot be told. The
     *                   JDK lists all
     */
    int[] processes(Path procfs, boolean parentless);

    /**
     * Gives back memory that is not needed while this process waits, for hours perhaps, in a container whose limit
     * others share.
     */
    void giveBackMemory();

    /**
     * Starts a program as a child of this process, which is from now on the parent of all that its descendants leave
     * behind, too. The child has default signal handling, an empty signal mask and no open file but those of the
     * program.
     *
     * @param inside what is entered for it
     * @throws StartException  if it is not that program now: then nothing is left of it
     */
    Child start(Program program, Inside inside) throws StartException;

    /**
     * Becomes a program, whose signals that are ignored stay so. The JDK cannot do that: there this process stays as
     * its parent, and only passes on SIGTERM and SIGHUP.
     *
     * @param inside as for {@link #start}
     * @return its exit code, or 128+n, if this process stays
     * @throws StartException if that failed: then this process may be in there
     */
    int become(Program program, Inside inside) throws StartException, InterruptedException;

    /** Of this process's environment; null if there is none of that name. */
    default String variable(String name) {
        return System.getenv(name);
    }

    /**
     * A file whose size nobody tells, as those of procfs are: all of it, or what {@link #LONGEST_FILE} allows.
     *
     * @return empty if it cannot be read
     * @throws K8sExecException AGENT_LIMIT, if no more files can be opened
     */
    default Optional<byte[]> content(String path) {
        try (InputStream in = new FileInputStream(path)) {
            // not readAllBytes, which asks for the size first, and takes 16 kB for what is small
            byte[] content = new byte[USUAL_SIZE];
            int length = 0;
            int count = in.read(content);
            while (count > 0 && length < LONGEST_FILE) {
                length += count;
                if (length == content.length) {
                    content = Arrays.copyOf(content, 2 * length);
                }
                count = in.read(content, length, content.length - length);
            }
            return Optional.of(Arrays.copyOf(content, length));
        } catch (IOException e) {
            AgentLimit.check(e);
            return Optional.empty();
        }
    }

    /**
     * Where a symbolic link leads, in ASCII and a few bytes long: one of procfs that stands for something without a
     * path, like a namespace.
     *
     * @return empty if there is none, or this process may not look
     */
    default Optional<String> link(String path) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of(path)).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Opens a directory.
     *
     * @param path its last name is not followed if it is a symbolic link
     * @throws java.nio.file.NoSuchFileException if there is nothing of that name
     * @throws java.nio.file.FileSystemException if it is no directory
     */
    Opened openDirectory(Path path) throws IOException;

    /** Opens a file for reading. */
    Opened openFile(Path path) throws IOException;

    /**
     * Opens a file of a process in /proc as the user of that process, who may see what this one, without SYS_PTRACE,
     * may not (ptrace(2), "Ptrace access mode checking"). It takes SETUID and SETGID; without them, and in the JVM
     * build, it is {@link #openFile}.
     */
    Opened openFileAs(Identity user, Path path) throws IOException;

    /** As {@link #openFileAs}, and reads it. */
    byte[] readAs(Identity user, Path path) throws IOException;

    /**
     * Locks it until it is closed, here and in each child that has not become its program yet (flock(2)). Does not
     * wait.
     */
    Lock lock(Opened file);

    /**
     * What it takes to have a program started by a relay.
     *
     * @throws K8sExecException NATIVE_ONLY
     */
    Relays relays();

    /**
     * What it takes to hold the place of a script that has failed.
     *
     * @throws K8sExecException NATIVE_ONLY
     */
    Holds holds();

    /**
     * From now on a file has the mode with which it is made (umask(2)).
     *
     * @throws K8sExecException NATIVE_ONLY
     */
    void clearUmask();

    /** Whether one of this process's standard streams is a terminal. */
    boolean isTerminal(int descriptor);

    /** How wide the terminal at standard output is; 0 if that is not known. */
    int columns();

    /** How high it is; 0 where that is not known. */
    int rows();

    /**
     * What comes first. From now on a file that gets too large (setrlimit(2), RLIMIT_FSIZE) is an error, and no signal
     * that ends this process.
     *
     * <p>If somebody has deleted the directory that this process was started in, Java opens no file, not even by an
     * absolute path. Changes to /proc then, where nothing can be made that a relative path names.
     */
    void begin();

    /** Exceptions keep their whole stack from now on. Those of the native executable keep one place, to save time. */
    void traceWholeStacks();

    /**
     * An extended attribute of a file (xattr(7)), which is empty if it has none.
     *
     * @return empty if that cannot be found out
     */
    Optional<byte[]> attribute(Path file, String name);

    /**
     * Connects to a TCP port of a host, by each of its addresses until one is there; and sends a request.
     *
     * @param request what is sent; empty: nothing
     * @param room    how many bytes of an answer are wanted at most
     * @param limit   for all but to find the host's addresses
     * @return the first line of the answer, without its end; empty without a request
     * @throws IOException the message says what was seen instead
     */
    byte[] ask(String host, int port, byte[] request, int room, Duration limit) throws IOException;

    /**
     * The relay (src-native/c/relay), which the native executable carries within itself; by the name pause it only
     * waits and reaps.
     *
     * @throws K8sExecException NATIVE_ONLY
     */
    byte[] relay();

    /**
     * Becomes that program by the name pause, under the process id that this process has. Returns only by an error.
     *
     * @throws K8sExecException NATIVE_ONLY or PAUSE_FAILED
     */
    void becomePause();
}
