package cd.go.contrib.k8sexec.cli.platform;

import cd.go.contrib.k8sexec.protocol.Signals;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A queue, and a thread for each thing that the JDK waits for. */
final class JvmEvents implements Events {
    private static final int CHUNK = 1 << 16;
    private static final int UNKNOWN = -1;
    /** Of standard input, that may wait in the queue: it is read no faster than it is used. */
    private static final int CHUNKS = 4;

    private static final Event.Input END = new Event.Input(new byte[0]);

    private final JvmPlatform platform;
    private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>();
    private final JvmWaiting waiting = new JvmWaiting();
    private final Semaphore unread = new Semaphore(CHUNKS);
    private volatile int keeper;
    private volatile OutOfMemoryError inputLost;

    JvmEvents(JvmPlatform platform, List<Integer> signals) {
        this.platform = platform;
        // who sent it the JDK does not tell: without a terminal nobody has pressed a key
        boolean atTerminal = IntStream.range(0, 3).anyMatch(platform::isTerminal);
        signals.forEach(number -> OsSignals.handle(
                Signals.name(number), signal -> queue.add(new Event.Signal(signal, atTerminal ? 0 : UNKNOWN))));
    }

    @Override
    public Event next(Duration limit) throws InterruptedException {
        Event event = queue.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
        if (event == END && inputLost != null) {
            throw inputLost;
        } else if (event instanceof Event.Input) {
            unread.release();
        }
        return event == null ? new Event.TimeOver() : event;
    }

    @Override
    public void launch(Program program, Inside inside, Optional<ByteBuffer> input) {
        start("child", () -> {
            boolean started = false;
            try (LostKeeper lost = new LostKeeper()) {
                Child child = platform.startKept(program, inside, lost.file());
                keeper = child.pid();
                started = true;
                queue.add(new Event.Started(child.pid()));
                start("input", () -> input.ifPresent(child::feed));
                Status status = child.await();
                // its number may be another process's soon
                keeper = 0;
                queue.add(lost.isTold() ? new Event.Lost() : new Event.ChildEnded(child.pid(), status));
            } catch (StartException e) {
                queue.add(new Event.Failed(e));
            } catch (InterruptedException | IOException | RuntimeException | Error e) {
                // too little memory, say: somebody waits for it
                queue.add(
                        started
                                ? new Event.Lost()
                                : new Event.Failed(new StartException(Stage.PROCESS, e.toString(), false)));
            }
        });
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public int keeper() {
        return keeper;
    }

    @Override
    public boolean mayBeLeft() {
        return true;
    }

    @Override
    public void waitFor(String what) {
        waiting.waitFor(what);
    }

    @Override
    public boolean watch(int pid) {
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().thenRun(() -> queue.add(new Event.Gone(pid))));
        return true;
    }

    @Override
    public void listen(Connection connection) {
        throw new IllegalStateException("the JVM build has no connection to a relay");
    }

    @Override
    public void readInput() {
        start("input", () -> {
            InputStream in = new FileInputStream(FileDescriptor.in);
            byte[] chunk = new byte[CHUNK];
            try {
                for (int count = in.read(chunk); count > 0; count = in.read(chunk)) {
                    unread.acquireUninterruptibly();
                    queue.add(new Event.Input(Arrays.copyOf(chunk, count)));
                }
            } catch (IOException e) {
                // as its end
            } catch (OutOfMemoryError e) {
                inputLost = e;
            }
            queue.add(END);
        });
    }
}
