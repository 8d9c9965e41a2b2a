package cd.go.contrib.k8sexec.cli.platform;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.struct.SizeOf;
import org.graalvm.nativeimage.c.type.CIntPointer;

/** A program as src-native/c has it, with what it has open in this process. */
final class CoreProgram implements AutoCloseable {
    private final Core.Program core = UnmanagedMemory.calloc(SizeOf.get(Core.Program.class));
    private final PinnedObject words;
    private final PinnedObject environment;
    private int script = Core.none();
    private int output = Core.none();

    /** @param input the descriptor of its standard input, or none */
    CoreProgram(Program program, int input) throws StartException {
        Command command = program.command();
        Streams streams = program.streams();
        words = PinnedObject.create(words(command));
        environment = PinnedObject.create(command.environment());
        core.words(words.addressOfArrayElement(0));
        core.wordsSize(((byte[]) words.getObject()).length);
        core.paths(command.paths().size());
        core.needed(command.needed().size());
        core.environment(environment.addressOfArrayElement(0));
        core.environmentSize(command.environment().length);
        core.uid(Core.none());
        try {
            open(streams);
        } catch (StartException e) {
            close();
            throw e;
        }
        core.input(input);
        core.output(output);
        core.error(output);
        core.script(script);
        core.scriptAs(Streams.SCRIPT);
        core.more(array(streams.more().stream().mapToInt(Opened::descriptor).toArray()));
        core.moreCount(streams.more().size());
        set(program.setting());
    }

    Core.Program core() {
        return core;
    }

    private void open(Streams streams) throws StartException {
        if (streams.output().isPresent()) {
            Path file = streams.output().get();
            output = Libc.open(Libc.string(ByteString.of(file)), Libc.O_WRONLY | Libc.O_TRUNC | Libc.O_CLOEXEC);
            PosixPlatform.check(output >= 0, Stage.FILES);
        }
        if (streams.script().isPresent()) {
            byte[] content = streams.script().get();
            try (PinnedObject bytes = PinnedObject.create(content)) {
                script = Core.file(bytes.addressOfArrayElement(0), content.length);
            }
            PosixPlatform.check(script >= 0, Stage.FILES);
        }
    }

    private void set(Setting setting) {
        if (setting.volume().isPresent()) {
            set(core.volume(), setting.volume().get());
        }
        if (setting.directory().isPresent()) {
            set(core.directory(), setting.directory().get());
        }
        core.session(setting.session() ? 1 : 0);
        if (setting.identity().isPresent()) {
            Identity identity = setting.identity().get();
            core.uid((int) identity.uid());
            core.gid((int) identity.gid());
            core.groups(array(identity.groups().stream().mapToInt(Long::intValue).toArray()));
            core.groupCount(identity.groups().size());
        }
    }

    private static void set(Core.Place core, Place place) {
        core.path(Libc.string(place.path()));
        if (place.same().isPresent()) {
            Core.identify(Libc.string(ByteString.of(place.same().get())), core);
        }
    }

    private static byte[] words(Command command) {
        StringBuilder words = new StringBuilder();
        for (List<String> part : List.of(command.paths(), command.needed(), command.arguments())) {
            for (String word : part) {
                words.append(word).append('\0');
            }
        }
        return words.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static CIntPointer array(int[] numbers) {
        CIntPointer array = UnmanagedMemory.calloc(Integer.BYTES * (numbers.length + 1));
        for (int i = 0; i < numbers.length; i++) {
            array.write(i, numbers[i]);
        }
        return array;
    }

    @Override
    public void close() {
        words.close();
        environment.close();
        Libc.close(script);
        Libc.close(output);
    }
}
