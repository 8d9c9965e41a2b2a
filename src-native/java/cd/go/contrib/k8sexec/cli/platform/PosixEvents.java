package cd.go.contrib.k8sexec.cli.platform;

import cd.go.contrib.k8sexec.cli.outcome.AgentLimit;
import cd.go.contrib.k8sexec.cli.outcome.Usage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.graalvm.nativeimage.CurrentIsolate;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.WordFactory;

/** The queue of src-native/c/events.h. */
final class PosixEvents implements Events {
    /** Bytes that a pipe holds. */
    private static final int LARGEST_CHUNK = 1 << 16;
    /** Bytes of most requests: memory that is touched for the first time costs more than another read(2). */
    private static final int USUAL_CHUNK = 4096;
    /** Of all objects, from the isolate's address on: ReservedAddressSpaceSize in native-image.properties. */
    private static final long HEAP = 1536L << 20;

    private byte[] chunk = new byte[USUAL_CHUNK];
    private int watched = Core.none();
    private int listened = Core.none();
    private CoreProgram launched;
    private int inputEnd = Core.none();
    private StartException failed;

    PosixEvents(List<Integer> signals) {
        if (Core.catchSignals(CoreProgram.array(signals.stream().mapToInt(Integer::intValue).toArray()), signals.size())
                != 0) {
            throw AgentLimit.of(Libc.message(Libc.errno()));
        }
    }

    @Override
    public Event next(Duration limit) {
        if (failed != null) {
            StartException reason = failed;
            failed = null;
            return new Event.Failed(reason);
        }
        Core.Event event = StackValue.get(Core.Event.class);
        // not below a millisecond: it would wait without waiting
        long millis = limit.isZero() ? 0 : Math.max(1, Math.min(limit.toMillis(), Integer.MAX_VALUE));
        Core.next((int) millis, watched, event);
        int kind = event.kind();
        if (launched != null && (kind == Core.started() || kind == Core.failed() || kind == Core.lost())) {
            launched.close();
            launched = null;
            Libc.close(inputEnd);
        }
        if (kind == Core.signal()) {
            return event.number() == Libc.SIGUSR2
                    ? new Event.Resumed()
                    : new Event.Signal(event.number(), event.process());
        } else if (kind == Core.started()) {
            return new Event.Started(event.process());
        } else if (kind == Core.failed()) {
            return new Event.Failed(PosixPlatform.failed(event.failure()));
        } else if (kind == Core.child()) {
            return new Event.ChildEnded(event.process(), PosixChild.status(event.number()));
        } else if (kind == Core.lost()) {
            return new Event.Lost();
        } else if (kind == Core.gone()) {
            return new Event.Gone(event.process());
        }
        if (kind != Core.readable()) {
            return new Event.TimeOver();
        }
        return listened != Core.none() && event.number() == listened ? new Event.Readable(listened) : read();
    }

    private Event read() {
        int count;
        try (PinnedObject bytes = PinnedObject.create(chunk)) {
            count = (int) Libc.read(watched, bytes.addressOfArrayElement(0), WordFactory.unsigned(chunk.length))
                    .rawValue();
        }
        if (count <= 0) {
            watched = Core.none();
        }
        byte[] input = Arrays.copyOf(chunk, Math.max(0, count));
        if (count == chunk.length && count < LARGEST_CHUNK) {
            chunk = new byte[LARGEST_CHUNK];
        }
        return new Event.Input(input);
    }

    @Override
    public void launch(Program program, Inside inside, Optional<ByteBuffer> input) {
        CIntPointer pipe = StackValue.get(2, CIntPointer.class);
        pipe.write(0, Core.none());
        pipe.write(1, Core.none());
        try {
            PosixPlatform.check(input.isEmpty() || Libc.pipe2(pipe, Libc.O_CLOEXEC) == 0, Stage.PROCESS);
            inputEnd = pipe.read(0);
            launched = new CoreProgram(program, inputEnd);
        } catch (StartException e) {
            Libc.close(pipe.read(0));
            Libc.close(pipe.read(1));
            failed = e;
            return;
        }
        byte[] bytes = input.map(ByteBuffer::array).orElse(new byte[0]);
        // until this process ends: another thread feeds it to the child
        PinnedObject pinned = PinnedObject.create(bytes);
        Core.keepBack(CurrentIsolate.getIsolate(), WordFactory.unsigned(HEAP));
        Core.launch(
                PosixPlatform.guest(inside),
                launched.core(),
                pipe.read(1),
                pinned.addressOfArrayElement(0),
                input.map(ByteBuffer::limit).orElse(0));
    }

    @Override
    public int keeper() {
        return Core.keptBy();
    }

    @Override
    public boolean mayBeLeft() {
        return Core.mayBeLeft() != 0;
    }

    @Override
    public Optional<Usage> usage() {
        Core.Usage usage = StackValue.get(Core.Usage.class);
        return Core.usage(usage) == 0
                ? Optional.of(Usage.of(usage.userMicros(), usage.systemMicros(), usage.largest()))
                : Optional.empty();
    }

    @Override
    public void waitFor(String what) {
        byte[] line = what.isEmpty() ? new byte[0] : Events.line(what).getBytes(StandardCharsets.UTF_8);
        try (PinnedObject bytes = PinnedObject.create(line)) {
            Core.waiting(line.length == 0 ? WordFactory.nullPointer() : bytes.addressOfArrayElement(0), line.length);
        }
    }

    @Override
    public boolean watch(int pid) {
        return Core.watch(pid) == 0;
    }

    @Override
    public void listen(Connection connection) {
        listened = connection.descriptor();
        Core.listen(listened);
    }

    @Override
    public void readInput() {
        watched = 0;
    }
}
