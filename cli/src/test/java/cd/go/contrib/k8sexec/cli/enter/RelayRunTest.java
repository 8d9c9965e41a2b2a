package cd.go.contrib.k8sexec.cli.enter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.platform.Connection;
import cd.go.contrib.k8sexec.cli.platform.Event;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a socket says that is no relay's, or a script's in the place of one: it is never an outcome. */
class RelayRunTest {
    private static final int PACKET = 1024;
    private static final int DESCRIPTOR = 7;

    private final Deque<Connection.Message> messages = new ArrayDeque<>();
    private final List<Integer> closed = new ArrayList<>();
    private final RelayRun run = new RelayRun(
            null,
            new RelayGuest(
                    "tools",
                    new Spoken(),
                    RelayMessages.Hello.of(new byte[PACKET]),
                    new RelayMessages.Facts(Optional.empty(), List.of(), Optional.empty(), "/")),
            program(),
            note -> {});

    private static GuestProgram program() {
        return new GuestProgram(
                null, null, null, null, null, null, null, null, null, null, List.of(), null, Duration.ZERO);
    }

    private final class Spoken implements Connection {
        @Override
        public int descriptor() {
            return DESCRIPTOR;
        }

        @Override
        public long listener() {
            return 0;
        }

        @Override
        public Optional<Message> receive(Duration limit) {
            return Optional.ofNullable(messages.poll());
        }

        @Override
        public void send(int type, byte[] packet, int[] descriptors) {}

        @Override
        public Message accompany(int terminal, boolean input) {
            throw new AssertionError();
        }

        @Override
        public void closeTerminal(Message message) {
            if (message.terminal() >= 0) {
                closed.add(message.terminal());
            }
        }

        @Override
        public void close() {
            closed.add(DESCRIPTOR);
        }
    }

    /** @return what comes of the last of them */
    private Optional<Progress> comes(int... types) {
        Optional<Progress> last = Optional.empty();
        for (int type : types) {
            messages.add(new Connection.Message(
                    ByteBuffer.allocate(PACKET)
                            .order(ByteOrder.nativeOrder())
                            .putShort(0, (short) type)
                            // of a RESULT: it exited
                            .putInt(8, RelayMessages.EXITED)
                            .array(),
                    Optional.empty(),
                    -1));
            last = run.on(new Event.Readable(DESCRIPTOR));
        }
        return last;
    }

    private void assertLost(Optional<Progress> progress) {
        Progress.Lost lost = assertInstanceOf(Progress.Lost.class, progress.orElseThrow());
        assertEquals(ErrorId.RELAY_LOST, lost.reason().id());
        assertEquals(List.of(DESCRIPTOR), closed);
        assertEquals(Optional.empty(), comes(RelayMessages.STARTED));
    }

    @Test
    void a_result_without_a_start_is_no_outcome() {
        assertLost(comes(RelayMessages.RESULT));
    }

    @Test
    void a_failure_after_the_start_is_none() {
        assertLost(comes(RelayMessages.STARTED, RelayMessages.FAILED));
    }

    @ParameterizedTest
    @ValueSource(ints = {RelayMessages.HELLO, RelayMessages.REFUSED, RelayMessages.RUN, RelayMessages.STARTED, 99})
    void what_cannot_come_ends_the_run(int type) {
        assertLost(comes(RelayMessages.STARTED, type));
    }

    @Test
    void a_result_after_the_start_is_one() {
        assertInstanceOf(
                Progress.Ended.class,
                comes(RelayMessages.STARTED, RelayMessages.RESULT).orElseThrow());
    }

    @Test
    void the_end_of_the_relay_after_a_result_is_no_loss_of_the_run() {
        comes(RelayMessages.STARTED, RelayMessages.RESULT);

        assertInstanceOf(Progress.Gone.class, comes(RelayMessages.STARTED).orElseThrow());
    }

    @Test
    void a_terminal_that_nobody_asked_for_is_closed() {
        messages.add(new Connection.Message(
                ByteBuffer.allocate(PACKET)
                        .order(ByteOrder.nativeOrder())
                        .putShort(0, (short) RelayMessages.STARTED)
                        .array(),
                Optional.empty(),
                12));

        assertTrue(run.on(new Event.Readable(DESCRIPTOR)).isPresent());
        assertEquals(List.of(12), closed);
    }
}
