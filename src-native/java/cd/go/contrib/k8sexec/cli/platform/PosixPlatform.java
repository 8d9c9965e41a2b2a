package cd.go.contrib.k8sexec.cli.platform;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.graalvm.nativeimage.RuntimeOptions;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.struct.SizeOf;
import org.graalvm.nativeimage.c.type.CCharPointerPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.nativeimage.c.type.CShortPointer;

/**
 * By the C library and src-native/c, for the native executable. Few children for each process: what is allocated for
 * one is never freed.
 */
public final class PosixPlatform implements Platform {
    /** As the JVM's own. */
    private static final int WHOLE_STACK = 1024;

    @Override
    public boolean isNative() {
        return true;
    }

    @Override
    public long uid() {
        return Integer.toUnsignedLong(Libc.geteuid());
    }

    @Override
    public Events events(List<Integer> signals) {
        return new PosixEvents(signals);
    }

    @Override
    public int[] processes(Path procfs, boolean parentless) {
        return ProcessList.of(procfs, parentless);
    }

    @Override
    public void giveBackMemory() {
        ResidentMemory.release();
    }

    @Override
    public Child start(Program program, Inside inside) throws StartException {
        if (program.streams().input() != Streams.Input.FED) {
            return new PosixChild(start(program, Core.none(), inside), -1);
        }
        CIntPointer pipe = StackValue.get(2, CIntPointer.class);
        check(Libc.pipe2(pipe, Libc.O_CLOEXEC) == 0, Stage.PROCESS);
        try {
            return new PosixChild(start(program, pipe.read(0), inside), pipe.read(1));
        } catch (StartException e) {
            Libc.close(pipe.read(1));
            throw e;
        } finally {
            Libc.close(pipe.read(0));
        }
    }

    private static int start(Program program, int input, Inside inside) throws StartException {
        Core.adopt();
        try (CoreProgram core = new CoreProgram(program, input)) {
            Core.Failure failure = StackValue.get(Core.Failure.class);
            int pid = Core.start(guest(inside), core.core(), failure);
            if (pid < 0) {
                throw failed(failure);
            }
            return pid;
        }
    }

    @Override
    public int become(Program program, Inside inside) throws StartException {
        int own = program.streams().input() == Streams.Input.OWN ? 0 : Core.none();
        try (CoreProgram core = new CoreProgram(program, own)) {
            core.core().keepsSignals(1);
            Core.Failure failure = StackValue.get(Core.Failure.class);
            int exitCode = Core.become(guest(inside), core.core(), failure);
            if (exitCode < 0) {
                throw failed(failure);
            }
            return exitCode;
        }
    }

    static Core.Guest guest(Inside inside) {
        Core.Guest guest = UnmanagedMemory.calloc(SizeOf.get(Core.Guest.class));
        guest.root(inside.root().map(Opened::descriptor).orElse(Core.none()));
        List<OpenNamespace> namespaces = inside.namespaces();
        for (int i = 0; i < namespaces.size(); i++) {
            guest.files().write(i, namespaces.get(i).file().descriptor());
            guest.kinds().write(i, namespaces.get(i).kind());
        }
        guest.count(namespaces.size());
        return guest;
    }

    static void check(boolean succeeded, Stage stage) throws StartException {
        if (!succeeded) {
            throw new StartException(stage, Libc.message(Libc.errno()), false);
        }
    }

    static StartException failed(Core.Failure failure) {
        return failed(failure.stage(), failure.number());
    }

    static StartException failed(int kind, int number) {
        Stage stage = Core.stage(kind);
        return stage == Stage.ENDED
                ? new StartException(stage, "signal " + number, false)
                : new StartException(stage, Libc.message(number), number == Libc.ENOENT || number == Libc.ESTALE);
    }

    @Override
    public Opened openDirectory(Path path) throws IOException {
        return open(path, Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC);
    }

    @Override
    public Opened openFile(Path path) throws IOException {
        return open(path, Libc.O_CLOEXEC);
    }

    /** By open(2), which does not wait on a pipe that was put in a directory's place. */
    static Opened open(Path path, int flags) throws IOException {
        return opened(path, Libc.open(Libc.string(ByteString.of(path)), flags));
    }

    @Override
    public Opened openFileAs(Identity user, Path path) throws IOException {
        return opened(
                path, Core.openAs(Libc.string(ByteString.of(path)), (int) user.uid(), (int) user.gid()));
    }

    /** By what was opened: whoever opens that again is asked for its own rights. */
    @Override
    public byte[] readAs(Identity user, Path path) throws IOException {
        try (Opened file = openFileAs(user, path)) {
            return PosixFiles.read(file.descriptor()).orElse(new byte[0]);
        }
    }

    private static Opened opened(Path path, int descriptor) throws IOException {
        int errno = descriptor < 0 ? Libc.errno() : 0;
        if (errno == Libc.ENOENT) {
            throw new NoSuchFileException(path.toString());
        }
        if (errno != 0) {
            throw new FileSystemException(path.toString(), null, Libc.message(errno));
        }
        return new OpenedDescriptor(descriptor);
    }

    @Override
    public Relays relays() {
        return new PosixRelays();
    }

    @Override
    public Holds holds() {
        return new PosixHolds();
    }

    record OpenedDescriptor(int descriptor) implements Opened {
        @Override
        public void close() {
            Libc.close(descriptor);
        }
    }

    @Override
    public Lock lock(Opened file) {
        if (Libc.flock(file.descriptor(), Libc.LOCK_EX | Libc.LOCK_NB) == 0) {
            return Lock.TAKEN;
        }
        return Libc.errno() == Libc.EWOULDBLOCK ? Lock.HELD : Lock.UNKNOWN;
    }

    @Override
    public void clearUmask() {
        Libc.umask(0);
    }

    @Override
    public boolean isTerminal(int descriptor) {
        return Libc.isatty(descriptor) == 1;
    }

    @Override
    public int columns() {
        return window(1);
    }

    @Override
    public int rows() {
        return window(0);
    }

    /** By ioctl(2), TIOCGWINSZ (ioctl_tty(2)). */
    private static int window(int place) {
        // struct winsize: rows, columns, and the same in pixels
        CShortPointer size = StackValue.get(4 * Short.BYTES);
        return Libc.ioctl(1, Libc.TIOCGWINSZ, size) == 0 ? Short.toUnsignedInt(size.read(place)) : 0;
    }

    @Override
    public void begin() {
        Core.begin();
    }

    @Override
    public void traceWholeStacks() {
        RuntimeOptions.set("MaxJavaStackTraceDepth", WHOLE_STACK);
    }

    @Override
    public Optional<byte[]> attribute(Path file, String name) {
        return PosixFiles.attribute(file, name);
    }

    @Override
    public String variable(String name) {
        return PosixFiles.variable(name);
    }

    @Override
    public Optional<byte[]> content(String path) {
        return PosixFiles.content(path);
    }

    @Override
    public Optional<String> link(String path) {
        return PosixFiles.link(path);
    }

    @Override
    public byte[] ask(String host, int port, byte[] request, int room, Duration limit) throws IOException {
        return PosixSocket.ask(host, port, request, room, limit);
    }

    /** The build put it into the image. */
    @Override
    public byte[] relay() {
        try (InputStream program = PosixPlatform.class.getResourceAsStream("relay")) {
            return program.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** To start it takes no more than a file in memory. */
    @Override
    public void becomePause() {
        byte[] program = relay();
        try (PinnedObject bytes = PinnedObject.create(program)) {
            int file = Core.file(bytes.addressOfArrayElement(0), program.length);
            CCharPointerPointer arguments = UnmanagedMemory.calloc(2 * Long.BYTES);
            arguments.write(0, Libc.string("pause"));
            if (file >= 0) {
                Libc.execv(Libc.string("/proc/self/fd/" + file), arguments);
            }
            throw new K8sExecException(
                    ErrorId.PAUSE_FAILED,
                    "the program pause cannot be started (" + Libc.message(Libc.errno()) + ")",
                    "so there is nothing that waits",
                    "put it into the shared volume by k8s-exec install and start it there, or use sleep infinity");
        }
    }
}
