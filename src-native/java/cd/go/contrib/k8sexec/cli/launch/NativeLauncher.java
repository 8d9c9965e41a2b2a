package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.libc.Core;
import cd.go.contrib.k8sexec.cli.libc.Libc;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.struct.SizeOf;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.WordFactory;

/**
 * Starts the child by src-native/c/process.h, and makes this process the reaper of all that the child leaves, so that no descendant can leave
 * the tree. The child gets default signal handling, an empty signal mask and no open file but 0, 1, 2 and the script.
 *
 * @param output where the children print, or null
 */
public record NativeLauncher(Path output) implements Launcher {

    /** For the service's loader. */
    public NativeLauncher() {
        this(null);
    }

    @Override
    public Launcher capturing(Path output) {
        return new NativeLauncher(output);
    }

    @Override
    public boolean passesScript() {
        return true;
    }

    @Override
    public boolean canEnter(Plan plan) {
        // who is not root may not, but perhaps its nsenter
        return output == null && Libc.geteuid() == 0 && plan.isPlain();
    }

    @Override
    public Optional<Child> enter(Plan plan, StagedRun staged) {
        if (!canEnter(plan)) {
            return Optional.empty();
        }
        Core.Guest guest = StackValue.get(Core.Guest.class);
        int script = -1;
        byte[] words = words(
                plan.shellPaths(),
                Stream.concat(
                                plan.interpreter().words().stream().map(ByteString::of),
                                Stream.of("/proc/self/fd/" + LaunchProgram.SCRIPT_DESCRIPTOR))
                        .toList());
        try (PinnedObject pinnedWords = PinnedObject.create(words);
                PinnedObject environment = PinnedObject.create(plan.shellEnvironment(staged.id()))) {
            open(plan, guest);
            script = sealedFile(plan.script());
            Core.Program program = program(pinnedWords, plan.shellPaths().size(), environment, script);
            program.volume().path(Libc.string(ByteString.of(plan.runFolder())));
            program.directory().path(Libc.string(plan.directory()));
            check("fstat", Core.identify(staged.descriptor(), program.volume()) == 0);
            Core.adopt();
            int pid = Core.start(guest, program, StackValue.get(Core.Failure.class));
            return pid < 0 ? Optional.empty() : Optional.of(new NativeChild(pid, -1));
        } catch (IOException e) {
            return Optional.empty();
        } finally {
            close(guest);
            Libc.close(script);
        }
    }

    /** The namespaces of the guest that differ. */
    private static void open(Plan plan, Core.Guest guest) throws IOException {
        guest.count(0);
        for (Namespace namespace : plan.target().namespaces()) {
            int file = Libc.open(
                    Libc.string("/proc/" + plan.target().pid() + "/ns/" + namespace.fileName()), Libc.O_CLOEXEC);
            check("open", file >= 0);
            guest.files().write(guest.count(), file);
            guest.kinds().write(guest.count(), kind(namespace));
            guest.count(guest.count() + 1);
        }
    }

    private static void close(Core.Guest guest) {
        for (int i = 0; i < guest.count(); i++) {
            Libc.close(guest.files().read(i));
        }
    }

    private static int kind(Namespace namespace) {
        return switch (namespace) {
            case CGROUP -> Libc.CLONE_NEWCGROUP;
            case IPC -> Libc.CLONE_NEWIPC;
            case UTS -> Libc.CLONE_NEWUTS;
            case NETWORK -> Libc.CLONE_NEWNET;
            case MOUNT -> Libc.CLONE_NEWNS;
            case USER -> Libc.CLONE_NEWUSER;
            case PID -> Libc.CLONE_NEWPID;
            case TIME -> Libc.CLONE_NEWTIME;
        };
    }

    @Override
    public Child start(List<String> command, Map<String, String> environment, byte[] script) throws IOException {
        int file = sealedFile(script);
        CIntPointer pipe = StackValue.get(2, CIntPointer.class);
        check("pipe2", Libc.pipe2(pipe, Libc.O_CLOEXEC) == 0);
        int print = output == null ? Core.none() : Libc.open(Libc.string(output.toString()), Libc.O_WRONLY | Libc.O_TRUNC | Libc.O_CLOEXEC);
        try (PinnedObject words = PinnedObject.create(words(List.of(command.get(0)), command));
                PinnedObject entries = PinnedObject.create(entries(environment))) {
            check("open", output == null || print >= 0);
            Core.Program program = program(words, 1, entries, file);
            program.input(pipe.read(0));
            program.output(print);
            program.error(print);
            Core.Guest here = StackValue.get(Core.Guest.class);
            here.count(0);
            Core.Failure failure = StackValue.get(Core.Failure.class);
            Core.adopt();
            int pid = Core.start(here, program, failure);
            if (pid < 0) {
                Libc.close(pipe.read(1));
                throw new IOException(Libc.message(failure.number()));
            }
            return new NativeChild(pid, pipe.read(1));
        } finally {
            Libc.close(pipe.read(0));
            Libc.close(file);
            Libc.close(print);
        }
    }

    @Override
    public int become(List<String> command, Map<String, String> environment, byte[] content) throws IOException {
        int file = sealedFile(content);
        try (PinnedObject words = PinnedObject.create(words(List.of(command.get(0)), command));
                PinnedObject entries = PinnedObject.create(entries(environment))) {
            Core.Program program = program(words, 1, entries, file);
            // 0, as it is
            program.input(0);
            program.keepsSignals(1);
            Core.Failure failure = StackValue.get(Core.Failure.class);
            Core.become(program, WordFactory.nullPointer(), failure);
            throw new IOException(Libc.message(failure.number()));
        }
    }

    /** One with default signals, no input, and this process's output, user and directory. */
    private static Core.Program program(PinnedObject words, int paths, PinnedObject environment, int script) {
        Core.Program program = UnmanagedMemory.calloc(SizeOf.get(Core.Program.class));
        program.words(words.addressOfArrayElement(0));
        program.wordsSize(((byte[]) words.getObject()).length);
        program.paths(paths);
        program.environment(environment.addressOfArrayElement(0));
        program.environmentSize(((byte[]) environment.getObject()).length);
        program.input(Core.none());
        program.output(Core.none());
        program.error(Core.none());
        program.script(script);
        program.scriptAs(LaunchProgram.SCRIPT_DESCRIPTOR);
        program.uid(Core.none());
        return program;
    }

    private static byte[] words(List<String> paths, List<String> arguments) {
        StringBuilder words = new StringBuilder();
        paths.forEach(path -> words.append(path).append('\0'));
        arguments.forEach(argument -> words.append(argument).append('\0'));
        return words.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] entries(Map<String, String> environment) {
        StringBuilder entries = new StringBuilder();
        environment.forEach((name, value) -> entries.append(name).append('=').append(value).append('\0'));
        return entries.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int sealedFile(byte[] content) throws IOException {
        try (PinnedObject bytes = PinnedObject.create(content)) {
            int file = Core.file(bytes.addressOfArrayElement(0), content.length);
            check("memfd_create", file >= 0);
            return file;
        }
    }

    private static void check(String function, boolean succeeded) throws IOException {
        if (!succeeded) {
            throw new IOException(function + ": " + Libc.message(Libc.errno()));
        }
    }

    private record NativeChild(int pid, int stdin) implements Child {
        /** A script that ends in this time is not worth the time that it takes to give memory back, and to have it again. */
        private static final int SHORT_MILLIS = 200;

        @Override
        public void feed(ByteBuffer input) {
            try (PinnedObject bytes = PinnedObject.create(input.array())) {
                // where that fails with a broken pipe, the child has ended, and its exit status says more
                Core.feed(stdin, bytes.addressOfArrayElement(0), input.limit());
            }
        }

        @Override
        public Status await() {
            if (Core.endsWithin(pid, SHORT_MILLIS) == 0) {
                ResidentMemory.release();
            }
            CIntPointer status = StackValue.get(CIntPointer.class);
            int error = Core.await(pid, status);
            if (error != 0) {
                throw new IllegalStateException("wait: " + Libc.message(error));
            }
            int signal = status.read() & 0x7f;
            return signal == 0 ? new Status(status.read() >> 8 & 0xff, 0) : new Status(128 + signal, signal);
        }

        /** All that descends from the child is this process's own child by now, or a child of one. */
        @Override
        public boolean mayHaveLeftProcesses() {
            return Core.hasChildren() != 0;
        }
    }
}
