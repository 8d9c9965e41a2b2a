package cd.go.contrib.k8sexec.plugin.console;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A pipe for one output stream of a process, whose reading end a {@link java.nio.channels.Selector} can watch: one
 * thread then sees which of two streams was written to first, and never waits in a read that nothing can end.
 *
 * <p>The JDK gives a process pipes of its own, which cannot be watched. So the process opens this one, by the name that
 * procfs has for it, {@code /proc/self/fd/N} (proc_pid_fd(5)). If that does not work, a thread copies.
 */
final class OutputPipe implements Closeable {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path DESCRIPTOR_FLAGS = Path.of("/proc/self/fdinfo");
    private static final String FLAGS = "flags:";
    /** O_NONBLOCK, of open(2). */
    private static final int NON_BLOCKING = 04000;

    private final Pipe pipe;
    private final Optional<File> file;

    private OutputPipe(Pipe pipe, Optional<File> file) {
        this.pipe = pipe;
        this.file = file;
    }

    static OutputPipe open() throws IOException {
        Pipe pipe = Pipe.open();
        return new OutputPipe(pipe, nameOf(pipe.source()));
    }

    /** One that the process cannot open. */
    static OutputPipe withoutName() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        return new OutputPipe(pipe, Optional.empty());
    }

    /** What a process opens to write to the pipe. */
    Optional<File> file() {
        return file;
    }

    /** The reading end, in non-blocking mode. */
    Pipe.SourceChannel source() {
        return pipe.source();
    }

    /**
     * To be called when the process has been started, with the stream that the JDK has of it. From then on the pipe can
     * end.
     */
    void fillFrom(InputStream stream) throws IOException {
        if (file.isPresent()) {
            pipe.sink().close();
        } else {
            Thread copier = new Thread(() -> copy(stream), "k8s-exec copy");
            copier.setDaemon(true);
            copier.start();
        }
    }

    private void copy(InputStream stream) {
        // The JDK's reaper needs this monitor. When the process ends it would read what is left into memory, without a
        // limit
        // as long as another process goes on writing (ProcessImpl, processExited).
        synchronized (stream) {
            try (OutputStream sink = Channels.newOutputStream(pipe.sink())) {
                stream.transferTo(sink);
            } catch (IOException e) {
                // Nobody reads any more.
            }
        }
    }

    @Override
    public void close() throws IOException {
        pipe.sink().close();
        pipe.source().close();
    }

    /**
     * Java does not tell a descriptor's number. It is that of the one pipe that becomes non-blocking when the channel
     * does. Leaves the channel so.
     */
    private static Optional<File> nameOf(Pipe.SourceChannel channel) throws IOException {
        channel.configureBlocking(true);
        List<String> pipes = new ArrayList<>();
        String[] descriptors = DESCRIPTORS.toFile().list();
        for (String number : descriptors == null ? new String[0] : descriptors) {
            if (isPipe(number) && !isNonBlocking(number)) {
                pipes.add(number);
            }
        }
        channel.configureBlocking(false);
        pipes.removeIf(number -> !isNonBlocking(number));
        return pipes.size() == 1 ? Optional.of(DESCRIPTORS.resolve(pipes.get(0)).toFile()) : Optional.empty();
    }

    private static boolean isPipe(String number) {
        try {
            return Files.readSymbolicLink(DESCRIPTORS.resolve(number))
                    .toString()
                    .startsWith("pipe:");
        } catch (IOException e) {
            return false; // another thread has closed it
        }
    }

    private static boolean isNonBlocking(String number) {
        try {
            for (String line : Files.readAllLines(DESCRIPTOR_FLAGS.resolve(number))) {
                if (line.startsWith(FLAGS)) {
                    return (Integer.parseInt(line.substring(FLAGS.length()).strip(), 8) & NON_BLOCKING) != 0;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Another thread has closed it.
        }
        return false;
    }
}
